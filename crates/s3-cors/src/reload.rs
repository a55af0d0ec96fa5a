//! A policy that is replaced while it is in use.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;

use crate::configuration::{CorsConfiguration, Dialect};
use crate::error::ConfigError;
use crate::policy::CorsPolicy;

/// A policy shared by all who answer by it, which can be replaced while it is in use.
///
/// Clones share the same policy. Readers never wait: each answer is made from one version of the
/// rules from beginning to end, the one in force when its request came in. Rules that are bad are
/// not taken; the ones in force stay.
///
/// ```
/// use s3_cors::{CorsConfiguration, SharedPolicy};
///
/// let policy = SharedPolicy::pending();
/// let good = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#.parse()?;
/// policy.set(good, "cors.json")?;
///
/// let bad = CorsConfiguration::default();
/// assert!(policy.set(bad, "cors.json").is_err());
///
/// let status = policy.status();
/// assert_eq!((status.version(), status.policy().rule_count()), (1, 1));
/// assert!(status.is_failing());
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
#[derive(Debug, Clone)]
pub struct SharedPolicy(Arc<Shared>);

/// The status in force, noted in a slot of the thread that reads it.
pub(crate) type StatusInForce = arc_swap::Guard<Arc<PolicyStatus>>;

#[derive(Debug)]
struct Shared {
    status: ArcSwap<PolicyStatus>,
    /// Held by whoever replaces the status, so that none of several replacements is lost.
    replacing: Mutex<()>,
}

impl SharedPolicy {
    /// A policy that has not arrived yet. Until it does, requests are answered as by a bucket
    /// [without CORS configuration](CorsPolicy::without_configuration).
    #[must_use]
    pub fn pending() -> Self {
        Self(Arc::new(Shared {
            status: ArcSwap::from_pointee(PolicyStatus::default()),
            replacing: Mutex::new(()),
        }))
    }

    /// A policy with its first rules. The source, such as a file's name, is shown in the
    /// [status](PolicyStatus::source).
    ///
    /// # Errors
    ///
    /// Everything [`CorsConfiguration::check`] finds.
    pub fn new(
        configuration: CorsConfiguration,
        source: impl Into<Arc<str>>,
    ) -> Result<Self, ConfigError> {
        let policy = Self::pending();
        policy.set(configuration, source)?;
        Ok(policy)
    }

    /// Replaces the rules. Rules equal to those in force keep their
    /// [version](PolicyStatus::version).
    ///
    /// # Errors
    ///
    /// Everything [`CorsConfiguration::check`] finds. The rules in force stay in force, and the
    /// error can be read as the [last failure](PolicyStatus::last_failure).
    pub fn set(
        &self,
        configuration: CorsConfiguration,
        source: impl Into<Arc<str>>,
    ) -> Result<Replaced, ConfigError> {
        let source = source.into();
        match CorsPolicy::new(&configuration) {
            Ok(policy) => Ok(self.replace(policy, Some(configuration), source)),
            Err(error) => {
                self.report_failure(Arc::new(error.clone()), source);
                Err(error)
            }
        }
    }

    /// Replaces the rules by none: the bucket has no CORS configuration.
    pub fn set_without_configuration(&self, source: impl Into<Arc<str>>) -> Replaced {
        self.replace(CorsPolicy::without_configuration(), None, source.into())
    }

    /// Notes that rules could not be had. Those in force stay in force.
    pub fn report_failure(&self, error: Arc<dyn Error + Send + Sync>, source: impl Into<Arc<str>>) {
        let source = source.into();
        self.update(|status| {
            let before = status.last_failure.take().filter(|_| status.failing);
            status.last_failure = Some(LoadFailure {
                at: SystemTime::now(),
                source,
                error,
                consecutive: before
                    .map_or(0, |failure| failure.consecutive)
                    .saturating_add(1),
            });
            status.failing = true;
        });
    }

    /// The rules in force, and how they came to be.
    #[must_use]
    pub fn status(&self) -> Arc<PolicyStatus> {
        self.0.status.load_full()
    }

