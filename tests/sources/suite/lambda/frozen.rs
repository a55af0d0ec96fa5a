//! The function follows a bucket although its process is frozen between invocations: loads are made
//! by invocations, and by nothing else.

use std::net::SocketAddr;
use std::process::Command;

use conformance::apps::LAMBDA_APP;
use conformance_sources::client::READER;
use conformance_sources::configurations::good;
use conformance_sources::fake::{Fake, Response};
use conformance_sources::lambda::Function;
use conformance_sources::proxy::{Fault, Proxy};
use s3_cors::Dialect;

use crate::front_ends::FrontEnd;

fn rules(word: &str) -> Response {
    Response::xml(200, good(word).to_text(Dialect::Xml))
}

/// More than any load here takes, on however busy a machine.
const LONG: &str = "60";

fn start(bucket: SocketAddr, refresh_seconds: &str, timeout_seconds: &str) -> Function {
    let (key, secret) = READER;
    let prepare = |command: &mut Command| {
        command
            .env("CORS_BUCKET", "followed")
            .env("CORS_REFRESH_SECONDS", refresh_seconds)
            .env("CORS_TIMEOUT_SECONDS", timeout_seconds)
            .env("AWS_ENDPOINT_URL", format!("http://{bucket}"))
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", key)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_EC2_METADATA_DISABLED", "true");
    };
    Function::start(LAMBDA_APP, prepare)
}

/// Which of the origins the rules allow.
#[track_caller]
fn allowed<'w>(function: &Function, words: &[&'w str]) -> Vec<&'w str> {
    let is_allowed = |word: &&str| {
        let origin = format!("https://{word}.example");
        let headers = [
            ("Origin", &*origin),
            ("Access-Control-Request-Method", "GET"),
        ];
        let response = function.invoke(FrontEnd::HttpApi.event("OPTIONS", "/key", &headers));
        match FrontEnd::HttpApi.received(&response).status {
            200 => true,
            403 => false,
            status => panic!("status {status}"),
        }
    };
    words.iter().copied().filter(is_allowed).collect()
}

/// Each invocation loads the rules, if the machine is not too busy for that.
#[track_caller]
fn until_allowed(function: &Function, word: &str) {
    let mut invocations = 0..30;
    assert!(invocations.any(|_| allowed(function, &[word]) == [word]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_invocation_after_a_freeze_has_the_rules_of_now() {
    let bucket = Fake::new(rules("before")).await;
    let function = start(bucket.address(), "0", LONG);
    assert_eq!(allowed(&function, &["before", "after"]), ["before"]);
    // One when it started, and one for each invocation.
    assert_eq!(bucket.requests(), 3);

    function.freeze(true);
    bucket.set(rules("after"));
    function.freeze(false);
    assert_eq!(allowed(&function, &["after", "before"]), ["after"]);
    assert_eq!(bucket.requests(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn invocations_load_nothing_before_the_rules_are_old() {
    let bucket = Fake::new(rules("before")).await;
    let function = start(bucket.address(), "3600", LONG);
    for _ in 0..3 {
        assert_eq!(allowed(&function, &["before"]), ["before"]);
    }
    assert_eq!(bucket.requests(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_bucket_holds_no_invocation_up_and_its_rules_remain() {
    let bucket = Fake::new(rules("kept")).await;
    let proxy = Proxy::to(bucket.address()).await;
    let function = start(proxy.address(), "0", "1");
    until_allowed(&function, "kept");

    for fault in [
        Fault::Silent,
        Fault::Refused,
        Fault::ServerError,
        Fault::CutOff,
    ] {
        proxy.set(fault).await;
        assert_eq!(allowed(&function, &["kept"]), ["kept"], "{fault:?}");
    }

    proxy.set(Fault::None).await;
    bucket.set(rules("repaired"));
    until_allowed(&function, "repaired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_starts_without_its_bucket_has_the_rules_that_are_built_in() {
    let bucket = Fake::new(Response::error(403, "AccessDenied", "Access Denied")).await;
    let function = start(bucket.address(), "3600", LONG);
    let headers = [("Origin", "https://www.example.com")];
    let response = function.invoke(FrontEnd::FunctionUrl.event("GET", "/", &headers));
    let response = FrontEnd::FunctionUrl.received(&response);
    let origin = response.header("access-control-allow-origin");
    assert_eq!(origin, Some("https://www.example.com"));
    // The failed attempt counts: the next is an hour away.
    assert_eq!(bucket.requests(), 1);
}
