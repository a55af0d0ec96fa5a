//! What happens to the answers of apps, by one table for both adapters: the corpus knows nothing
//! of statuses, of the app's own headers, and of options.

mod on_actix;
mod on_axum;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use conformance::answer::Answer;
use s3_cors::CorsPolicy;

const CORS: &str = r#"[{
    "AllowedOrigins": ["https://www.example.com"],
    "AllowedMethods": ["GET", "PUT", "DELETE"],
    "AllowedHeaders": ["x-*"],
    "ExposeHeaders": ["ETag"],
    "MaxAgeSeconds": 60
}]"#;

const VARY: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
const ALLOWED: [(&str, &str); 1] = [("Origin", "https://www.example.com")];
const FOREIGN: [(&str, &str); 1] = [("Origin", "https://evil.example")];
const NO_ORIGIN: [(&str, &str); 0] = [];
const PREFLIGHT: [(&str, &str); 2] = [
    ("Origin", "https://www.example.com"),
    ("Access-Control-Request-Method", "PUT"),
];

/// An app behind an adapter. It counts the requests that reach it.
struct App {
    policy: CorsPolicy,
    forward_non_preflight_options: bool,
    always_vary: bool,
    successes_only: bool,
    text_refusals: bool,
    /// The headers with which `/ok` answers.
    headers: &'static [(&'static str, &'static str)],
    calls: Arc<AtomicUsize>,
}

#[derive(Debug, Clone, Copy)]
enum Framework {
    Axum,
    Actix,
}

const BOTH: [Framework; 2] = [Framework::Axum, Framework::Actix];

impl App {
    fn new() -> Self {
        Self {
            policy: CorsPolicy::from_text(CORS).expect("a configuration"),
            forward_non_preflight_options: false,
            always_vary: false,
            successes_only: false,
            text_refusals: false,
            headers: &[],
            calls: Arc::default(),
        }
    }

    fn with_headers(headers: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            headers,
            ..Self::new()
        }
    }

    #[track_caller]
    fn ask(&self, on: Framework, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        match on {
            Framework::Axum => on_axum::ask(self, method, path, headers),
            Framework::Actix => on_actix::ask(self, method, path, headers),
        }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

/// The CORS headers and `Vary` of an answer to an allowed `Origin`.
#[track_caller]
fn assert_cors(answer: &Answer, vary: &str, row: &str) {
    let expected = [
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "GET, PUT, DELETE"),
        ("access-control-allow-origin", "https://www.example.com"),
        ("access-control-expose-headers", "ETag"),
        ("access-control-max-age", "60"),
        ("vary", vary),
    ];
    assert_eq!(
        answer.cors_lines(),
        expected.map(|(name, value)| (name, value.to_owned())),
        "{row}"
    );
}

#[track_caller]
fn assert_no_cors(answer: &Answer, row: &str) {
    assert_eq!(answer.cors_lines(), [], "{row}");
}

/// Everything an app answers with, and who answers.
const ANSWERS: [(&str, &str, u16); 9] = [
    ("GET", "/ok", 200),
    ("GET", "/not-modified", 304),
    // The router knows no such path.
    ("GET", "/nowhere", 404),
    // The router knows the path, but not with this method.
    ("DELETE", "/ok", 405),
    // A layer inside asks for a token.
    ("GET", "/private", 401),
    ("GET", "/handler-error", 418),
    // A layer inside fails: with an error, which somebody else makes an answer of,
    ("GET", "/middleware-error", 503),
    // or with an answer.
    ("GET", "/short-circuit", 502),
    ("PUT", "/any", 200),
];

#[test]
fn every_answer_to_an_allowed_origin_has_its_headers() {
    for on in BOTH {
        for (method, path, status) in ANSWERS {
            let row = format!("{on:?}: {method} {path}");
            let app = App::new();
            let answer = app.ask(on, method, path, &ALLOWED);
            assert_eq!(answer.status, status, "{row}");
            assert_cors(&answer, VARY, &row);
        }
    }
}

#[test]
fn a_panic_that_a_layer_inside_catches_has_its_headers() {
    // An axum app only: actix-web has no such layer, and drops the connection.
    let answer = App::new().ask(Framework::Axum, "GET", "/panic", &ALLOWED);
    assert_eq!(answer.status, 500);
    assert_cors(&answer, VARY, "panic");
}

