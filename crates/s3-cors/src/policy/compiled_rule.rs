//! A rule, compiled.

use super::values::RuleValues;
use crate::configuration::CorsRule;
use crate::pattern::Pattern;

/// A rule, compiled: the header values that all responses by it share.
#[derive(Debug)]
pub struct CompiledRule {
    allows_any_origin: bool,
    values: RuleValues<Box<str>>,
    #[cfg(feature = "http-1x")]
    http_1x: RuleValues<http::HeaderValue>,
    #[cfg(feature = "http-1x")]
    preflight: http::HeaderMap,
    #[cfg(feature = "http-02x")]
    http_02x: RuleValues<http02::HeaderValue>,
}

impl CompiledRule {
    pub(super) fn new(rule: &CorsRule) -> Self {
        let values = RuleValues::new(rule);
        // Wherever it stands among other origins, and even for one that is listed (F32, D4).
        let any = |origin: &String| Pattern::new(origin).is_any();
        let allows_any_origin = rule.allowed_origins.iter().any(any);
        #[cfg(feature = "http-1x")]
        let http_1x = values.map(super::prepared::http_1x::header_value);
        Self {
            allows_any_origin,
            #[cfg(feature = "http-1x")]
            preflight: super::prepared::preflight_template(&http_1x, allows_any_origin),
            #[cfg(feature = "http-1x")]
            http_1x,
            #[cfg(feature = "http-02x")]
            http_02x: values.map(super::prepared::http_02x::header_value),
            values,
        }
    }

    /// Whether the rule holds the origin `*`, for which S3 sends `*` without credentials (F30,
    /// F31).
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
    #[cfg(feature = "http-1x")]
    #[must_use]
    pub fn http_1x(&self) -> &RuleValues<http::HeaderValue> {
        &self.http_1x
    }

    #[cfg(feature = "http-1x")]
    pub(crate) fn preflight(&self) -> &http::HeaderMap {
        &self.preflight
    }

    /// The values the rule fixes, ready for the `http` crate 0.2: cloning one neither allocates
    /// nor validates.
    #[cfg(feature = "http-02x")]
    #[must_use]
    pub fn http_02x(&self) -> &RuleValues<http02::HeaderValue> {
        &self.http_02x
    }
}
