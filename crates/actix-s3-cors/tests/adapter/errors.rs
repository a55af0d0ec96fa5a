//! Errors, of which something outside the middleware makes the responses.

use std::future::ready;

use actix_web::dev::ServiceResponse;
use actix_web::error::{ErrorImATeapot, ErrorServiceUnavailable};
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, ResponseError};

use crate::{ALLOWED, FOREIGN, NO_ORIGIN, VARY, call, cors};

/// An error with a response of its own, which sets headers that belong to the policy.
#[derive(Debug)]
struct Opinionated;

impl std::fmt::Display for Opinionated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an error")
    }
}

impl ResponseError for Opinionated {
    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(StatusCode::CONFLICT)
            .append_header(("access-control-allow-origin", "*"))
            .append_header(("vary", "Cookie"))
            .body("an error")
    }
}

fn errors(config: &mut ServiceConfig) {
    let inner_middleware = web::resource("/middleware")
        .wrap_fn(|_, _| ready(Err::<ServiceResponse, _>(ErrorServiceUnavailable("down"))))
        .to(HttpResponse::Ok);
    config
        .route(
            "/handler",
            web::to(async || Err::<&str, _>(ErrorImATeapot("tea"))),
        )
        .route("/own", web::to(async || Err::<&str, _>(Opinionated)))
        .route("/get", web::get().to(HttpResponse::Ok))
        .service(inner_middleware);
}

/// Where errors come from, and the status they become.
const ERRORS: [(&str, &str, u16); 5] = [
    ("GET", "/handler", 418),
    ("GET", "/middleware", 503),
    ("GET", "/own", 409),
    ("GET", "/nowhere", 404),
    ("PUT", "/get", 404),
];

#[test]
fn every_error_has_cors_headers_for_an_allowed_origin_and_no_other() {
    for (method, path, status) in ERRORS {
        for (headers, origin) in [
            (ALLOWED, &["https://www.example.com"][..]),
            (FOREIGN, &[]),
            (NO_ORIGIN, &[]),
        ] {
            let response = call(cors(), errors, method, path, headers);
            let row = format!("{method} {path} {headers:?}");
            assert_eq!(response.status, status, "{row}");
            assert_eq!(
                response.lines("access-control-allow-origin"),
                origin,
                "{row}"
            );
            assert_eq!(response.has_cors(), !origin.is_empty(), "{row}");
        }
    }
}

#[test]
fn vary_is_merged_into_that_of_an_error() {
    let response = call(cors(), errors, "GET", "/own", ALLOWED);
    assert_eq!(response.lines("vary"), [format!("Cookie, {VARY}")]);
    assert_eq!(response.body, "an error");
    let response = call(cors().always_vary(true), errors, "GET", "/handler", FOREIGN);
    assert_eq!(response.lines("vary"), [VARY]);
}

#[test]
fn the_condition_on_the_status_holds_for_errors() {
    for (path, expected) in [("/handler", true), ("/middleware", false)] {
        let cors = cors().cors_headers_if_status(|status| status.is_client_error());
        let response = call(cors, errors, "GET", path, ALLOWED);
        assert_eq!(response.has_cors(), expected, "{path}");
    }
}