#[test]
fn no_answer_to_a_foreign_or_missing_origin_has_headers() {
    for on in BOTH {
        for (method, path, status) in ANSWERS {
            for headers in [&FOREIGN[..], &NO_ORIGIN] {
                let row = format!("{on:?}: {method} {path} {headers:?}");
                let answer = App::new().ask(on, method, path, headers);
                assert_eq!(answer.status, status, "{row}");
                assert_no_cors(&answer, &row);
            }
        }
    }
}

#[test]
fn actual_requests_always_reach_the_app() {
    let asked_for: &[(&str, &str)] = &[
        ("Origin", "https://www.example.com"),
        ("Access-Control-Request-Method", "PATCH"),
        ("Access-Control-Request-Headers", "y"),
    ];
    for on in BOTH {
        for method in [
            "GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "PROPFIND", "options",
        ] {
            for headers in [&ALLOWED[..], &FOREIGN, &NO_ORIGIN, asked_for] {
                let app = App::new();
                let answer = app.ask(on, method, "/any", headers);
                assert_eq!(
                    (app.calls(), answer.status),
                    (1, 200),
                    "{on:?}: {method} {headers:?}"
                );
            }
        }
    }
}

#[test]
fn no_options_request_reaches_the_app() {
    let rows: [(&[(&str, &str)], u16); 6] = [
        (&PREFLIGHT, 200),
        (&ALLOWED, 403),
        (&FOREIGN, 403),
        (&NO_ORIGIN, 400),
        (
            &[
                ("Origin", "https://evil.example"),
                ("Access-Control-Request-Method", "PUT"),
            ],
            403,
        ),
        (
            &[
                ("Origin", "https://www.example.com"),
                ("Access-Control-Request-Method", "X"),
            ],
            400,
        ),
    ];
    for on in BOTH {
        // Whatever the app makes of the path.
        for path in [
            "/any",
            "/ok",
            "/",
            "/nowhere",
            "/private",
            "/middleware-error",
        ] {
            for (headers, status) in rows {
                let app = App::with_headers(&[("vary", "cookie")]);
                let answer = app.ask(on, "OPTIONS", path, headers);
                let row = format!("{on:?}: {path} {headers:?}");
                assert_eq!((app.calls(), answer.status), (0, status), "{row}");
            }
        }
    }
}

#[test]
fn a_preflight_is_answered_with_cors_headers_and_nothing_else() {
    let headers: &[(&str, &str)] = &[
        ("Origin", "https://www.example.com"),
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "X-B,x-a"),
        ("x-request-id", "1"),
    ];
    for on in BOTH {
        let mut answer = App::new().ask(on, "OPTIONS", "/any", headers);
        answer.headers.sort();
        let expected = [
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-headers", "x-b, x-a"),
            ("access-control-allow-methods", "GET, PUT, DELETE"),
            ("access-control-allow-origin", "https://www.example.com"),
            ("access-control-expose-headers", "ETag"),
            ("access-control-max-age", "60"),
            ("vary", VARY),
        ];
        let expected = Answer {
            status: 200,
            headers: expected
                .map(|(name, value)| (name.into(), value.into()))
                .to_vec(),
            body: Vec::new(),
        };
        assert_eq!(answer, expected, "{on:?}");
    }
}

