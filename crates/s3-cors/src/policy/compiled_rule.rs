//! A compiled rule.

#[cfg(any(feature = "http-1x", feature = "http-02x"))]
use std::sync::Arc;

#[cfg(any(feature = "http-1x", feature = "http-02x"))]
use super::per_shard::PerShard;
#[cfg(any(feature = "http-1x", feature = "http-02x"))]
use super::prepared;
use super::values::RuleValues;
use crate::configuration::CorsRule;
use crate::pattern::Pattern;

/// A compiled rule: the header values that all its responses share.
#[derive(Debug)]
pub struct CompiledRule {
    allows_any_origin: bool,
    values: RuleValues<Box<str>>,
    #[cfg(feature = "http-1x")]
    http_1x: PerShard<RuleValues<http::HeaderValue>>,
    #[cfg(feature = "http-1x")]
    preflights: PerShard<prepared::Preflights>,
    #[cfg(feature = "http-02x")]
    http_02x: PerShard<RuleValues<http02::HeaderValue>>,
}

impl CompiledRule {
    pub(super) fn new(rule: &CorsRule) -> Self {
        // `*` wins wherever it is in the list, even for origins that are listed as well (F32, D4).
        let any = |origin: &String| Pattern::new(origin).is_any();
        Self {
            allows_any_origin: rule.allowed_origins.iter().any(any),
            values: RuleValues::new(rule),
            #[cfg(feature = "http-1x")]
            http_1x: PerShard::new(),
            #[cfg(feature = "http-1x")]
            preflights: PerShard::new(),
            #[cfg(feature = "http-02x")]
            http_02x: PerShard::new(),
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
    #[inline]
    pub fn http_1x(&self) -> &Arc<RuleValues<http::HeaderValue>> {
        self.http_1x
            .get(|| self.values.map(prepared::http_1x::header_value))
    }

    #[cfg(feature = "http-1x")]
    #[inline]
    pub(crate) fn preflights(&self) -> &prepared::Preflights {
        self.preflights
            .get(|| prepared::Preflights::new(&self.values, self.allows_any_origin))
    }

    /// The header values of the rule for the `http` crate 0.2. Cloning one neither allocates nor
    /// validates.
    #[cfg(feature = "http-02x")]
    #[must_use]
    #[inline]
    pub fn http_02x(&self) -> &Arc<RuleValues<http02::HeaderValue>> {
        self.http_02x
            .get(|| self.values.map(prepared::http_02x::header_value))
    }
}
