//! A policy that can be replaced while it is in use.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;

use crate::configuration::{AppRules, CorsConfiguration, Dialect};
use crate::error::ConfigError;
use crate::policy::CorsPolicy;
use crate::sanitize::sanitized;

/// A shared policy that can be replaced while it is in use.
///
/// Clones share the same policy. Readers never wait: each response follows a single version of the
/// rules, the one in force when its request arrived. Invalid rules are rejected, and the current
/// ones stay in force.
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

/// The status in force, recorded in a slot of the thread that reads it instead of in a counter.
pub(crate) type StatusInForce = arc_swap::Guard<Arc<PolicyStatus>>;

#[derive(Debug)]
struct Shared {
    status: ArcSwap<PolicyStatus>,
    /// Held while the status is replaced, so that no concurrent replacement is lost.
    replacing: Mutex<()>,
}

impl SharedPolicy {
    /// A policy that has no rules yet. Until it gets some, it behaves like a bucket
    /// [without CORS configuration](CorsPolicy::without_configuration).
    #[must_use]
    pub fn pending() -> Self {
        Self(Arc::new(Shared {
            status: ArcSwap::from_pointee(PolicyStatus::default()),
            replacing: Mutex::new(()),
        }))
    }

    /// A policy with its first rules. The source, for example a file name, is shown in the
    /// [status](PolicyStatus::source).
    ///
    /// # Errors
    ///
    /// Every problem that [`CorsConfiguration::check`] finds.
    pub fn new(
        configuration: CorsConfiguration,
        source: impl Into<Arc<str>>,
    ) -> Result<Self, ConfigError> {
        let policy = Self::pending();
        policy.set(configuration, source)?;
        Ok(policy)
    }

    /// Replaces the rules. If the new rules equal the current ones, the
    /// [version](PolicyStatus::version) stays the same.
    ///
    /// # Errors
    ///
    /// Every problem that [`CorsConfiguration::check`] finds. The current rules stay in force, and
    /// the error becomes the [last failure](PolicyStatus::last_failure).
    pub fn set(
        &self,
        configuration: CorsConfiguration,
        source: impl Into<Arc<str>>,
    ) -> Result<Replaced, ConfigError> {
        let source = source.into();
        // Rules in force have been checked already.
        let is_in_force = self.status().configuration() == Some(&configuration);
        let checked = match is_in_force {
            true => Ok(()),
            false => configuration.check(),
        };
        match checked {
            Ok(()) => Ok(self.replace(Some(configuration), source)),
            Err(error) => {
                self.report_failure(Arc::new(error.clone()), source);
                Err(error)
            }
        }
    }

    /// Removes the rules: the bucket has no CORS configuration.
    pub fn set_without_configuration(&self, source: impl Into<Arc<str>>) -> Replaced {
        self.replace(None, source.into())
    }

    /// Replaces the [rules of the app's own](crate::AppRules), which come after those of the bucket,
    /// whatever becomes of these. There are none by default.
    ///
    /// ```
    /// use s3_cors::{AppRules, SharedPolicy};
    ///
    /// let policy = SharedPolicy::pending();
    /// let app: AppRules =
    ///     r#"[{"AllowedOrigins": ["https://admin.example.com"], "AllowedMethods": ["PATCH"]}]"#
    ///         .parse()?;
    /// policy.set_app_rules(app, "app-cors.json");
    /// let bucket = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#.parse()?;
    /// policy.set(bucket, "cors.json")?;
    ///
    /// let status = policy.status();
    /// assert_eq!((status.policy().rule_count(), status.app_rules().rules().len()), (2, 1));
    /// assert_eq!(status.app_source(), Some("app-cors.json"));
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    pub fn set_app_rules(&self, rules: AppRules, source: impl Into<Arc<str>>) -> Replaced {
        let source = source.into();
        self.update(|status| {
            status.failing &= !status.fails_for(Some(&source));
            status.app_source = Some(source);
            if *status.app_rules == rules {
                return;
            }
            status.app_rules = Arc::new(rules);
            status.version += 1;
            status.loaded_at = Some(SystemTime::now());
            status.compile();
        })
    }

