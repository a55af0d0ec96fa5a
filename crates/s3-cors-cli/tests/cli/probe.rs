//! `probe` against servers with one fault each, and what it reports.

use std::collections::BTreeMap;
use std::sync::Mutex;

use s3_cors::CorsPolicy;

use crate::fake_server::{Request, Response, Server, bucket};
use crate::run::{Directory, Ran};

const CORS: &str = r#"[
    {
        "AllowedOrigins": ["https://www.example.com", "https://*.example.net"],
        "AllowedMethods": ["GET", "HEAD", "PUT"],
        "AllowedHeaders": ["content-type", "x-amz-*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3000
    },
    {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}
]"#;

/// The same without the rule for everybody, so that there are strangers.
pub(crate) const CLOSED: &str = r#"[{
    "AllowedOrigins": ["https://www.example.com", "https://*.example.net"],
    "AllowedMethods": ["GET", "HEAD", "PUT"],
    "AllowedHeaders": ["content-type", "x-amz-*"],
    "ExposeHeaders": ["ETag"],
    "MaxAgeSeconds": 3000
}]"#;

pub(crate) fn policy(text: &str) -> CorsPolicy {
    CorsPolicy::from_text(text).expect("a configuration")
}

pub(crate) fn probe(server: &Server, cors: &str, more: &[&str]) -> Ran {
    let directory = Directory::with(cors);
    let url = server.url();
    let mut arguments = vec!["probe", &url, "--config", "cors.json", "--rate", "10000"];
    arguments.extend(more);
    directory.run(&arguments)
}

