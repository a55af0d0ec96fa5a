//! A compiled rule.

use super::values::RuleValues;
use crate::configuration::CorsRule;
use crate::pattern::Pattern;

/// A compiled rule: the header values that all its responses share.
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
        // `*` wins wherever it is in the list, even for origins that are listed as well (F32, D4).
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

    /// Whether the rule lists the origin `*`, for which S3 sends `*` without credentials (F30,
    /// F31).
    #[must_use]
    pub fn allows_any_origin(&self) -> bool {
        self.allows_any_origin
    }

    /// The header values of the rule, as text.
    #[must_use]
    pub fn values(&self) -> &RuleValues<Box<str>> {
        &self.values
    }

    /// The header values of the rule for the `http` crate 1.x. Cloning one neither allocates nor
    /// validates.
    #[cfg(feature = "http-1x")]
    #[must_use]
    pub fn http_1x(&self) -> &RuleValues<http::HeaderValue> {
        &self.http_1x
    }

    #[cfg(feature = "http-1x")]
    pub(crate) fn preflight(&self) -> &http::HeaderMap {
        &self.preflight
    }

    /// The header values of the rule for the `http` crate 0.2. Cloning one neither allocates nor
    /// validates.
    #[cfg(feature = "http-02x")]
    #[must_use]
    pub fn http_02x(&self) -> &RuleValues<http02::HeaderValue> {
        &self.http_02x
    }
}