    /// Records a failure to load rules. The current rules stay in force.
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

    /// The current status.
    #[must_use]
    pub fn status(&self) -> Arc<PolicyStatus> {
        self.0.status.load_full()
    }

    /// The same for short use only. It writes no counter that threads would contend for.
    #[inline]
    pub(crate) fn load(&self) -> StatusInForce {
        self.0.status.load()
    }

    /// The configuration has passed the checks.
    fn replace(&self, configuration: Option<CorsConfiguration>, source: Arc<str>) -> Replaced {
        self.update(|status| {
            let now = SystemTime::now();
            status.failing &= status.fails_for(status.app_source.as_deref());
            status.source = Some(source);
            status.checked_at = Some(now);
            let arrived = std::mem::replace(&mut status.arrived, true);
            if arrived && status.configuration.as_deref() == configuration.as_ref() {
                return;
            }
            status.version += 1;
            status.loaded_at = Some(now);
            status.configuration = configuration.map(Arc::new);
            status.compile();
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

/// The effect of [setting](SharedPolicy::set) rules: the status before and after.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Replaced {
    /// The status before.
    pub before: Arc<PolicyStatus>,
    /// The status after.
    pub after: Arc<PolicyStatus>,
}

impl Replaced {
    /// Whether the rules changed.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.before.version != self.after.version
    }
}

/// The rules in force and when and where they were loaded: everything a health endpoint needs.
#[derive(Debug, Clone, Default)]
pub struct PolicyStatus {
    policy: CorsPolicy,
    configuration: Option<Arc<CorsConfiguration>>,
    app_rules: Arc<AppRules>,
    app_source: Option<Arc<str>>,
    /// Whether it is known what the bucket has.
    arrived: bool,
    version: u64,
    content_hash: u64,
    loaded_at: Option<SystemTime>,
    checked_at: Option<SystemTime>,
    source: Option<Arc<str>>,
    last_failure: Option<LoadFailure>,
    failing: bool,
}

impl PolicyStatus {
    /// Whether the last failure is that of a source: a success of another does not mend it.
    fn fails_for(&self, source: Option<&str>) -> bool {
        let failed = self.last_failure.as_ref().map(LoadFailure::source);
        failed.is_some() && failed == source
    }

    fn compile(&mut self) {
        let configuration = self.configuration.as_deref();
        self.policy = CorsPolicy::compiled_with(configuration, &self.app_rules);
        self.content_hash = content_hash(configuration, &self.app_rules);
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &CorsPolicy {
        &self.policy
    }

    /// The configuration in force; `None` for a bucket without one, or if the policy is still
    /// [pending](Self::is_pending).
    #[must_use]
    pub fn configuration(&self) -> Option<&CorsConfiguration> {
        self.configuration.as_deref()
    }

    /// The [app's own rules](crate::AppRules), which come after those of the configuration.
    #[must_use]
    pub fn app_rules(&self) -> &AppRules {
        &self.app_rules
    }

    /// Where the app's own rules come from; `None` if none were ever set.
    #[must_use]
    pub fn app_source(&self) -> Option<&str> {
        self.app_source.as_deref()
    }

    /// Whether no rules of the bucket have been loaded yet.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        !self.arrived
    }

    /// How many times the rules, including the app's own, have changed; 0 until the first rules are
    /// loaded.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// A hash of the rules in force, the same in every process with the same rules: 64-bit FNV-1a
    /// of the configuration as [`to_text`](CorsConfiguration::to_text) writes it for the AWS CLI,
    /// or of the empty string for a bucket without one; followed by the app's own rules, if there
    /// are any, in the same form.
    #[must_use]
    pub fn content_hash(&self) -> u64 {
        self.content_hash
    }

    /// When the rules in force were first loaded.
    #[must_use]
    pub fn loaded_at(&self) -> Option<SystemTime> {
        self.loaded_at
    }

    /// When the rules in force were last confirmed to match their source.
    #[must_use]
    pub fn checked_at(&self) -> Option<SystemTime> {
        self.checked_at
    }

    /// The source of the rules in force.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// The last failure to load rules. It is kept after later successes.
    #[must_use]
    pub fn last_failure(&self) -> Option<&LoadFailure> {
        self.last_failure.as_ref()
    }

    /// Whether the latest attempt to load rules failed, so that the rules in force may be outdated.
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

    /// The source that the rules were to be loaded from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What went wrong.
    #[must_use]
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.error
    }

    /// The number of failed attempts since the last success, including this one.
    #[must_use]
    pub fn consecutive(&self) -> u32 {
        self.consecutive
    }
}

impl fmt::Display for LoadFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (source, error) = (sanitized(&self.source), self.error.to_string());
        // Errors about files already name them, with line and column.
        if !error.starts_with(&*source) {
            write!(f, "{source}: ")?;
        }
        // One of a configuration has a line for each problem.
        for (index, line) in error.split('\n').enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            f.write_str(&sanitized(line))?;
        }
        Ok(())
    }
}

