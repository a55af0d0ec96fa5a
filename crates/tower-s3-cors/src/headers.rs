//! The headers of answers: the policy's are added, the app's own `Access-Control-*` removed.

use http::header::{Entry, HeaderName, VARY};
use http::{HeaderMap, HeaderValue};
use s3_cors::http1::OwnedCorsHeaders;
use s3_cors::merge_vary;

/// Adds the headers, in the order in which S3 sends them.
pub(crate) fn add(cors: OwnedCorsHeaders, headers: &mut HeaderMap) {
    headers.reserve(7);
    cors.for_each(|name, value| {
        headers.insert(name, value);
    });
    add_vary(headers);
}

pub(crate) fn add_vary(headers: &mut HeaderMap) {
    match headers.entry(VARY) {
        Entry::Vacant(entry) => {
            entry.insert(HeaderValue::from_static(s3_cors::VARY));
        }
        Entry::Occupied(mut entry) => {
            let merged = merge_vary(entry.iter().map(HeaderValue::as_bytes));
            // Made of header values only.
            if let Ok(merged) = HeaderValue::try_from(merged) {
                entry.insert(merged);
            }
        }
    }
}

/// The policy is the only owner of `Access-Control-*`.
pub(crate) fn remove_access_control(headers: &mut HeaderMap) {
    let foreign = |name: &&HeaderName| name.as_str().starts_with("access-control-");
    while let Some(name) = headers.keys().find(foreign).cloned() {
        let _value = headers.remove(&name);
        #[cfg(feature = "tracing")]
        tracing::debug!(%name, value = ?_value, "removed a CORS header that the app set itself");
    }
}
