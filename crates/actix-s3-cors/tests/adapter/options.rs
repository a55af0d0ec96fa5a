//! The options of the middleware.

use actix_s3_cors::{RefusalBody, S3Cors};
use actix_web::http::header::HeaderValue;

use crate::{
    ALLOWED, FOREIGN, FOREIGN_PREFLIGHT, Headers, NO_ORIGIN, PREFLIGHT, VARY, app, call, cors,
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
        let refused = call(cors(), app(404, own), "OPTIONS", "/key", headers);
        assert_eq!(refused.status, status, "{headers:?}");
        assert!(!refused.is_apps(), "{headers:?}");

        let cors = cors().forward_non_preflight_options(true);
        let response = call(cors, app(404, own), "OPTIONS", "/key", headers);
        let expected = if forwarded { 404 } else { status };
        assert_eq!(response.status, expected, "{headers:?}");
        assert_eq!(response.is_apps(), forwarded, "{headers:?}");
        if forwarded {
            assert!(!response.has_cors(), "{headers:?}");
        }
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
        for (always, expected) in [(false, &[][..]), (true, &[VARY])] {
            let cors = cors().always_vary(always);
            let response = call(cors, app(200, &[]), method, "/key", headers);
            let vary = response.lines("vary");
            assert_eq!(vary, expected, "{always}: {method} {headers:?}");
            assert!(!response.has_cors(), "{method} {headers:?}");
        }
    }
}

#[test]
fn always_vary_changes_no_response_with_cors_headers() {
    for (method, headers) in [("GET", ALLOWED), ("OPTIONS", PREFLIGHT)] {
        let [one, other] = [false, true].map(|always| {
            let cors = cors().always_vary(always);
            call(cors, app(200, &[]), method, "/key", headers)
        });
        assert!(one.has_cors());
        assert_eq!(one.sorted(), other.sorted());
    }
}

#[test]
fn only_responses_whose_status_satisfies_the_condition_get_cors_headers() {
    let cors = cors().cors_headers_if_status(|status| status.is_success());
    for (status, expected) in [
        (200, true),
        (206, true),
        (304, false),
        (404, false),
        (500, false),
    ] {
        let response = call(cors.clone(), app(status, &[]), "GET", "/key", ALLOWED);
        assert_eq!(response.has_cors(), expected, "{status}");
    }
    // It is not asked about the middleware's own responses.
    let never = cors.cors_headers_if_status(|_| false);
    let preflight = call(never, app(200, &[]), "OPTIONS", "/key", PREFLIGHT);
    assert!(preflight.has_cors());
}

#[test]
fn the_body_of_a_refusal_and_its_content_type_can_be_replaced_and_nothing_else() {
    let own = || {
        cors().refusal_body(|refusal, id| {
            let text = HeaderValue::from_static("text/plain");
            RefusalBody::new(text, format!("{}, {id}", refusal.status()))
        })
    };
    for (headers, status) in [(NO_ORIGIN, 400), (ALLOWED, 403), (FOREIGN_PREFLIGHT, 403)] {
        let mut headers = headers.to_vec();
        headers.push(("x-request-id", "42"));
        let refuse = |cors: S3Cors| call(cors, app(200, &[]), "OPTIONS", "/key", &headers);
        let [mut of_s3, mut own] = [refuse(cors()), refuse(own())];
        assert_eq!((own.status, of_s3.status), (status, status));
        assert_eq!(own.lines("content-type"), ["text/plain"]);
        for response in [&mut of_s3, &mut own] {
            response.headers.remove("content-type");
        }
        assert_eq!(own.sorted(), of_s3.sorted());
        assert_eq!(own.body, format!("{status}, 42"));
    }
}

#[test]
fn a_middleware_that_was_cloned_before_keeps_its_options() {
    let before = cors();
    let after = before.clone().cors_headers_if_status(|_| false);
    for (cors, expected) in [(before, true), (after, false)] {
        let response = call(cors, app(200, &[]), "GET", "/key", ALLOWED);
        assert_eq!(response.has_cors(), expected);
    }
}
