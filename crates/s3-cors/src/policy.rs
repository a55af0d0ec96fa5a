//! The configuration compiled: immutable, cheap to share, ready to decide.

use std::path::Path;
use std::sync::Arc;

use crate::check::SUPPORTED_METHODS;
use crate::configuration::{CorsConfiguration, CorsRule};
use crate::decision::NotAllowed;
use crate::error::ConfigError;
use crate::requested_headers::{EchoOfNames, names};
use crate::rule_index::{CaseInsensitive, CaseSensitive, RuleIndex};
use crate::rule_set::RuleSet;
use crate::values::RuleValues;

/// A bucket's CORS configuration, checked and compiled to decide requests.
///
/// Immutable, `Send + Sync`, and cheap to clone: clones share what was compiled.
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
}

impl CorsPolicy {
    /// Checks and compiles a configuration.
    ///
    /// # Errors
    ///
    /// Everything [`CorsConfiguration::check`] finds.
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
    /// As [`CorsConfiguration::from_text`].
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
    /// As [`CorsConfiguration::from_path`].
    ///
    /// ```no_run
    /// # use s3_cors::CorsPolicy;
    /// let policy = CorsPolicy::from_path("cors.json")?;
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        CorsConfiguration::from_path(path).map(|config| Self::compiled(&config))
    }

    /// The policy of a bucket without CORS configuration, also the default: preflights are
    /// refused with "CORS is not enabled for this bucket", other requests get no CORS header.
    ///
    /// ```
    /// use s3_cors::{CorsPolicy, Decision, PlainRequest, ResourceType};
    ///
    /// let policy = CorsPolicy::without_configuration();
    /// let headers: &[(&str, &[u8])] = &[("Origin", b"https://example.com")];
    /// let request = PlainRequest { method: "OPTIONS", resource_type: ResourceType::Object, headers };
    /// let Decision::Refused(refusal) = policy.decide(&request) else { unreachable!() };
    /// assert_eq!(refusal.message(), "CORSResponse: CORS is not enabled for this bucket.");
    /// ```
    #[must_use]
    pub const fn without_configuration() -> Self {
        Self(State::NoConfiguration)
    }

    /// The policy of a bucket that does not exist, for servers that keep several: preflights are
    /// refused with "Bucket not found".
    ///
    /// ```
    /// use s3_cors::{CorsPolicy, Decision, PlainRequest, ResourceType};
    ///
    /// let policy = CorsPolicy::without_bucket();
    /// let headers: &[(&str, &[u8])] = &[("Origin", b"https://example.com")];
    /// let request = PlainRequest { method: "OPTIONS", resource_type: ResourceType::Object, headers };
    /// let Decision::Refused(refusal) = policy.decide(&request) else { unreachable!() };
    /// assert_eq!(refusal.message(), "CORSResponse: Bucket not found");
    /// ```
    #[must_use]
    pub const fn without_bucket() -> Self {
        Self(State::NoBucket)
    }

    /// How many rules there are; 0 without a configuration.
    #[must_use]
    pub fn rule_count(&self) -> usize {
        self.rules().map_or(0, |rules| rules.rules.len())
    }

    /// The rule at a position counted from 0, such as [`CorsHeaders::rule_index`] gives.
    ///
    /// [`CorsHeaders::rule_index`]: crate::CorsHeaders::rule_index
    #[must_use]
    pub fn rule(&self, index: usize) -> Option<&Rule> {
        self.rules().ok().and_then(|rules| rules.get(index))
    }

    pub(crate) fn rules(&self) -> Result<&Rules, NotAllowed<'static>> {
        match &self.0 {
            State::NoBucket => Err(NotAllowed::NoBucket),
            State::NoConfiguration => Err(NotAllowed::NoConfiguration),
            State::Rules(rules) => Ok(rules),
        }
    }

    /// The configuration has passed the checks.
    fn compiled(config: &CorsConfiguration) -> Self {
        Self(State::Rules(Arc::new(Rules::new(&config.cors_rules))))
    }
}

impl std::str::FromStr for CorsPolicy {
    type Err = ConfigError;

    /// The same as [`CorsPolicy::from_text`].
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Self::from_text(text)
    }
}

impl TryFrom<&CorsConfiguration> for CorsPolicy {
    type Error = ConfigError;

    /// The same as [`CorsPolicy::new`].
    fn try_from(config: &CorsConfiguration) -> Result<Self, ConfigError> {
        Self::new(config)
    }
}

/// All rules, and which of them allow what.
#[derive(Debug)]
pub(crate) struct Rules {
    origins: RuleIndex<CaseSensitive>,
    /// In the order of [`SUPPORTED_METHODS`].
    methods: [RuleSet; SUPPORTED_METHODS.len()],
    headers: RuleIndex<CaseInsensitive>,
    all: RuleSet,
    rules: Box<[Arc<Rule>]>,
}

