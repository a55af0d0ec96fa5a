//! The example apps as somebody starts them who has copied them out: a few requests over a socket,
//! and what they make of a configuration with errors.

mod apps;
mod grpc_web;
mod http2;
mod kept_alive;
mod reload;

use conformance::answer::Answer;
use conformance::apps::App;
use conformance::raw_http::{exchange, request};
use serde_json::{Value, json};

/// A configuration for the origins of a domain.
fn configuration(domain: &str) -> Value {
    json!([{
        "AllowedOrigins": [format!("https://*.{domain}")],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["*"],
        "MaxAgeSeconds": 60
    }])
}

/// A configuration with two errors.
fn faulty() -> Value {
    json!([{"AllowedOrigins": "*", "AllowedMethods": ["PATCH"]}])
}

#[track_caller]
fn send(app: &App, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let headers = headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()));
    exchange(app.address(), &request(method, path, headers)).expect("a response")
}

/// With errors in its configuration an app does not start, and prints them all.
#[track_caller]
fn assert_does_not_start(name: &str) {
    let (code, printed) = App::refuse_to_start(name, &faulty());
    assert_eq!(code, Some(2), "{name}: {printed}");
    assert_eq!(printed.lines().count(), 2, "{name}: {printed}");
    for place in ["AllowedOrigins", "AllowedMethods[0]"] {
        assert!(printed.contains(place), "{name}: {printed}");
    }
}