    /// The same for short use, without a counter that threads would contend for.
    #[inline]
    pub(crate) fn load(&self) -> StatusInForce {
        self.0.status.load()
    }

    fn replace(
        &self,
        policy: CorsPolicy,
        configuration: Option<CorsConfiguration>,
        source: Arc<str>,
    ) -> Replaced {
        self.update(|status| {
            let now = SystemTime::now();
            status.failing = false;
            status.source = Some(source);
            status.checked_at = Some(now);
            if status.version > 0 && status.configuration.as_deref() == configuration.as_ref() {
                return;
            }
            status.version += 1;
            status.content_hash = content_hash(configuration.as_ref());
            status.loaded_at = Some(now);
            status.policy = policy;
            status.configuration = configuration.map(Arc::new);
        })
    }

    fn update(&self, change: impl FnOnce(&mut PolicyStatus)) -> Replaced {
        let _alone = self
            .0
            .replacing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let before = self.status();
        let mut status = PolicyStatus::clone(&before);
        change(&mut status);
        let after = Arc::new(status);
        self.0.status.store(Arc::clone(&after));
        Replaced { before, after }
    }
}

/// What [setting](SharedPolicy::set) rules did: the status before and after.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Replaced {
    /// The status before.
    pub before: Arc<PolicyStatus>,
    /// The status after.
    pub after: Arc<PolicyStatus>,
}

impl Replaced {
    /// Whether the rules differ from those before.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.before.version != self.after.version
    }
}

/// The rules in force, and how they came to be: all that a health endpoint shows.
#[derive(Debug, Clone, Default)]
pub struct PolicyStatus {
    policy: CorsPolicy,
    configuration: Option<Arc<CorsConfiguration>>,
    version: u64,
    content_hash: u64,
    loaded_at: Option<SystemTime>,
    checked_at: Option<SystemTime>,
    source: Option<Arc<str>>,
    last_failure: Option<LoadFailure>,
    failing: bool,
}

impl PolicyStatus {
    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &CorsPolicy {
        &self.policy
    }

    /// The configuration in force; `None` for a bucket without one, or if none has
    /// [arrived](Self::is_pending).
    #[must_use]
    pub fn configuration(&self) -> Option<&CorsConfiguration> {
        self.configuration.as_deref()
    }

    /// Whether no rules have arrived yet.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.version == 0
    }

    /// How many times the rules have changed; 0 until the first have arrived.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// A hash of the rules in force, the same wherever the same rules are in force: 64-bit FNV-1a
    /// of the configuration as [`to_text`](CorsConfiguration::to_text) writes it for the AWS CLI,
    /// of nothing for a bucket without one.
    #[must_use]
    pub fn content_hash(&self) -> u64 {
        self.content_hash
    }

    /// When the rules in force were first loaded.
    #[must_use]
    pub fn loaded_at(&self) -> Option<SystemTime> {
        self.loaded_at
    }

    /// When the rules in force were last found to be those of their source.
    #[must_use]
    pub fn checked_at(&self) -> Option<SystemTime> {
        self.checked_at
    }

    /// Where the rules in force come from.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// The last failure to load rules, kept after later successes, too.
    #[must_use]
    pub fn last_failure(&self) -> Option<&LoadFailure> {
        self.last_failure.as_ref()
    }

    /// Whether the latest attempt to load rules failed, so that those in force may be outdated.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.failing
    }
}

/// A failure to load rules.
#[derive(Debug, Clone)]
pub struct LoadFailure {
    at: SystemTime,
    source: Arc<str>,
    error: Arc<dyn Error + Send + Sync>,
    consecutive: u32,
}

impl LoadFailure {
    /// When it happened.
    #[must_use]
    pub fn at(&self) -> SystemTime {
        self.at
    }

    /// Where the rules should have come from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What went wrong.
    #[must_use]
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.error
    }

    /// How many attempts have failed since the last success, this one included.
    #[must_use]
    pub fn consecutive(&self) -> u32 {
        self.consecutive
    }
}

impl fmt::Display for LoadFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.error.to_string();
        // Errors of files name them, with line and column.
        if !error.starts_with(&*self.source) {
            write!(f, "{}: ", self.source)?;
        }
        f.write_str(&error)
    }
}