impl Rules {
    fn new(rules: &[CorsRule]) -> Self {
        fn entries<'a>(
            rules: &'a [CorsRule],
            list: impl Fn(&'a CorsRule) -> &'a [String],
        ) -> impl Iterator<Item = (usize, &'a str)> {
            rules.iter().enumerate().flat_map(move |(index, rule)| {
                list(rule).iter().map(move |entry| (index, entry.as_str()))
            })
        }
        let mut all = RuleSet::EMPTY;
        for index in 0..rules.len() {
            all |= RuleSet::of(index);
        }
        let methods = SUPPORTED_METHODS.map(|method| {
            let mut allowing = RuleSet::EMPTY;
            for (index, entry) in entries(rules, |rule| &rule.allowed_methods) {
                if entry == method {
                    allowing |= RuleSet::of(index);
                }
            }
            allowing
        });
        Self {
            origins: RuleIndex::new(entries(rules, |rule| &rule.allowed_origins)),
            methods,
            headers: RuleIndex::new(entries(rules, |rule| &rule.allowed_headers)),
            all,
            rules: rules.iter().map(|rule| Arc::new(Rule::new(rule))).collect(),
        }
    }

    /// All rules.
    #[cfg(any(feature = "explain", feature = "lint", feature = "difference"))]
    pub(crate) const fn all(&self) -> RuleSet {
        self.all
    }

    /// The rules that allow an origin.
    pub(crate) fn allowing_origin(&self, origin: &[u8]) -> RuleSet {
        self.origins.rules_allowing(origin, self.all)
    }

    /// Those of some rules that allow a method, too, at least one.
    pub(crate) fn allowing_method(
        &self,
        rules: RuleSet,
        method: &[u8],
    ) -> Result<RuleSet, NotAllowed<'static>> {
        let supported = SUPPORTED_METHODS.into_iter().zip(&self.methods);
        let allowing = supported
            .filter(|(supported, _)| supported.as_bytes() == method)
            .map(|(_, allowing)| *allowing & rules)
            .next();
        match allowing {
            Some(allowing) if !allowing.is_empty() => Ok(allowing),
            _ => Err(NotAllowed::Method),
        }
    }

    /// Those of some rules that allow every name in a line of requested headers, too, at least
    /// one. Adds the names to their echo.
    #[inline]
    pub(crate) fn allowing_headers<'a>(
        &self,
        mut rules: RuleSet,
        line: &'a [u8],
        echo: &mut EchoOfNames<'a>,
    ) -> Result<RuleSet, NotAllowed<'a>> {
        for name in names(line) {
            rules = self.headers.rules_allowing(name, rules);
            if rules.is_empty() {
                return Err(NotAllowed::Header(name));
            }
            echo.push(name, line);
        }
        Ok(rules)
    }

    /// The first of some rules in the configuration's order.
    pub(crate) fn first_of(&self, rules: RuleSet) -> Option<(usize, &Arc<Rule>)> {
        let index = rules.first()?;
        Some((index, self.rules.get(index)?))
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Rule> {
        self.rules.get(index).map(Arc::as_ref)
    }
}

/// A rule, compiled: the values its answers share, made once.
#[derive(Debug)]
pub struct Rule {
    allows_any_origin: bool,
    values: RuleValues<Box<str>>,
    #[cfg(feature = "http1")]
    http1: RuleValues<http::HeaderValue>,
    #[cfg(feature = "http1")]
    preflight: http::HeaderMap,
    #[cfg(feature = "http02")]
    http02: RuleValues<http02::HeaderValue>,
}

impl Rule {
    fn new(rule: &CorsRule) -> Self {
        let values = RuleValues::new(rule);
        // Wherever it stands among other origins, and even for one that is listed.
        let allows_any_origin = rule.allowed_origins.iter().any(|origin| origin == "*");
        #[cfg(feature = "http1")]
        let http1 = values.map(crate::http1::header_value);
        Self {
            allows_any_origin,
            #[cfg(feature = "http1")]
            preflight: crate::preflight::template(&http1, allows_any_origin),
            #[cfg(feature = "http1")]
            http1,
            #[cfg(feature = "http02")]
            http02: values.map(crate::http02::header_value),
            values,
        }
    }

    /// Whether the rule holds the origin `*`, and so is answered with `*`, without credentials.
    #[must_use]
    pub fn allows_any_origin(&self) -> bool {
        self.allows_any_origin
    }

    /// The values the rule fixes, as text.
    #[must_use]
    pub fn values(&self) -> &RuleValues<Box<str>> {
        &self.values
    }

    /// The values the rule fixes, ready for the `http` crate 1.x: cloning one neither allocates
    /// nor validates.
    #[cfg(feature = "http1")]
    #[must_use]
    pub fn http1(&self) -> &RuleValues<http::HeaderValue> {
        &self.http1
    }

    #[cfg(feature = "http1")]
    pub(crate) fn preflight(&self) -> &http::HeaderMap {
        &self.preflight
    }

    /// The values the rule fixes, ready for the `http` crate 0.2: cloning one neither allocates
    /// nor validates.
    #[cfg(feature = "http02")]
    #[must_use]
    pub fn http02(&self) -> &RuleValues<http02::HeaderValue> {
        &self.http02
    }
}
