//! Preflight responses as ready header maps of the `http` crate 1.x.

use http::HeaderMap;
use http::header::{ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, HeaderName};

use super::http_1x::OwnedCorsHeaders;

impl OwnedCorsHeaders {
    /// All headers of the preflight response, in the order in which S3 sends them. Cheaper than
    /// inserting them one by one.
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
        let sent = |(name, _): &(&HeaderName, _)| *name != ACCESS_CONTROL_ALLOW_HEADERS;
        headers
            .iter()
            .filter(sent)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}