#[test]
fn a_bucket_that_behaves_as_configured_has_no_difference() {
    for cors in [CORS, CLOSED] {
        let server = Server::bucket(policy(cors));
        let ran = probe(&server, cors, &["--exact"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stdout);
        let number = server.requests().len();
        let said = format!("no difference: all {number} responses match cors.json\n");
        assert!(ran.stdout.ends_with(&said), "{}", ran.stdout);
        assert_eq!(ran.stderr, "");
        assert!(number > 40, "{number} requests");
    }
}

pub(crate) fn honest(request: &Request) -> Response {
    bucket(&policy(CLOSED), request)
}

#[test]
fn differences_that_browsers_ignore_count_only_with_exact() {
    let server = Server::responding(|request| {
        let response = honest(request);
        match (response.status, request.method.as_str()) {
            (200, "OPTIONS") => Response {
                status: 204,
                ..response
            },
            _ => response,
        }
    });
    let ran = probe(&server, CLOSED, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("only in ways that browsers ignore (use --exact to include them)"),
        "{}",
        ran.stdout
    );
    let ran = probe(&server, CLOSED, &["--exact"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("    status\n      expected  200\n      found     204\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn only_options_get_and_head_are_sent_unless_writes_are_asked_for() {
    let methods = |server: &Server| {
        let mut methods: Vec<String> = server.requests().into_iter().map(|r| r.method).collect();
        methods.sort();
        methods.dedup();
        methods
    };
    let server = Server::bucket(policy(CORS));
    assert_eq!(probe(&server, CORS, &[]).code, Some(0));
    assert_eq!(methods(&server), ["GET", "HEAD", "OPTIONS"]);

    let server = Server::bucket(policy(CORS));
    let ran = probe(&server, CORS, &["--include-writes"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert_eq!(
        methods(&server),
        ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]
    );
    // Not without a word.
    let url = server.url();
    let said = format!(
        "warning: sending 2 PUT, 2 POST, 2 DELETE with an empty body to {url}: the resource may be overwritten and deleted\n"
    );
    assert_eq!(ran.stderr, said);
    for request in server.requests() {
        if matches!(request.method.as_str(), "PUT" | "POST") {
            assert_eq!(request.header("content-length"), Some("0"), "{request:?}");
        }
    }

    let server = Server::bucket(policy(CORS));
    let ran = probe(&server, CORS, &["--include-writes", "--dry-run"]);
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.stdout
            .contains("\nPUT  Origin: https://www.example.com\n"),
        "{}",
        ran.stdout
    );
    let arguments = ["--include-writes", "--dry-run", "--format", "json"];
    let json = probe(&server, CORS, &arguments).json();
    let requests = json["requests"].as_array().expect("a list");
    assert_eq!(
        Some(requests.len() as u64),
        json["requests_possible"].as_u64()
    );
    assert!(server.requests().is_empty(), "a dry run sends nothing");
}

#[test]
fn the_number_of_requests_is_bounded_and_the_most_informative_come_first() {
    let server = Server::bucket(policy(CLOSED));
    let ran = probe(&server, CLOSED, &["--max-requests", "5"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    let requests = server.requests();
    let first: Vec<(&str, Option<&str>)> = requests
        .iter()
        .map(|request| (request.method.as_str(), request.header("origin")))
        .collect();
    assert_eq!(
        first,
        [
            // Whoever caches this one gives himself away with the third.
            ("GET", None),
            ("OPTIONS", None),
            ("GET", Some("https://www.example.com")),
            ("OPTIONS", Some("https://www.example.com")),
            ("GET", Some("https://stranger.s3-cors.test")),
        ]
    );
    assert!(
        ran.stdout
            .contains("more requests are possible: see --max-requests")
    );
}

#[test]
fn requests_carry_lists_of_headers_on_one_line_and_on_two() {
    let server = Server::bucket(policy(CLOSED));
    assert_eq!(probe(&server, CLOSED, &[]).code, Some(0));
    let lines: Vec<Vec<String>> = server
        .requests()
        .into_iter()
        .map(|request| {
            let asked = |(name, value)| (name == "access-control-request-headers").then_some(value);
            request.headers.into_iter().filter_map(asked).collect()
        })
        .collect();
    assert!(
        lines.contains(&vec!["content-type, x-amz-probe".into()]),
        "{lines:?}"
    );
    assert!(
        lines.contains(&vec!["content-type".into(), "x-amz-probe".into()]),
        "{lines:?}"
    );
}

#[test]
fn two_endpoints_are_compared_with_each_other_and_the_configuration() {
    let bucket = Server::bucket(policy(CLOSED));
    let cdn = Server::responding(|request| honest(request).without("vary"));
    let directory = Directory::with(CLOSED);
    let (one, other) = (bucket.url(), cdn.url());
    let arguments = [
        "probe",
        &one,
        &other,
        "--config",
        "cors.json",
        "--rate",
        "10000",
    ];
    let ran = directory.run(&arguments);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    for line in [
        format!("{one}: no difference: all"),
        format!("vary-missing: {other}: "),
        "    vary\n".into(),
        format!("      {other}  (none)\n"),
    ] {
        assert!(
            ran.stdout.contains(&line),
            "{line:?} is not in {}",
            ran.stdout
        );
    }
    let json = directory
        .run(&[&arguments[..], &["--format", "json"]].concat())
        .json();
    assert_eq!(json["endpoints"][0]["differing"], 0);
    assert_eq!(json["endpoints"][1]["differing"], json["endpoints_differ"]);

    let twin = Server::bucket(policy(CLOSED)).url();
    let ran = directory.run(&[
        "probe",
        &one,
        &twin,
        "--config",
        "cors.json",
        "--rate",
        "10000",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert!(
        ran.stdout
            .ends_with("no difference: both endpoints give the same responses\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_cache_that_ignores_the_origin_is_found_by_the_order_of_the_requests() {
    // Keeps the first response to GET for each URL, as a CDN without Origin in its key does.
    let kept: Mutex<BTreeMap<String, Response>> = Mutex::default();
    let server = Server::responding(move |request| {
        if request.method != "GET" {
            return honest(request);
        }
        let mut kept = kept.lock().expect("no panic");
        match kept.get(&request.path) {
            Some(response) => response.clone().with("age", "1"),
            None => {
                let response = honest(request);
                kept.insert(request.path.clone(), response.clone());
                response
            }
        }
    });
    let ran = probe(&server, CLOSED, &[]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stdout
            .contains("cached-response: responses that differ come from a cache (age: 1)"),
        "{}",
        ran.stdout
    );
}

#[test]
fn responses_can_neither_break_lines_nor_control_the_terminal() {
    let server = Server::responding(|request| {
        honest(request).without("access-control-allow-origin").with(
            "access-control-allow-origin",
            "\t\u{202e}\u{9b}31mred https://a.test",
        )
    });
    for more in [&[][..], &["--all"]] {
        let ran = probe(&server, CLOSED, more);
        assert_eq!(ran.code, Some(1));
        let hostile = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!ran.stdout.contains(hostile), "{:?}", ran.stdout);
        assert!(
            ran.stdout.contains("31mred https://a.test"),
            "{}",
            ran.stdout
        );
    }
}