#[test]
fn vary_is_merged_into_one_line() {
    const AFTER_ENCODING: &str = "Accept-Encoding, Origin, Access-Control-Request-Headers, \
        Access-Control-Request-Method";
    let rows: [(&'static [(&str, &str)], &str); 13] = [
        (&[], VARY),
        (&[("vary", "Accept-Encoding")], AFTER_ENCODING),
        (
            &[("Vary", "Accept-Encoding"), ("VARY", "Accept-Encoding")],
            AFTER_ENCODING,
        ),
        (
            &[("vary", "Accept-Encoding"), ("vary", "Cookie")],
            "Accept-Encoding, Cookie, Origin, Access-Control-Request-Headers, \
             Access-Control-Request-Method",
        ),
        (&[("vary", "*")], "*"),
        (&[("vary", "Accept-Encoding, *")], "*"),
        (&[("vary", "Accept-Encoding"), ("vary", "*")], "*"),
        (
            &[("vary", "origin")],
            "origin, Access-Control-Request-Headers, Access-Control-Request-Method",
        ),
        (
            &[("vary", "ACCESS-control-request-METHOD,Origin")],
            "ACCESS-control-request-METHOD, Origin, Access-Control-Request-Headers",
        ),
        (&[("vary", "Origin, Origin"), ("vary", "origin")], VARY),
        (&[("vary", VARY)], VARY),
        (&[("vary", "")], VARY),
        (&[("vary", " , ,")], VARY),
    ];
    for on in BOTH {
        for (own, merged) in rows {
            let answer = App::with_headers(own).ask(on, "GET", "/ok", &ALLOWED);
            assert_cors(&answer, merged, &format!("{on:?}: {own:?}"));
        }
    }
}

#[test]
fn vary_stays_the_apps_own_where_no_cors_headers_are_sent() {
    for on in BOTH {
        for headers in [&FOREIGN[..], &NO_ORIGIN] {
            let app = App::with_headers(&[("vary", "Accept-Encoding"), ("vary", "origin, Cookie")]);
            let answer = app.ask(on, "GET", "/ok", headers);
            let lines = ["Accept-Encoding", "origin, Cookie"].map(|line| ("vary", line.to_owned()));
            assert_eq!(answer.cors_lines(), lines, "{on:?} {headers:?}");
        }
    }
}

/// Headers the app sets itself: all that begin so belong to the policy.
const OWN: &[(&str, &str)] = &[
    ("access-control-allow-origin", "*"),
    ("Access-Control-Allow-Origin", "https://other.example"),
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-headers", "*"),
    ("access-control-allow-methods", "*"),
    ("access-control-expose-headers", "x-secret"),
    ("access-control-max-age", "1"),
    ("access-control-allow-private-network", "true"),
    ("Access-Control-Anything-Else", "1"),
    ("timing-allow-origin", "*"),
    ("set-cookie", "a=1"),
    ("set-cookie", "b=2"),
];

#[test]
fn the_apps_own_cors_headers_are_replaced() {
    for on in BOTH {
        let answer = App::with_headers(OWN).ask(on, "GET", "/ok", &ALLOWED);
        assert_cors(&answer, VARY, &format!("{on:?}"));
        assert_other_headers(&answer);
    }
}

#[test]
fn the_apps_own_cors_headers_are_removed_where_the_policy_has_none() {
    for on in BOTH {
        for headers in [&FOREIGN[..], &NO_ORIGIN] {
            let answer = App::with_headers(OWN).ask(on, "GET", "/ok", headers);
            assert_no_cors(&answer, &format!("{on:?} {headers:?}"));
            assert_other_headers(&answer);
        }
    }
}

#[track_caller]
fn assert_other_headers(answer: &Answer) {
    assert_eq!(answer.header("timing-allow-origin"), Some("*"));
    assert_eq!(
        answer.lines("set-cookie").collect::<Vec<_>>(),
        [b"a=1", b"b=2"]
    );
}

#[test]
fn always_vary_sends_vary_where_no_cors_headers_are_sent() {
    for on in BOTH {
        let app = App {
            always_vary: true,
            ..App::with_headers(&[("vary", "Cookie")])
        };
        for headers in [&FOREIGN[..], &NO_ORIGIN] {
            let vary = |answer: &Answer| {
                assert_eq!(answer.cors_lines().len(), 1, "{on:?} {headers:?}");
                answer.header("vary").map(str::to_owned)
            };
            let merged = format!("Cookie, {VARY}");
            assert_eq!(vary(&app.ask(on, "GET", "/ok", headers)), Some(merged));
            for path in ["/nowhere", "/middleware-error", "/private"] {
                assert_eq!(
                    vary(&app.ask(on, "GET", path, headers)).as_deref(),
                    Some(VARY)
                );
            }
            assert_eq!(
                vary(&app.ask(on, "OPTIONS", "/ok", headers)).as_deref(),
                Some(VARY)
            );
        }
        assert_cors(&app.ask(on, "GET", "/private", &ALLOWED), VARY, "allowed");
        assert_cors(
            &app.ask(on, "OPTIONS", "/ok", &PREFLIGHT),
            VARY,
            "preflight",
        );
    }
}

#[test]
fn headers_go_only_to_the_statuses_they_were_limited_to() {
    for on in BOTH {
        for always_vary in [false, true] {
            let app = App {
                successes_only: true,
                always_vary,
                ..App::with_headers(OWN)
            };
            assert_cors(&app.ask(on, "GET", "/ok", &ALLOWED), VARY, "ok");
            assert_cors(
                &app.ask(on, "OPTIONS", "/ok", &PREFLIGHT),
                VARY,
                "preflight",
            );
            for path in [
                "/not-modified",
                "/nowhere",
                "/middleware-error",
                "/ok-but-404",
            ] {
                let answer = app.ask(on, "GET", path, &ALLOWED);
                let vary = always_vary.then(|| ("vary", VARY.to_owned()));
                let row = format!("{on:?}: {path}, always_vary {always_vary}");
                assert_eq!(answer.cors_lines(), Vec::from_iter(vary), "{row}");
            }
        }
    }
}

#[test]
fn plain_options_reach_the_app_if_they_are_to_be_forwarded() {
    let plain: [&[(&str, &str)]; 5] = [
        &NO_ORIGIN,
        &ALLOWED,
        &FOREIGN,
        &[("Access-Control-Request-Method", "PUT")],
        &[
            ("Origin", "https://www.example.com"),
            ("Access-Control-Request-Method", ""),
        ],
    ];
    for on in BOTH {
        let app = || App {
            forward_non_preflight_options: true,
            ..App::with_headers(OWN)
        };
        for headers in plain {
            let row = format!("{on:?} {headers:?}");
            let (app, path) = (app(), "/ok-to-any");
            let answer = app.ask(on, "OPTIONS", path, headers);
            assert_eq!((app.calls(), answer.status), (1, 200), "{row}");
            assert_no_cors(&answer, &row);
        }
        let preflights: [(&[(&str, &str)], u16); 3] = [
            (&PREFLIGHT, 200),
            (
                &[
                    ("Origin", "https://evil.example"),
                    ("Access-Control-Request-Method", "PUT"),
                ],
                403,
            ),
            (
                &[
                    ("Origin", "https://www.example.com"),
                    ("Access-Control-Request-Method", "X"),
                ],
                400,
            ),
        ];
        for (headers, status) in preflights {
            let app = app();
            let answer = app.ask(on, "OPTIONS", "/ok-to-any", headers);
            assert_eq!(
                (app.calls(), answer.status),
                (0, status),
                "{on:?} {headers:?}"
            );
        }
    }
}

#[test]
fn a_refusal_has_the_body_it_was_given() {
    let app = App {
        text_refusals: true,
        ..App::new()
    };
    for on in BOTH {
        let mut headers = FOREIGN.to_vec();
        headers.extend([
            ("x-request-id", "42"),
            ("Access-Control-Request-Method", "PUT"),
        ]);
        let answer = app.ask(on, "OPTIONS", "/ok", &headers);
        assert_eq!(answer.status, 403);
        assert_eq!(answer.header("content-type"), Some("text/plain"));
        assert_eq!(answer.header("x-amz-request-id"), Some("42"));
        assert!(answer.header("x-amz-id-2").is_some());
        let text = "42: no rule has an AllowedOrigin that matches the Origin";
        assert_eq!(answer.body.escape_ascii().to_string(), text, "{on:?}");
    }
}

#[test]
fn a_refusal_is_s3s_xml_to_the_byte() {
    const NOT_ALLOWED: &str = "CORSResponse: This CORS request is not allowed. This is usually \
        because the evalution of Origin, request method / Access-Control-Request-Method or \
        Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
    let rules = || App::new().policy;
    let put: &[(&str, &str)] = &[("Origin", "a"), ("Access-Control-Request-Method", "PUT")];
    let rows = [
        (
            rules(),
            "/ok",
            &NO_ORIGIN[..],
            400,
            "<Code>BadRequest</Code>\
             <Message>Insufficient information. Origin request header needed.</Message>"
                .to_owned(),
        ),
        (
            rules(),
            "/ok",
            &[
                ("Origin", "a"),
                ("Access-Control-Request-Method", "<it's & \"it\">"),
            ],
            400,
            "<Code>BadRequest</Code><Message>Invalid Access-Control-Request-Method: \
             &lt;it's &amp; \"it\"&gt;</Message>"
                .to_owned(),
        ),
        (
            CorsPolicy::without_bucket(),
            "/ok",
            put,
            403,
            "<Code>AccessForbidden</Code><Message>CORSResponse: Bucket not found</Message>\
             <Method>PUT</Method><ResourceType>BUCKET</ResourceType>"
                .to_owned(),
        ),
        (
            CorsPolicy::without_configuration(),
            "/ok",
            &FOREIGN,
            403,
            "<Code>AccessForbidden</Code>\
             <Message>CORSResponse: CORS is not enabled for this bucket.</Message>\
             <Method>OPTIONS</Method><ResourceType>BUCKET</ResourceType>"
                .to_owned(),
        ),
        (
            rules(),
            "/ok",
            put,
            403,
            format!(
                "<Code>AccessForbidden</Code><Message>{NOT_ALLOWED}</Message>\
                 <Method>PUT</Method><ResourceType>OBJECT</ResourceType>"
            ),
        ),
        (
            rules(),
            "/",
            put,
            403,
            format!(
                "<Code>AccessForbidden</Code><Message>{NOT_ALLOWED}</Message>\
                 <Method>PUT</Method><ResourceType>BUCKET</ResourceType>"
            ),
        ),
    ];
    for on in BOTH {
        for (policy, path, headers, status, beginning) in &rows {
            let app = App {
                policy: policy.clone(),
                ..App::new()
            };
            let mut headers = headers.to_vec();
            headers.push(("X-Request-ID", "4442587FB7D0A2F9"));
            let answer = app.ask(on, "OPTIONS", path, &headers);
            let host_id = answer.header("x-amz-id-2").expect("a host id");
            let expected = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>{beginning}\
                 <RequestId>4442587FB7D0A2F9</RequestId><HostId>{host_id}</HostId></Error>"
            );
            assert_eq!(String::from_utf8_lossy(&answer.body), expected, "{on:?}");
            assert_eq!(answer.status, *status, "{on:?}");
            let mut names: Vec<&str> = answer.headers.iter().map(|(name, _)| &name[..]).collect();
            names.sort_unstable();
            assert_eq!(
                names,
                ["content-type", "x-amz-id-2", "x-amz-request-id"],
                "{on:?}"
            );
            assert_eq!(
                answer.header("content-type"),
                Some("application/xml"),
                "{on:?}"
            );
            assert_eq!(
                answer.header("x-amz-request-id"),
                Some("4442587FB7D0A2F9"),
                "{on:?}"
            );
        }
    }
}

