//! The browser's side, step by step: what is sent.

use cors_fetch::{
    Credentials, Failure, Fetch, Mode, Outcome, PlanKind, PreflightReason, Redirect, Response,
    UnsafeHeader,
};

use crate::fetched::{PAGE, TARGET, blocked, fetch, with};

/// What is done, the method, the headers, and the preflight's method and headers, if it has one.
type Asked = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    Option<(&'static str, Option<&'static str>)>,
);

const PREFLIGHTS: [Asked; 24] = [
    ("a plain GET", "GET", &[], None),
    ("HEAD", "HEAD", &[], None),
    ("POST", "POST", &[], None),
    ("in lower case", "post", &[], None),
    ("PUT", "PUT", &[], Some(("PUT", None))),
    (
        "PUT in lower case is put into upper case",
        "put",
        &[],
        Some(("PUT", None)),
    ),
    ("DELETE", "Delete", &[], Some(("DELETE", None))),
    ("PATCH", "PATCH", &[], Some(("PATCH", None))),
    ("patch stays as it is", "patch", &[], Some(("patch", None))),
    (
        "any other method stays as it is",
        "propfind",
        &[],
        Some(("propfind", None)),
    ),
    (
        "a form's type",
        "POST",
        &[("content-type", "text/plain;charset=UTF-8")],
        None,
    ),
    (
        "JSON",
        "POST",
        &[("Content-Type", "application/json")],
        Some(("POST", Some("content-type"))),
    ),
    (
        "a token",
        "GET",
        &[("Authorization", "Bearer x")],
        Some(("GET", Some("authorization"))),
    ),
    (
        "the SDK's headers, sorted and in lower case",
        "PUT",
        &[
            ("x-amz-date", "1"),
            ("X-Amz-ACL", "private"),
            ("Content-Type", "image/png"),
            ("Accept", "*/*"),
        ],
        Some(("PUT", Some("content-type,x-amz-acl,x-amz-date"))),
    ),
    (
        "a name twice is asked for once",
        "GET",
        &[("x-a", "1"), ("X-A", "2")],
        Some(("GET", Some("x-a"))),
    ),
    ("a simple range", "GET", &[("Range", "bytes=0-99")], None),
    (
        "the last bytes",
        "GET",
        &[("Range", "bytes=-99")],
        Some(("GET", Some("range"))),
    ),
    (
        "safelisted names with other values",
        "GET",
        &[("accept", "a(b)"), ("accept-language", "a_b")],
        Some(("GET", Some("accept,accept-language"))),
    ),
    (
        "white space around a value is dropped",
        "POST",
        &[("content-type", " \ttext/plain\r\n")],
        None,
    ),
    (
        "forbidden headers are dropped",
        "GET",
        &[
            ("Origin", "x"),
            ("Cookie", "a"),
            ("Host", "b"),
            ("Sec-A", "c"),
            ("Proxy-B", "d"),
            ("Access-Control-Request-Method", "PUT"),
        ],
        None,
    ),
    (
        "a forbidden method in another header is dropped",
        "POST",
        &[("X-HTTP-Method-Override", "GET, trace")],
        None,
    ),
    (
        "another one is not",
        "POST",
        &[("X-HTTP-Method-Override", "PUT")],
        Some(("POST", Some("x-http-method-override"))),
    ),
    (
        "a condition",
        "GET",
        &[("If-None-Match", "\"x\"")],
        Some(("GET", Some("if-none-match"))),
    ),
    (
        "no cache",
        "GET",
        &[("Cache-Control", "no-cache")],
        Some(("GET", Some("cache-control"))),
    ),
];

#[test]
fn a_preflight_is_sent_for_what_is_not_safelisted() {
    for (what, method, headers, expected) in PREFLIGHTS {
        let plan = with(method, headers).plan();
        assert_eq!(plan.kind, PlanKind::Cors, "{what}");
        let found = plan.preflight.as_ref().map(|preflight| {
            let header = |name| {
                let value = preflight.request.header(name)?;
                Some(std::str::from_utf8(value).expect("ASCII"))
            };
            assert_eq!(header("origin"), Some("https://app.example.com"), "{what}");
            assert_eq!(preflight.request.method, "OPTIONS", "{what}");
            let asked = header("access-control-request-headers");
            (
                header("access-control-request-method").expect("always"),
                asked,
            )
        });
        assert_eq!(found, expected, "{what}");
        let same = Fetch::new(TARGET, TARGET).expect("URLs").method(method);
        assert_eq!(same.plan().preflight, None, "{what}, to its own origin");
    }
}

