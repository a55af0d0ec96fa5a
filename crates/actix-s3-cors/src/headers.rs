//! The headers of answers: the policy's are added, the app's own `Access-Control-*` removed.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, VARY};
use s3_cors::http02::OwnedCorsHeaders;
use s3_cors::merge_vary;

/// Adds the headers; actix-web keeps no order of them.
pub(crate) fn add(cors: OwnedCorsHeaders, headers: &mut HeaderMap) {
    cors.for_each(|name, value| {
        headers.insert(name, value);
    });
    add_vary(headers);
}

pub(crate) fn add_vary(headers: &mut HeaderMap) {
    let vary = const { HeaderValue::from_static(s3_cors::VARY) };
    let own: Vec<HeaderValue> = headers.insert(VARY, vary).collect();
    if own.is_empty() {
        return;
    }
    // Made of header values only.
    if let Ok(merged) = HeaderValue::try_from(merge_vary(own.iter().map(HeaderValue::as_bytes))) {
        headers.insert(VARY, merged);
    }
}

/// The policy is the only owner of `Access-Control-*`.
pub(crate) fn remove_access_control(headers: &mut HeaderMap) {
    let foreign = |name: &&HeaderName| name.as_str().starts_with("access-control-");
    while let Some(name) = headers.keys().find(foreign).cloned() {
        for _value in headers.remove(&name) {
            #[cfg(feature = "tracing")]
            tracing::debug!(%name, value = ?_value, "removed a CORS header that the app set itself");
        }
    }
}
