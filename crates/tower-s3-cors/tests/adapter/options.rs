//! The options of the layer.

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use tower_s3_cors::{RefusalBody, S3CorsLayer};

use crate::{
    ALLOWED, FOREIGN, FOREIGN_PREFLIGHT, Headers, NO_ORIGIN, PREFLIGHT, VARY, app, bytes, call,
    has_cors, is_apps, layer, lines, request,
};

#[test]
fn options_requests_that_are_no_preflights_reach_the_app_only_if_they_are_forwarded() {
    // The status by default, and whether the app responds if they are forwarded.
    let rows: [(Headers<'_>, u16, bool); 4] = [
        (NO_ORIGIN, 400, true),
        (ALLOWED, 403, true),
        (PREFLIGHT, 200, false),
        (FOREIGN_PREFLIGHT, 403, false),
    ];
    // The app's own headers would be a fourth opinion.
    let own: Headers<'_> = &[("access-control-allow-origin", "*")];
    for (headers, status, forwarded) in rows {
        let options = || request("OPTIONS", "/key", headers);
        let refused = call(layer().wrap(app(204, own)), options());
        assert_eq!(refused.status(), status, "{headers:?}");
        assert!(!is_apps(refused), "{headers:?}");

        let layer = layer().forward_non_preflight_options(true);
        let response = call(layer.wrap(app(204, own)), options());
        let expected = if forwarded { 204 } else { status };
        assert_eq!(response.status(), expected, "{headers:?}");
        if forwarded {
            assert!(!has_cors(response.headers()), "{headers:?}");
        }
        assert_eq!(is_apps(response), forwarded, "{headers:?}");
    }
}

#[test]
fn always_vary_adds_vary_to_responses_without_cors_headers() {
    for (method, headers) in [
        ("GET", NO_ORIGIN),
        ("GET", FOREIGN),
        ("OPTIONS", NO_ORIGIN),
        ("OPTIONS", FOREIGN_PREFLIGHT),
    ] {
        for (always, expected) in [(false, &[][..]), (true, &[VARY.to_owned()])] {
            let service = layer().always_vary(always).wrap(app(200, &[]));
            let response = call(service, request(method, "/key", headers));
            let vary = lines(response.headers(), "vary");
            assert_eq!(vary, expected, "{always}: {method} {headers:?}");
            assert!(!has_cors(response.headers()), "{method} {headers:?}");
        }
    }
}

#[test]
fn always_vary_changes_no_response_with_cors_headers() {
    for (method, headers) in [("GET", ALLOWED), ("OPTIONS", PREFLIGHT)] {
        let [one, other] = [false, true].map(|always| {
            let service = layer().always_vary(always).wrap(app(200, &[]));
            call(service, request(method, "/key", headers))
        });
        assert!(has_cors(one.headers()));
        assert_eq!(one.headers(), other.headers());
    }
}

#[test]
fn only_responses_whose_status_satisfies_the_condition_get_cors_headers() {
    let layer = layer().cors_headers_if_status(|status| status.is_success());
    for (status, expected) in [
        (200, true),
        (206, true),
        (304, false),
        (404, false),
        (500, false),
    ] {
        let response = call(
            layer.wrap(app(status, &[])),
            request("GET", "/key", ALLOWED),
        );
        assert_eq!(has_cors(response.headers()), expected, "{status}");
    }
    // It is not asked about the layer's own responses.
    let never = layer.cors_headers_if_status(|_| false);
    let preflight = call(
        never.wrap(app(200, &[])),
        request("OPTIONS", "/key", PREFLIGHT),
    );
    assert!(has_cors(preflight.headers()));
}

#[test]
fn the_body_of_a_refusal_and_its_content_type_can_be_replaced_and_nothing_else() {
    let own = || {
        layer().refusal_body(|refusal, id| {
            let text = HeaderValue::from_static("text/plain");
            RefusalBody::new(text, format!("{}, {id}", refusal.status()))
        })
    };
    for (headers, status) in [(NO_ORIGIN, 400), (ALLOWED, 403), (FOREIGN_PREFLIGHT, 403)] {
        let mut headers = headers.to_vec();
        headers.push(("x-request-id", "42"));
        let refuse = |layer: S3CorsLayer| {
            call(
                layer.wrap(app(200, &[])),
                request("OPTIONS", "/key", &headers),
            )
        };
        let [mut of_s3, mut own] = [refuse(layer()), refuse(own())];
        assert_eq!(own.status(), status);
        assert_eq!(own.status(), of_s3.status());
        let content_type = own.headers_mut().remove("content-type");
        assert_eq!(content_type, Some(HeaderValue::from_static("text/plain")));
        of_s3.headers_mut().remove("content-type");
        assert_eq!(own.headers(), of_s3.headers());
        assert_eq!(bytes(own), Bytes::from(format!("{status}, 42")));
    }
}

#[test]
fn a_layer_that_was_cloned_before_keeps_its_options() {
    let before = layer();
    let after = before.clone().cors_headers_if_status(|_| false);
    for (layer, expected) in [(before, true), (after, false)] {
        let response = call(layer.wrap(app(200, &[])), request("GET", "/key", ALLOWED));
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(has_cors(response.headers()), expected);
    }
}