#[test]
fn safelisted_values_are_limited_in_all() {
    let value = "a".repeat(128);
    let names = ["accept", "accept-language", "content-language"];
    let long = |count: usize| {
        let mut fetch = fetch();
        for index in 0..count {
            fetch = fetch.header(names[index % 3], value.as_str());
        }
        fetch
    };
    assert_eq!(
        long(8).plan().preflight,
        None,
        "1024 bytes are not too many"
    );
    let preflight = long(8)
        .header("accept", "a")
        .plan()
        .preflight
        .expect("1025 bytes are");
    let names = preflight
        .request
        .header("access-control-request-headers")
        .map(<[u8]>::to_vec);
    assert_eq!(
        names.as_deref(),
        Some(&b"accept,accept-language,content-language"[..])
    );
    let reason = PreflightReason::Header {
        name: "accept".into(),
        reason: UnsafeHeader::TotalTooLong,
    };
    assert!(preflight.reasons.contains(&reason));
    let too_long = fetch()
        .header("accept", "a".repeat(129))
        .plan()
        .preflight
        .expect("129 bytes");
    let reason = PreflightReason::Header {
        name: "accept".into(),
        reason: UnsafeHeader::TooLong,
    };
    assert_eq!(too_long.reasons, [reason]);
}

#[test]
fn what_is_no_request_fails_before_anything_is_sent() {
    let no_cors = |method| fetch().mode(Mode::NoCors).method(method);
    let to = |url| Fetch::new(PAGE, url).expect("a URL");
    let name = |name: &str| name.to_owned();
    let cases = [
        (
            with("TRACE", &[]),
            Failure::ForbiddenMethod {
                method: name("TRACE"),
            },
        ),
        (
            with("connect", &[]),
            Failure::ForbiddenMethod {
                method: name("connect"),
            },
        ),
        (
            with("GET ", &[]),
            Failure::InvalidMethod {
                method: name("GET "),
            },
        ),
        (with("", &[]), Failure::InvalidMethod { method: name("") }),
        (
            with("GET", &[("a b", "")]),
            Failure::InvalidHeaderName { name: name("a b") },
        ),
        (
            with("GET", &[("", "")]),
            Failure::InvalidHeaderName { name: name("") },
        ),
        (
            with("GET", &[("a", "b\nc")]),
            Failure::InvalidHeaderValue { name: name("a") },
        ),
        (
            with("GET", &[("a", "b\0")]),
            Failure::InvalidHeaderValue { name: name("a") },
        ),
        (
            no_cors("PUT"),
            Failure::NoCorsMethod {
                method: name("PUT"),
            },
        ),
        (fetch().mode(Mode::SameOrigin), Failure::NotSameOrigin),
        (
            no_cors("GET").redirect(Redirect::Manual),
            Failure::NoCorsRedirect,
        ),
        (to("http://bucket.example.net/"), Failure::MixedContent),
        (to("https://bucket.example.net:6000/"), Failure::BadPort),
        (
            to("https://a:b@bucket.example.net/"),
            Failure::UrlWithCredentials,
        ),
        (to("ftp://bucket.example.net/"), Failure::NotHttp),
    ];
    for (fetch, expected) in cases {
        let plan = fetch.plan();
        assert_eq!(plan.kind, PlanKind::Fails(expected.clone()), "{fetch:?}");
        assert_eq!((plan.preflight, plan.request), (None, None));
        assert!(!expected.is_cors() && expected.section().starts_with("https://"));
        let verdict = fetch.verdict(None, &Response::new(200));
        assert_eq!(blocked(verdict.outcome), expected);
    }
    for local in [
        "http://localhost:3000/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://a.localhost/",
    ] {
        assert_eq!(to(local).plan().kind, PlanKind::Cors, "{local}");
    }
}

