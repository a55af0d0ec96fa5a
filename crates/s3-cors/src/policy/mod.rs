//! The compiled configuration: immutable and cheap to share.

mod compiled_rule;
mod mismatch;
#[cfg(any(feature = "http-1x", feature = "http-02x"))]
mod per_shard;
#[cfg(any(feature = "http-1x", feature = "http-02x"))]
pub(crate) mod prepared;
mod response_headers;
mod rule_index;
mod rule_set;
mod rules;
mod table;
mod values;

use std::path::Path;
use std::sync::Arc;

pub use compiled_rule::CompiledRule;
pub use mismatch::Mismatch;
pub use response_headers::{ResponseHeader, VARY};
pub use rule_set::RuleSet;
pub(crate) use rules::Rules;
pub use values::RuleValues;

use crate::configuration::{AppRules, CorsConfiguration};
use crate::error::ConfigError;

/// A bucket's CORS configuration, checked and compiled to decide requests.
///
/// Immutable, `Send + Sync`, and cheap to clone: clones share the compiled rules.
///
/// ```
/// use s3_cors::CorsPolicy;
///
/// let policy = CorsPolicy::from_text(
///     r#"{"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]}"#,
/// )?;
/// # let _ = policy;
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct CorsPolicy(State);

#[derive(Debug, Clone, Default)]
enum State {
    NoBucket,
    #[default]
    NoConfiguration,
    Rules(Arc<Rules>),
    /// Those of the app; the bucket has no configuration.
    AppRules(Arc<Rules>),
}