fn content_hash(configuration: Option<&CorsConfiguration>, app: &AppRules) -> u64 {
    use std::hash::Hasher;
    let mut hasher = fnv::FnvHasher::default();
    let app = Some(app.as_configuration()).filter(|app| !app.cors_rules.is_empty());
    for rules in configuration.into_iter().chain(app) {
        hasher.write(rules.to_text(Dialect::Cli).as_bytes());
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::SharedPolicy;
    use crate::configuration::{AppRules, CorsConfiguration, CorsRule};

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
    fn a_failure_is_shown_harmlessly_and_keeps_the_lines_of_its_error() {
        let policy = SharedPolicy::pending();
        let error = std::io::Error::other("first\u{202e}\u{1b}\nsecond\u{9b}\r");
        policy.report_failure(Arc::new(error), "a\n\u{2066}b");
        let status = policy.status();
        let shown = status.last_failure().expect("a failure").to_string();
        assert_eq!(shown, "a  b: first  \nsecond  ");
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
    fn the_apps_own_rules_stay_in_force_whatever_happens_to_the_buckets() {
        let app = |method| AppRules::new([CorsRule::new(["*"], [method])]).unwrap();
        let policy = SharedPolicy::pending();
        assert!(policy.set_app_rules(app("PATCH"), "app").changed());
        assert!(!policy.set_app_rules(app("PATCH"), "app").changed());
        let status = policy.status();
        assert!(status.is_pending());
        assert_eq!((status.version(), status.policy().rule_count()), (1, 1));

        policy.set(configuration("*"), "bucket").unwrap();
        assert!(!policy.set(configuration("*"), "bucket").unwrap().changed());
        let before = policy.status();
        assert_eq!((before.version(), before.policy().rule_count()), (2, 2));
        assert!(before.policy().is_app_rule(1) && !before.policy().is_app_rule(0));
        policy.set_app_rules(app("DELETE"), "app");
        assert_ne!(policy.status().content_hash(), before.content_hash());
        policy.set_without_configuration("bucket");
        assert_eq!(policy.status().policy().rule_count(), 1);
    }

    #[test]
    fn a_failure_lasts_until_its_own_source_succeeds() {
        let app = || AppRules::new([CorsRule::new(["*"], ["PATCH"])]).unwrap();
        let failed = || Arc::new(std::io::Error::other("gone"));
        let policy = SharedPolicy::new(configuration("*"), "bucket").unwrap();
        policy.set_app_rules(app(), "app");
        policy.report_failure(failed(), "app");
        policy.set(configuration("*"), "bucket").unwrap();
        assert!(policy.status().is_failing(), "the app's rules are");
        policy.set_app_rules(app(), "app");
        assert!(!policy.status().is_failing());
        policy.report_failure(failed(), "bucket");
        policy.set_app_rules(app(), "app");
        assert!(policy.status().is_failing(), "the bucket's rules are");
        policy.set(configuration("*"), "bucket").unwrap();
        assert!(!policy.status().is_failing());
    }

    #[test]
    fn a_held_status_stays_whole_while_others_replace_it() {
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