fn content_hash(configuration: Option<&CorsConfiguration>) -> u64 {
    use std::hash::Hasher;
    let mut hasher = fnv::FnvHasher::default();
    if let Some(configuration) = configuration {
        hasher.write(configuration.to_text(Dialect::Cli).as_bytes());
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::SharedPolicy;
    use crate::configuration::{CorsConfiguration, CorsRule};

    fn configuration(origin: &str) -> CorsConfiguration {
        CorsConfiguration::new([CorsRule::new([origin], ["GET"])])
    }

    #[test]
    fn a_pending_policy_is_version_0_and_says_so() {
        let policy = SharedPolicy::pending();
        let status = policy.status();
        assert!(status.is_pending() && !status.is_failing());
        assert_eq!((status.version(), status.source()), (0, None));
        assert!(status.loaded_at().is_none() && status.checked_at().is_none());
    }

    #[test]
    fn a_bucket_without_a_configuration_is_not_pending() {
        let policy = SharedPolicy::pending();
        assert!(policy.set_without_configuration("s3://bucket").changed());
        let status = policy.status();
        assert!(!status.is_pending());
        assert_eq!((status.version(), status.configuration()), (1, None));
        assert!(!policy.set_without_configuration("s3://bucket").changed());
    }

    #[test]
    fn equal_rules_keep_their_version_and_are_noted_as_checked() {
        let policy = SharedPolicy::new(configuration("*"), "a").unwrap();
        let first = policy.status();
        let replaced = policy.set(configuration("*"), "b").unwrap();
        assert!(!replaced.changed());
        let second = policy.status();
        assert_eq!(second.version(), first.version());
        assert_eq!(second.content_hash(), first.content_hash());
        assert_eq!(second.loaded_at(), first.loaded_at());
        assert!(second.checked_at() >= first.checked_at());
        assert_eq!(second.source(), Some("b"));
    }

    #[test]
    fn other_rules_have_another_version_and_hash() {
        let policy = SharedPolicy::new(configuration("https://a.example"), "a").unwrap();
        let replaced = policy.set(configuration("https://b.example"), "a").unwrap();
        assert!(replaced.changed());
        assert_eq!(
            (replaced.before.version(), replaced.after.version()),
            (1, 2)
        );
        assert_ne!(
            replaced.before.content_hash(),
            replaced.after.content_hash()
        );
        assert_eq!(
            policy.status().configuration(),
            Some(&configuration("https://b.example"))
        );
    }

    #[test]
    fn failures_leave_the_rules_in_force_and_are_counted_until_a_success() {
        let policy = SharedPolicy::new(configuration("*"), "file").unwrap();
        let error = policy
            .set(CorsConfiguration::default(), "file")
            .unwrap_err();
        policy.report_failure(Arc::new(std::io::Error::other("gone")), "file");
        let status = policy.status();
        assert!(status.is_failing());
        assert_eq!((status.version(), status.policy().rule_count()), (1, 1));
        let failure = status.last_failure().unwrap();
        assert_eq!(
            (failure.consecutive(), failure.to_string().as_str()),
            (2, "file: gone")
        );
        assert!(!error.problems().is_empty());

        policy.set(configuration("*"), "file").unwrap();
        let status = policy.status();
        assert!(!status.is_failing());
        assert_eq!(
            status.last_failure().unwrap().consecutive(),
            2,
            "kept for the reader"
        );
        policy.report_failure(Arc::new(std::io::Error::other("gone")), "file");
        assert_eq!(policy.status().last_failure().unwrap().consecutive(), 1);
    }

    #[test]
    fn whoever_holds_a_status_keeps_it_whole_while_others_replace_it() {
        let policy = SharedPolicy::new(configuration("https://a.example"), "a").unwrap();
        let held = policy.status();
        policy.set(configuration("https://b.example"), "b").unwrap();
        assert_eq!(
            held.configuration(),
            Some(&configuration("https://a.example"))
        );
        assert_eq!(held.source(), Some("a"));
    }
}