impl CorsPolicy {
    /// Checks and compiles a configuration.
    ///
    /// # Errors
    ///
    /// Every problem that [`CorsConfiguration::check`] finds.
    ///
    /// ```
    /// use s3_cors::{CorsConfiguration, CorsPolicy};
    ///
    /// assert!(CorsPolicy::new(&CorsConfiguration::default()).is_err());
    /// ```
    pub fn new(config: &CorsConfiguration) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self::compiled(config))
    }

    /// Reads, checks and compiles a configuration from text in any of the
    /// [dialects](crate::Dialect).
    ///
    /// # Errors
    ///
    /// The errors of [`CorsConfiguration::from_text`].
    ///
    /// ```
    /// # use s3_cors::CorsPolicy;
    /// CorsPolicy::from_text(r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#)?;
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    pub fn from_text(text: &str) -> Result<Self, ConfigError> {
        CorsConfiguration::from_text(text).map(|config| Self::compiled(&config))
    }

    /// Reads, checks and compiles a configuration from a file.
    ///
    /// # Errors
    ///
    /// The errors of [`CorsConfiguration::from_path`].
    ///
    /// ```no_run
    /// # use s3_cors::CorsPolicy;
    /// let policy = CorsPolicy::from_path("cors.json")?;
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        CorsConfiguration::from_path(path).map(|config| Self::compiled(&config))
    }

    /// Checks and compiles a configuration, or `None` for a bucket without one, together with the
    /// [app's own rules](crate::AppRules), which come after the bucket's.
    ///
    /// # Errors
    ///
    /// Everything [`CorsConfiguration::check`] finds. The app's rules have been checked already.
    pub fn with_app_rules(
        config: Option<&CorsConfiguration>,
        app: &AppRules,
    ) -> Result<Self, ConfigError> {
        config.map_or(Ok(()), CorsConfiguration::check)?;
        Ok(Self::compiled_with(config, app))
    }

    /// Whether the rule at a position, counted from 0, is one of the
    /// [app's own](crate::AppRules). These come after all rules of the bucket.
    #[must_use]
    pub fn is_app_rule(&self, index: usize) -> bool {
        self.rules()
            .is_ok_and(|rules| (rules.of_bucket()..rules.len()).contains(&index))
    }

    /// The policy of a bucket without CORS configuration, which is also the default: preflights are
    /// refused with "CORS is not enabled for this bucket", other requests get no CORS headers.
    ///
    /// ```
    /// use s3_cors::{CorsPolicy, Decision, RequestParts};
    ///
    /// let policy = CorsPolicy::without_configuration();
    /// let headers: &[(&str, &[u8])] = &[("Origin", b"https://example.com")];
    /// let request = RequestParts::new("OPTIONS", headers);
    /// let Decision::Refused(refusal) = policy.decide(&request) else { unreachable!() };
    /// assert_eq!(refusal.message(), "CORSResponse: CORS is not enabled for this bucket.");
    /// ```
    #[must_use]
    pub const fn without_configuration() -> Self {
        Self(State::NoConfiguration)
    }

    /// The policy of a bucket that does not exist, for servers with several buckets: preflights are
    /// refused with "Bucket not found".
    ///
    /// ```
    /// use s3_cors::{CorsPolicy, Decision, RequestParts};
    ///
    /// let policy = CorsPolicy::without_bucket();
    /// let headers: &[(&str, &[u8])] = &[("Origin", b"https://example.com")];
    /// let request = RequestParts::new("OPTIONS", headers);
    /// let Decision::Refused(refusal) = policy.decide(&request) else { unreachable!() };
    /// assert_eq!(refusal.message(), "CORSResponse: Bucket not found");
    /// ```
    #[must_use]
    pub const fn without_bucket() -> Self {
        Self(State::NoBucket)
    }

    /// The number of rules, including the app's own; 0 without a configuration.
    #[must_use]
    pub fn rule_count(&self) -> usize {
        self.rules().map_or(0, Rules::len)
    }

    /// The rule at an index counted from 0, such as [`CorsHeaders::rule_index`].
    ///
    /// [`CorsHeaders::rule_index`]: crate::CorsHeaders::rule_index
    #[must_use]
    pub fn rule(&self, index: usize) -> Option<&CompiledRule> {
        self.rules().ok().and_then(|rules| rules.get(index))
    }

    /// The set of all rules.
    #[must_use]
    pub fn all_rules(&self) -> RuleSet {
        self.rules().map_or(RuleSet::EMPTY, Rules::all)
    }

    /// The rules with an `AllowedOrigin` that matches the origin.
    ///
    /// ```
    /// # use s3_cors::CorsPolicy;
    /// let policy = CorsPolicy::from_text(
    ///     r#"[{"AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["GET"]}]"#,
    /// )?;
    /// assert_eq!(policy.rules_allowing_origin(b"https://www.example.com").first(), Some(0));
    /// assert!(policy.rules_allowing_origin(b"https://example.com").is_empty());
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    #[must_use]
    pub fn rules_allowing_origin(&self, origin: &[u8]) -> RuleSet {
        let found = |rules: &Rules| rules.allowing_origin(rules.all(), origin);
        self.rules().map_or(RuleSet::EMPTY, found)
    }

    /// The rules with the method in `AllowedMethods`, case-sensitive.
    ///
    /// ```
    /// # use s3_cors::CorsPolicy;
    /// let policy = CorsPolicy::from_text(
    ///     r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#,
    /// )?;
    /// assert_eq!(policy.rules_allowing_method(b"GET").first(), Some(0));
    /// assert!(policy.rules_allowing_method(b"get").is_empty());
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    #[must_use]
    pub fn rules_allowing_method(&self, method: &[u8]) -> RuleSet {
        let found = |rules: &Rules| rules.allowing_method(rules.all(), method);
        self.rules().map_or(RuleSet::EMPTY, found)
    }

    /// The rules with an `AllowedHeader` that matches the header name, case-insensitive.
    ///
    /// ```
    /// # use s3_cors::CorsPolicy;
    /// let policy = CorsPolicy::from_text(r#"[{
    ///     "AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "AllowedHeaders": ["x-amz-*"]
    /// }]"#)?;
    /// assert_eq!(policy.rules_allowing_header(b"X-Amz-Date").first(), Some(0));
    /// assert!(policy.rules_allowing_header(b"content-type").is_empty());
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    #[must_use]
    pub fn rules_allowing_header(&self, name: &[u8]) -> RuleSet {
        let found = |rules: &Rules| rules.allowing_header(rules.all(), name);
        self.rules().map_or(RuleSet::EMPTY, found)
    }

    pub(crate) fn rules(&self) -> Result<&Rules, Mismatch<'static>> {
        match &self.0 {
            State::NoBucket => Err(Mismatch::NoBucket),
            State::NoConfiguration => Err(Mismatch::NoConfiguration),
            State::Rules(rules) | State::AppRules(rules) => Ok(rules),
        }
    }

    /// Why no rule allows a request, as the bucket sees it: it does not know the app's own rules.
    #[inline]
    pub(crate) fn lacking<'a>(&self, mismatch: Mismatch<'a>) -> Mismatch<'a> {
        match &self.0 {
            State::AppRules(_) => Mismatch::NoConfiguration,
            _ => mismatch,
        }
    }

    /// Compiles a configuration, if there is one, that has passed the checks.
    pub(crate) fn compiled_with(config: Option<&CorsConfiguration>, app: &AppRules) -> Self {
        let rules = |of_bucket| Arc::new(Rules::new(of_bucket, app.rules()));
        Self(match config {
            Some(config) => State::Rules(rules(&config.cors_rules)),
            None if app.rules().is_empty() => State::NoConfiguration,
            None => State::AppRules(rules(&[])),
        })
    }

    /// Compiles a configuration that has passed the checks.
    fn compiled(config: &CorsConfiguration) -> Self {
        Self::compiled_with(Some(config), &AppRules::default())
    }
}

impl std::str::FromStr for CorsPolicy {
    type Err = ConfigError;

    /// Same as [`CorsPolicy::from_text`].
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Self::from_text(text)
    }
}

impl TryFrom<&CorsConfiguration> for CorsPolicy {
    type Error = ConfigError;

    /// Same as [`CorsPolicy::new`].
    fn try_from(config: &CorsConfiguration) -> Result<Self, ConfigError> {
        Self::new(config)
    }
}
