//! The policies of many buckets.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use super::{Addressing, PolicyProvider, RequestHead, Selection};
use crate::configuration::CorsConfiguration;
use crate::error::ConfigError;
use crate::reload::{Replaced, SharedPolicy};

/// The policies of many buckets by name, which come, change and go while requests are decided.
///
/// Clones share the same buckets. Readers never wait. A bucket that is here has a
/// [`SharedPolicy`], which any source can follow; one that is not does not exist.
///
/// ```
/// use s3_cors::adapter::{Addressing, BucketPolicies};
///
/// let buckets = BucketPolicies::new();
/// let config = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#.parse()?;
/// buckets.set("photos", config, "photos.json")?;
/// buckets.create("drafts"); // exists, without a CORS configuration
///
/// // For `S3CorsLayer::new` or `S3Cors::new`: /photos/… and /drafts/… on every host.
/// let provider = buckets.addressed(Addressing::path_style());
/// # let _ = provider;
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct BucketPolicies(Arc<Buckets>);

type ByName = HashMap<Arc<str>, SharedPolicy>;

#[derive(Debug, Default)]
struct Buckets {
    by_name: ArcSwap<ByName>,
    /// Held by whoever adds or removes buckets, so that none of several changes is lost.
    changing: Mutex<()>,
}

impl BucketPolicies {
    /// No bucket.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a bucket's rules. A bucket that does not exist is created.
    ///
    /// # Errors
    ///
    /// Everything [`CorsConfiguration::check`] finds. The rules in force stay in force, and a
    /// bucket that does not exist is not created.
    pub fn set(
        &self,
        name: &str,
        configuration: CorsConfiguration,
        source: impl Into<Arc<str>>,
    ) -> Result<Replaced, ConfigError> {
        if self.get(name).is_none() {
            configuration.check()?;
        }
        self.create(name).set(configuration, source)
    }

    /// The policy of a bucket, which is created [without configuration] if it does not exist.
    ///
    /// [without configuration]: crate::CorsPolicy::without_configuration
    #[allow(clippy::must_use_candidate, reason = "done for what it changes")]
    pub fn create(&self, name: &str) -> SharedPolicy {
        if let Some(policy) = self.get(name) {
            return policy;
        }
        self.change(|by_name| {
            let created = || {
                let policy = SharedPolicy::pending();
                policy.set_without_configuration("created");
                policy
            };
            by_name.entry(name.into()).or_insert_with(created).clone()
        })
    }

    /// Puts a policy in a bucket's place, such as one that a source follows. Returns the policy
    /// that was there.
    pub fn insert(&self, name: impl Into<Arc<str>>, policy: SharedPolicy) -> Option<SharedPolicy> {
        self.change(|by_name| by_name.insert(name.into(), policy))
    }

    /// Puts many policies in place in one go: as cheap as one.
    pub fn extend<N: Into<Arc<str>>>(&self, policies: impl IntoIterator<Item = (N, SharedPolicy)>) {
        let policies = policies.into_iter();
        let policies: ByName = policies
            .map(|(name, policy)| (name.into(), policy))
            .collect();
        self.change(|by_name| by_name.extend(policies));
    }

    /// Removes a bucket. Returns its policy.
    #[allow(clippy::must_use_candidate, reason = "done for what it changes")]
    pub fn remove(&self, name: &str) -> Option<SharedPolicy> {
        self.change(|by_name| by_name.remove(name))
    }

    /// The policy of a bucket; `None` if it does not exist.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<SharedPolicy> {
        self.0.by_name.load().get(name).cloned()
    }

    /// The names of all buckets at one moment, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<Arc<str>> {
        let mut names: Vec<_> = self.0.by_name.load().keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// How many buckets there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.by_name.load().len()
    }

    /// Whether there is no bucket.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Selects for each request the policy of the bucket that its URL names, for an adapter.
    ///
    /// A bucket that does not exist and the service itself get S3's response: "Bucket not
    /// found" (F55). Requests that the addressing says nothing of pass through untouched.
    #[must_use]
    pub fn addressed(&self, addressing: Addressing) -> PolicyProvider {
        let buckets = self.clone();
        PolicyProvider::selected_by(move |request| buckets.select(&addressing, request))
    }

    /// What decides a request, for selections of one's own.
    pub fn select(&self, addressing: &Addressing, request: &dyn RequestHead) -> Selection {
        let Some(address) = addressing.of(request) else {
            return Selection::pass_through();
        };
        let by_name = self.0.by_name.load();
        match address.bucket().and_then(|name| by_name.get(name)) {
            Some(policy) => Selection::by(policy).resource_type(address.resource_type()),
            None => Selection::without_bucket(),
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut ByName) -> T) -> T {
        let changing = &self.0.changing;
        let _alone = changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut by_name = ByName::clone(&self.0.by_name.load());
        let changed = change(&mut by_name);
        self.0.by_name.store(Arc::new(by_name));
        changed
    }
}

impl<N: Into<Arc<str>>> FromIterator<(N, SharedPolicy)> for BucketPolicies {
    fn from_iter<I: IntoIterator<Item = (N, SharedPolicy)>>(policies: I) -> Self {
        let buckets = Self::new();
        buckets.extend(policies);
        buckets
    }
}
