//! The headers of answers: the policy's are added, the app's own `Access-Control-*` removed.

use http::header::{HeaderName, VARY};
use http::{HeaderMap, HeaderValue};
use s3_cors::http1::OwnedCorsHeaders;
use s3_cors::merge_vary;

/// What an app's own headers have to do with CORS.
#[derive(Debug, Default)]
pub(crate) struct Own {
    vary: bool,
}

/// Removes the app's own `Access-Control-*`: the policy is the only owner of these.
#[inline]
pub(crate) fn remove_access_control(headers: &mut HeaderMap) -> Own {
    let foreign = |name: &HeaderName| name.as_str().starts_with("access-control-");
    let mut own = Own::default();
    let mut any_foreign = false;
    for name in headers.keys() {
        own.vary |= name == VARY;
        any_foreign |= foreign(name);
    }
    while any_foreign && let Some(name) = headers.keys().find(|name| foreign(name)).cloned() {
        if let Some(_value) = headers.remove(&name) {
            #[cfg(feature = "tracing")]
            tracing::debug!(%name, value = ?_value, "removed a CORS header that the app set itself");
        }
    }
    own
}

/// Adds the headers to an answer's own, in the order in which S3 sends them.
pub(crate) fn add(cors: OwnedCorsHeaders, own: &Own, headers: &mut HeaderMap) {
    // And one for Vary.
    let _ = headers.try_reserve(cors.count() + 1);
    cors.for_each(|name, value| {
        // Fails only where the app has sent tens of thousands of headers already.
        let _ = headers.try_insert(name, value);
    });
    add_vary(own, headers);
}

pub(crate) fn add_vary(own: &Own, headers: &mut HeaderMap) {
    let mut vary = const { HeaderValue::from_static(s3_cors::VARY) };
    if own.vary {
        let merged = merge_vary(headers.get_all(VARY).iter().map(HeaderValue::as_bytes));
        // Made of header values only.
        vary = HeaderValue::try_from(merged).unwrap_or(vary);
    }
    let _ = headers.try_insert(VARY, vary);
}