#[test]
fn without_cors_only_safelisted_headers_go_out_and_the_answer_is_opaque() {
    let fetch = with(
        "POST",
        &[
            ("content-type", "application/json"),
            ("accept", "*/*"),
            ("range", "bytes=0-"),
            ("x-a", "b"),
        ],
    );
    let fetch = fetch.mode(Mode::NoCors);
    let plan = fetch.plan();
    assert_eq!((plan.kind, plan.preflight), (PlanKind::NoCors, None));
    assert_eq!(plan.ignored, ["content-type", "range", "x-a"]);
    let sent = plan.request.expect("it is sent");
    assert_eq!(sent.header("accept"), Some(&b"*/*"[..]));
    assert_eq!(sent.header("origin"), Some(&b"https://app.example.com"[..]));
    assert_eq!(
        fetch.verdict(None, &Response::new(403)).outcome,
        Outcome::Opaque
    );
    let image = Fetch::new(PAGE, TARGET)
        .expect("URLs")
        .mode(Mode::NoCors)
        .plan();
    // So S3 answers without Vary, and a cache may hand that to a script later.
    assert_eq!(image.request.expect("it is sent").header("origin"), None);
}

#[test]
fn credentials_go_where_their_mode_says() {
    for (mode, own, other) in [
        (Credentials::Omit, false, false),
        (Credentials::SameOrigin, true, false),
        (Credentials::Include, true, true),
    ] {
        assert_eq!(
            fetch().credentials(mode).plan().credentials,
            other,
            "{mode:?}"
        );
        let same = Fetch::new(TARGET, TARGET).expect("URLs").credentials(mode);
        assert_eq!(same.plan().credentials, own, "{mode:?}");
    }
}

/// What is asked, the page, the target, and whether they are of one origin.
const ORIGINS: [(&str, &str, &str, bool); 12] = [
    ("the same", "https://a.com", "https://a.com/b", true),
    ("a relative target", "https://a.com/b/c", "../d", true),
    (
        "the default port",
        "https://a.com:443",
        "https://a.com",
        true,
    ),
    ("upper case", "HTTPS://A.com", "https://a.COM/", true),
    ("another scheme", "http://a.com", "https://a.com", false),
    ("another port", "https://a.com", "https://a.com:8443", false),
    ("a subdomain", "https://a.com", "https://b.a.com", false),
    ("a trailing dot", "https://a.com", "https://a.com.", false),
    ("a sandboxed frame", "null", "https://a.com", false),
    (
        "a local file",
        "file:///home/a.html",
        "https://a.com",
        false,
    ),
    (
        "an extension",
        "chrome-extension://abc/page.html",
        "https://a.com",
        false,
    ),
    (
        "a host outside ASCII",
        "https://\u{e4}.com",
        "https://xn--4ca.com",
        true,
    ),
];

#[test]
fn two_urls_are_of_one_origin_by_scheme_host_and_port() {
    for (what, page, url, expected) in ORIGINS {
        let fetch = Fetch::new(page, url).expect(what);
        assert_eq!(fetch.is_same_origin(), expected, "{what}");
        let kind = if expected {
            PlanKind::SameOrigin
        } else {
            PlanKind::Cors
        };
        assert_eq!(fetch.plan().kind, kind, "{what}");
    }
}

#[test]
fn a_page_has_the_origin_that_the_browser_sends() {
    for (page, origin) in [
        ("https://EXAMPLE.com:443/x", "https://example.com"),
        ("http://localhost:5173/", "http://localhost:5173"),
        ("file:///a.html", "null"),
        ("data:text/html,x", "null"),
        ("null", "null"),
        ("chrome-extension://abc/x.html", "chrome-extension://abc"),
    ] {
        assert_eq!(
            Fetch::new(page, TARGET).expect(page).page_origin(),
            origin,
            "{page}"
        );
    }
    for page in ["example.com", "", "/a"] {
        assert!(Fetch::new(page, TARGET).is_err(), "{page:?}");
    }
    assert!(Fetch::new("null", "/relative").is_err());
}
