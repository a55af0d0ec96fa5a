//! A rule, compiled.

#[cfg(any(feature = "http-1x", feature = "http-02x"))]
use std::sync::Arc;

#[cfg(any(feature = "http-1x", feature = "http-02x"))]
use super::per_shard::PerShard;
#[cfg(any(feature = "http-1x", feature = "http-02x"))]
use super::prepared;
use super::values::RuleValues;
use crate::configuration::CorsRule;
use crate::pattern::Pattern;

/// A rule, compiled: the header values that all responses by it share.
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
        // Wherever it stands among other origins, and even for one that is listed (F32, D4).
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

    /// The values the rule fixes, ready for the `http` crate 0.2: cloning one neither allocates
    /// nor validates.
    #[cfg(feature = "http-02x")]
    #[must_use]
    #[inline]
    pub fn http_02x(&self) -> &Arc<RuleValues<http02::HeaderValue>> {
        self.http_02x
            .get(|| self.values.map(prepared::http_02x::header_value))
    }
}
