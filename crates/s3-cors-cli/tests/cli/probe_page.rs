//! `probe URL --origin ORIGIN`: what an endpoint lets a page do, without a configuration.

use crate::fake_server::{Request, Response, Server};
use crate::probe::{CLOSED, honest, policy};
use crate::run::{Directory, Ran};

const PAGE: &str = "https://www.example.com";

fn probe(server: &Server, page: &str, more: &[&str]) -> Ran {
    let url = server.url();
    let mut arguments = vec!["probe", &url, "--origin", page, "--rate", "10000"];
    arguments.extend(more);
    Directory::new().run(&arguments)
}

#[test]
fn what_a_bucket_lets_a_page_do_is_told_call_by_call() {
    let server = Server::bucket(policy(CLOSED));
    let ran = probe(&server, PAGE, &[]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(0), ""),
        "{}",
        ran.stdout
    );
    for line in [
        format!("{} for a page of {PAGE}: ", server.url()),
        "\nGET: allowed: the script can read the response\n".into(),
        "\nGET with credentials: allowed: ".into(),
        "\nPUT: allowed by the preflight (the actual request was not sent)\n".into(),
        "  the browser may cache the preflight for up to 3000 seconds\n".into(),
        "\nGET with Authorization: blocked: ".into(),
        "\nDELETE: blocked: ".into(),
    ] {
        assert!(
            ran.stdout.contains(&line),
            "{line:?} is not in {}",
            ran.stdout
        );
    }
    // What changes nothing, and no secret.
    for request in server.requests() {
        assert!(
            matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS"),
            "{request:?}"
        );
        assert_eq!(request.header("authorization"), None);
    }

    let json = probe(&server, PAGE, &["--format", "json"]).json();
    assert_eq!(json["page"], PAGE);
    let put = json["calls"]
        .as_array()
        .and_then(|calls| calls.iter().find(|call| call["name"] == "PUT"))
        .expect("a call");
    assert_eq!(
        (&put["allowed"], &put["preflight_max_age"]),
        (&true.into(), &3000.into())
    );
}

#[test]
fn a_page_that_is_not_allowed_is_told_why() {
    let server = Server::bucket(policy(CLOSED));
    let ran = probe(&server, "https://other.example.org", &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert!(ran.stdout.contains("\nGET: blocked: "), "{}", ran.stdout);
    assert!(!ran.stdout.contains("CloudFront"), "{}", ran.stdout);
}

/// A fault, its server, and its code.
type Row = (&'static str, fn(&Request) -> Response, &'static str);

fn allowing(request: &Request, allows: fn(&str) -> bool) -> Response {
    match request.header("origin") {
        Some(origin) if allows(origin) => Response::new(200, "")
            .with("access-control-allow-origin", origin)
            .with("access-control-allow-methods", "PUT")
            .with("vary", "Origin"),
        _ => Response::new(200, ""),
    }
}

const FAULTS: &[Row] = &[
    (
        "the end is compared",
        |request| allowing(request, |origin| origin.ends_with("www.example.com")),
        "pre-domain",
    ),
    (
        "the beginning is compared",
        |request| allowing(request, |origin| origin.starts_with(PAGE)),
        "post-domain",
    ),
    (
        "dots are not escaped",
        |request| {
            allowing(request, |origin| {
                origin == PAGE || origin == "https://wwwxexample.com"
            })
        },
        "unescaped-dot",
    ),
    (
        "the scheme is not compared",
        |request| allowing(request, |origin| origin.ends_with("://www.example.com")),
        "plain-http",
    ),
    (
        "null is allowed",
        |request| allowing(request, |origin| origin == PAGE || origin == "null"),
        "null-origin",
    ),
    (
        "a third party is allowed",
        |request| {
            allowing(request, |origin| {
                origin == PAGE || origin.contains("jshell")
            })
        },
        "third-party",
    ),
    (
        "every origin is reflected",
        |request| allowing(request, |_| true),
        "allows-any-origin",
    ),
    (
        "there is no CORS at all",
        |_| Response::new(200, ""),
        "no-cors-headers",
    ),
    (
        "there is no route for HEAD",
        |request| match request.method.as_str() {
            "HEAD" => Response::new(405, ""),
            _ => allowing(request, |origin| origin == PAGE),
        },
        "head-not-handled",
    ),
    (
        "Vary is missing",
        |request| allowing(request, |origin| origin == PAGE).without("vary"),
        "vary-missing",
    ),
];

#[test]
fn each_fault_has_its_name_without_a_configuration() {
    for (fault, respond, code) in FAULTS {
        let server = Server::responding(respond);
        let ran = probe(&server, PAGE, &["--format", "json"]);
        assert_eq!(ran.code, Some(1), "{fault}: {}", ran.stdout);
        let json = ran.json();
        let found: Vec<&str> = json["diagnoses"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|diagnosis| diagnosis["code"].as_str())
            .collect();
        assert!(found.contains(code), "{fault}: {found:?}");
    }
    let server = Server::responding(|request| allowing(request, |origin| origin == PAGE));
    let json = probe(&server, PAGE, &["--format", "json"]).json();
    assert_eq!(json["diagnoses"], serde_json::json!([]));
}

#[test]
fn what_no_page_can_be_is_an_error_that_says_what_was_meant() {
    let server = Server::responding(honest);
    for (page, meant) in [
        ("localhost:3000", "http://localhost:3000"),
        ("https://www.example.com/", "https://www.example.com"),
    ] {
        let ran = probe(&server, page, &[]);
        assert_eq!(ran.code, Some(2));
        let said = format!(
            "error: no browser sends the Origin \"{page}\"; \"{meant}\" was probably meant\n"
        );
        assert_eq!((ran.stdout.as_str(), ran.stderr), ("", said));
    }
    assert!(server.requests().is_empty());
    let own = format!("http://{}", server.address);
    let ran = probe(&server, &own, &[]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("browsers apply no CORS"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_dry_run_says_what_would_be_sent() {
    let server = Server::responding(honest);
    let ran = probe(&server, PAGE, &["--dry-run"]);
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.stdout
            .contains("Origin: https://evilwww.example.com\n  pre-domain\n"),
        "{}",
        ran.stdout
    );
    probe(&server, PAGE, &["--dry-run", "--format", "json"]).json();
    assert!(server.requests().is_empty());
}

#[test]
fn an_endpoint_that_does_not_respond_is_a_failure() {
    let ran = Directory::new().run(&["probe", "http://127.0.0.1:9/a", "--origin", PAGE]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("does not respond"), "{}", ran.stderr);
}
