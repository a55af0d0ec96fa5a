//! The header values that all responses of a rule share.

use super::response_headers::{HeaderText, ResponseHeader};
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

    pub(crate) fn map<'a, V>(&'a self, value: impl Fn(&'a str) -> V) -> RuleValues<V> {
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

    /// Passes on the headers of a response in the order in which S3 sends them (F39): the origin to
    /// echo, `None` for a rule that lists `*`; and the names to echo, if any were requested.
    /// Credentials are allowed exactly when the origin is echoed (F30, F31).
    #[inline]
    pub(crate) fn for_each_header(
        &self,
        origin: Option<V>,
        requested_headers: Option<V>,
        mut send: impl FnMut(ResponseHeader, V),
    ) where
        V: HeaderText + Clone,
    {
        let echoes = origin.is_some();
        send(ResponseHeader::AllowOrigin, origin.unwrap_or(V::ANY_ORIGIN));
        send(ResponseHeader::AllowMethods, self.allow_methods.clone());
        if let Some(names) = requested_headers {
            send(ResponseHeader::AllowHeaders, names);
        }
        if let Some(names) = &self.expose_headers {
            send(ResponseHeader::ExposeHeaders, names.clone());
        }
        if let Some(seconds) = &self.max_age {
            send(ResponseHeader::MaxAge, seconds.clone());
        }
        if echoes {
            send(ResponseHeader::AllowCredentials, V::TRUE);
        }
        send(ResponseHeader::Vary, V::VARY);
    }
}
