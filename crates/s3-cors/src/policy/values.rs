//! The header values that all responses of a rule share.

use crate::configuration::CorsRule;

/// The header values that all responses of a rule share.
///
/// `V` is text, or the header value type of a version of the `http` crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleValues<V> {
    allow_methods: V,
    expose_headers: Option<V>,
    max_age: Option<V>,
}

impl RuleValues<Box<str>> {
    /// The header values of a rule.
    #[must_use]
    pub fn new(rule: &CorsRule) -> Self {
        let exposed = &rule.expose_headers;
        Self {
            allow_methods: rule.allowed_methods.join(", ").into(),
            expose_headers: (!exposed.is_empty()).then(|| exposed.join(", ").into()),
            max_age: rule
                .max_age_seconds
                .map(|seconds| seconds.to_string().into()),
        }
    }

    #[cfg(any(feature = "http-1x", feature = "http-02x"))]
    pub(crate) fn map<V>(&self, value: impl Fn(&str) -> V) -> RuleValues<V> {
        RuleValues {
            allow_methods: value(&self.allow_methods),
            expose_headers: self.expose_headers.as_deref().map(&value),
            max_age: self.max_age.as_deref().map(&value),
        }
    }
}

impl<V> RuleValues<V> {
    /// `Access-Control-Allow-Methods`: all methods of the rule, in order, joined by `, ` (F34).
    #[must_use]
    pub fn allow_methods(&self) -> &V {
        &self.allow_methods
    }

    /// `Access-Control-Expose-Headers`: all exposed headers of the rule, with case and order kept,
    /// joined by `, ` (F36); `None` if the rule has none.
    #[must_use]
    pub fn expose_headers(&self) -> Option<&V> {
        self.expose_headers.as_ref()
    }

    /// `Access-Control-Max-Age`: the rule's `MaxAgeSeconds` in decimal (F37); `None` if it has
    /// none. Zero is sent (D5).
    #[must_use]
    pub fn max_age(&self) -> Option<&V> {
        self.max_age.as_ref()
    }
}