#[test]
fn a_harmless_request_id_is_taken_over() {
    let longest = "a".repeat(128);
    let ids = [
        "1",
        "01HZX3-trace",
        "550e8400-e29b-41d4-a716-446655440000",
        "a_b.c:d+e/f=",
        &longest,
    ];
    for on in BOTH {
        for id in ids {
            assert_eq!(request_id(on, Some(id)), id, "{on:?}");
        }
    }
}

#[test]
fn a_missing_or_hostile_request_id_is_replaced_by_a_new_one() {
    let too_long = "a".repeat(129);
    let hostile = [
        "",
        "<script>",
        "a b",
        "a&b",
        "a\"b",
        "a'b",
        "a;b",
        "caf\u{e9}",
        "a\tb",
        &too_long,
    ];
    let mut seen = std::collections::BTreeSet::new();
    for on in BOTH {
        for id in hostile.map(Some).into_iter().chain([None]) {
            let new = request_id(on, id);
            let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
            assert!(
                new.len() == 16 && new.bytes().all(is_digit),
                "{on:?} {id:?}: {new}"
            );
            assert!(seen.insert(new), "{on:?} {id:?}");
        }
    }
}

/// The id of a refusal, which is the same in its header and its body.
#[track_caller]
fn request_id(on: Framework, sent: Option<&str>) -> String {
    let mut headers = FOREIGN.to_vec();
    headers.extend(sent.map(|id| ("x-request-id", id)));
    let answer = App::new().ask(on, "OPTIONS", "/ok", &headers);
    let id = answer
        .header("x-amz-request-id")
        .expect("a request id")
        .to_owned();
    let error = answer.error().expect("an error");
    assert_eq!(error.get("RequestId"), Some(&id));
    assert_eq!(
        error.get("HostId").map(String::as_str),
        answer.header("x-amz-id-2")
    );
    id
}
