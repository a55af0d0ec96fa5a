//! The headers of responses that are made without the app, as ready maps of the `http` crate 1.x.
//! Cloning a map and setting its values by position is cheaper than inserting them by name.

use std::sync::OnceLock;

use http::{HeaderMap, HeaderValue};

use super::RequestId;
use super::http::http_1x::{add_refusal_headers, echoes, id_value};
use crate::decision::CorsHeaders;

/// All headers of the response to a preflight, in the order in which S3 sends them.
#[must_use]
pub fn preflight_headers(cors: CorsHeaders<'_, HeaderValue>) -> HeaderMap {
    let preflights = cors.rule().preflights();
    let (origin, requested_headers) = echoes(cors);
    preflights.headers(origin, requested_headers)
}

/// All headers of a refusal, as [`add_refusal_headers`] adds them.
#[must_use]
pub fn refusal_headers(content_type: Option<HeaderValue>, request_id: &RequestId<'_>) -> HeaderMap {
    static TEMPLATE: OnceLock<HeaderMap> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| {
        let mut headers = HeaderMap::new();
        add_refusal_headers(&mut headers, None, &RequestId::of(None));
        if let Some(id) = headers.values_mut().nth(1) {
            // A static value has no counter, so cloning it writes nothing that threads share.
            *id = HeaderValue::from_static("");
        }
        headers
    });
    let mut headers = template.clone();
    let mut values = headers.values_mut();
    let first = values.next();
    if let Some(id) = values.next() {
        *id = id_value(request_id);
    }
    if let (Some(value), Some(content_type)) = (first, content_type) {
        *value = content_type;
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_set_by_position_equal_those_added_by_name() {
        let id = RequestId::of(Some(b"an-id"));
        for content_type in [None, Some(HeaderValue::from_static("text/plain"))] {
            let mut expected = HeaderMap::new();
            add_refusal_headers(&mut expected, content_type.clone(), &id);
            let found: Vec<_> = refusal_headers(content_type, &id).into_iter().collect();
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
        }
    }
}
