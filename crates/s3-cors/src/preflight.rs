//! Answers to preflights as ready header maps of the `http` crate 1.x.

use http::HeaderMap;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    HeaderValue, VARY,
};

use crate::http1::OwnedCorsHeaders;
use crate::values::RuleValues;

/// The headers of a rule's answers to preflights, in the order in which S3 sends them, with an
/// empty value where one is taken from the request.
pub(crate) fn template(values: &RuleValues<HeaderValue>, allows_any_origin: bool) -> HeaderMap {
    let empty = const { HeaderValue::from_static("") };
    let mut headers = HeaderMap::new();
    let any = const { HeaderValue::from_static("*") };
    let origin = if allows_any_origin {
        any
    } else {
        empty.clone()
    };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, values.allow_methods().clone());
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, empty);
    if let Some(names) = values.expose_headers() {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, names.clone());
    }
    if let Some(seconds) = values.max_age() {
        headers.insert(ACCESS_CONTROL_MAX_AGE, seconds.clone());
    }
    if !allows_any_origin {
        let credentials = const { HeaderValue::from_static("true") };
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, credentials);
    }
    headers.insert(VARY, const { HeaderValue::from_static(crate::VARY) });
    headers
}

impl OwnedCorsHeaders {
    /// All headers of the answer to a preflight, `Vary` included, in the order in which S3 sends
    /// them. Cheaper than inserting them one by one.
    #[must_use]
    pub fn into_preflight(self) -> HeaderMap {
        let mut headers = self.rule.preflight().clone();
        if let Some(origin) = self.origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
        if let Some(names) = self.requested_headers {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
            return headers;
        }
        // Removing it would put the last header in its place.
        let asked_for = |(name, _): &(&http::HeaderName, _)| *name != ACCESS_CONTROL_ALLOW_HEADERS;
        headers
            .iter()
            .filter(asked_for)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}
