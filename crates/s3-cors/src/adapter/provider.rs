//! Where an adapter gets the policy for each request.

use std::ops::Deref;

use super::selection::{Selected, Selector};
use super::{RequestHead, Selection};
use crate::decision::Refusal;
use crate::policy::CorsPolicy;
#[cfg(feature = "shared")]
use crate::reload::{SharedPolicy, StatusInForce};

/// Where an adapter gets the policy for each request: a fixed [`CorsPolicy`]; with the feature
/// `shared`, a `SharedPolicy` that can be replaced; or one that is
/// [selected](Self::selected_by) for each request.
///
/// ```
/// use s3_cors::CorsPolicy;
/// use s3_cors::adapter::PolicyProvider;
///
/// let provider = PolicyProvider::from(CorsPolicy::without_configuration());
/// assert_eq!(provider.load().rule_count(), 0);
/// ```
#[derive(Debug, Clone)]
pub struct PolicyProvider(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Fixed(CorsPolicy),
    #[cfg(feature = "shared")]
    Shared(SharedPolicy),
    Selected(Selector),
}

/// What decides where nothing was selected.
static WITHOUT_BUCKET: CorsPolicy = CorsPolicy::without_bucket();

impl PolicyProvider {
    /// Selects a policy for each request by its head: by host, path, or any header.
    ///
    /// The function runs first for every request, so it should neither wait nor allocate. A
    /// `SharedPolicy` is selected without writing anything that threads share; a [`CorsPolicy`] is
    /// cloned, which writes a counter. Select by host or path: a preflight has none of the headers of the actual request, and no cookies.
    ///
    /// ```
    /// use s3_cors::CorsPolicy;
    /// use s3_cors::adapter::{PolicyProvider, Selection};
    ///
    /// let photos = CorsPolicy::from_text(
    ///     r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#,
    /// )?;
    /// let provider = PolicyProvider::selected_by(move |request| match request.path() {
    ///     path if path.starts_with("/photos/") => Selection::by(&photos),
    ///     _ => Selection::pass_through(),
    /// });
    /// # let _ = provider;
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    #[must_use]
    pub fn selected_by(
        select: impl Fn(&dyn RequestHead) -> Selection + Send + Sync + 'static,
    ) -> Self {
        Self(Kind::Selected(Selector::new(select)))
    }

    /// Whether a policy is selected for each request. If not, [`load`](Self::load) does the same as
    /// [`select`](Self::select), and costs less.
    #[must_use]
    #[inline]
    pub fn selects(&self) -> bool {
        matches!(self.0, Kind::Selected(_))
    }

    /// The policy in force for a request; `None` if the request passes through unchanged. Call this
    /// once per request, so that the whole response follows one version of the rules.
    #[must_use]
    pub fn select(&self, request: &impl RequestHead) -> Option<PolicyOfRequest<'_>> {
        Some(PolicyOfRequest(if let Kind::Selected(selector) = &self.0 {
            OfRequest::Selected(selector.select(request)?)
        } else {
            OfRequest::Loaded(self.load())
        }))
    }

    /// The policy in force. Load it once per request, so that the whole response follows one
    /// version of the rules.
    ///
    /// A policy that is selected for each request is not known without one: this is then the
    /// policy of a bucket that does not exist.
    #[must_use]
    #[inline]
    pub fn load(&self) -> LoadedPolicy<'_> {
        LoadedPolicy(match &self.0 {
            Kind::Fixed(policy) => Loaded::Fixed(policy),
            #[cfg(feature = "shared")]
            Kind::Shared(shared) => Loaded::Shared(shared.load()),
            Kind::Selected(_) => Loaded::Fixed(&WITHOUT_BUCKET),
        })
    }
}

impl From<CorsPolicy> for PolicyProvider {
    fn from(policy: CorsPolicy) -> Self {
        Self(Kind::Fixed(policy))
    }
}

#[cfg(feature = "shared")]
impl From<SharedPolicy> for PolicyProvider {
    fn from(shared: SharedPolicy) -> Self {
        Self(Kind::Shared(shared))
    }
}

#[cfg(feature = "shared")]
impl From<&SharedPolicy> for PolicyProvider {
    fn from(shared: &SharedPolicy) -> Self {
        shared.clone().into()
    }
}

/// The policy in force while a request is decided. Do not hold on to it.
#[derive(Debug)]
pub struct LoadedPolicy<'a>(Loaded<'a>);

#[derive(Debug)]
enum Loaded<'a> {
    Fixed(&'a CorsPolicy),
    #[cfg(feature = "shared")]
    Shared(StatusInForce),
}

/// The policy in force for one request, for short use only.
#[derive(Debug)]
pub struct PolicyOfRequest<'a>(OfRequest<'a>);

#[derive(Debug)]
enum OfRequest<'a> {
    Loaded(LoadedPolicy<'a>),
    Selected(Selected),
}

impl PolicyOfRequest<'_> {
    /// The version of the rules; `None` for a policy that stays.
    #[must_use]
    pub fn version(&self) -> Option<u64> {
        match &self.0 {
            OfRequest::Loaded(loaded) => match &loaded.0 {
                Loaded::Fixed(_) => None,
                #[cfg(feature = "shared")]
                Loaded::Shared(status) => Some(status.version()),
            },
            OfRequest::Selected(selected) => selected.policy.version(),
        }
    }

    /// A refusal by this policy, with the resource type that was
    /// [selected](Selection::resource_type) if one was.
    #[must_use]
    pub fn placed<'r>(&self, refusal: Refusal<'r>) -> Refusal<'r> {
        match &self.0 {
            OfRequest::Selected(Selected {
                resource_type: Some(resource_type),
                ..
            }) => refusal.with_resource_type(*resource_type),
            _ => refusal,
        }
    }
}

impl Deref for LoadedPolicy<'_> {
    type Target = CorsPolicy;

    #[inline]
    fn deref(&self) -> &CorsPolicy {
        match &self.0 {
            Loaded::Fixed(policy) => policy,
            #[cfg(feature = "shared")]
            Loaded::Shared(status) => status.policy(),
        }
    }
}

impl Deref for PolicyOfRequest<'_> {
    type Target = CorsPolicy;

    fn deref(&self) -> &CorsPolicy {
        match &self.0 {
            OfRequest::Loaded(loaded) => loaded,
            OfRequest::Selected(selected) => selected.policy.policy(),
        }
    }
}
