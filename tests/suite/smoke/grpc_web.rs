//! The app that speaks gRPC-Web, with calls as browsers send them.

use conformance::answer::Answer;
use conformance::apps::{App, TONIC_APP};
use conformance::raw_http::exchange;
use serde_json::Value;

use crate::send;

const ORIGIN: &str = "https://www.example.com";
const CHECK: &str = "/grpc.health.v1.Health/Check";
/// The rules that come with it.
const RULES: &str = include_str!("../../../examples/tonic-app/cors.json");

fn start() -> App {
    let rules: Value = serde_json::from_str(RULES).expect("JSON");
    App::start(TONIC_APP, Some(&rules))
}

/// A call with a message, as a client for browsers sends it.
#[track_caller]
fn call(app: &App, origin: &str, message: &[u8]) -> Answer {
    let length = u32::try_from(message.len()).expect("a short message");
    let body = [&[0], &length.to_be_bytes()[..], message].concat();
    let head = format!(
        "POST {CHECK} HTTP/1.1\r\nHost: bucket.example\r\nOrigin: {origin}\r\n\
         Content-Type: application/grpc-web+proto\r\nX-Grpc-Web: 1\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    exchange(app.address(), &[head.as_bytes(), &body].concat()).expect("a response")
}

#[test]
fn a_preflight_of_a_client_for_browsers_is_allowed() {
    let app = start();
    let headers = [
        ("Origin", ORIGIN),
        ("Access-Control-Request-Method", "POST"),
        (
            "Access-Control-Request-Headers",
            "content-type,grpc-timeout,x-grpc-web,x-user-agent",
        ),
    ];
    let preflight = send(&app, "OPTIONS", CHECK, &headers);
    assert_eq!(preflight.status, 200);
    let origin = preflight.header("access-control-allow-origin");
    assert_eq!(origin, Some(ORIGIN));
}

#[test]
fn a_script_can_read_why_a_call_has_failed() {
    let app = start();
    // A field of the message: the name of a service that is not there.
    let failed = call(&app, ORIGIN, b"\x0a\x07no.Such");
    assert_eq!(failed.header("grpc-status"), Some("5"));
    let exposed = failed.header("access-control-expose-headers");
    let exposed: Vec<_> = exposed.expect("the header").split(", ").collect();
    for name in ["grpc-status", "grpc-message"] {
        assert!(exposed.contains(&name), "{exposed:?}");
    }
    let origin = failed.header("access-control-allow-origin");
    assert_eq!(origin, Some(ORIGIN));
}

#[test]
fn a_call_has_cors_headers_for_an_allowed_origin_and_none_for_another() {
    let app = start();
    for (origin, is_allowed) in [(ORIGIN, true), ("https://www.example.org", false)] {
        let answer = call(&app, origin, b"");
        assert_eq!(answer.status, 200);
        // A message whose first field says SERVING, and a frame with the trailers.
        assert_eq!(answer.body[..7], *b"\0\0\0\0\x02\x08\x01");
        assert_eq!(answer.body[7], 0x80);
        let allowed = answer.header("access-control-allow-origin");
        assert_eq!(allowed, is_allowed.then_some(origin));
    }
}
