//! The browser's side, in tables named after what people see.

use cors_fetch::{Credentials, Failure, Fetch, FetchError, Mode, Outcome, Redirect, Response};
use s3_cors::CorsPolicy;
use s3_cors_analysis::fetch::verdict as verdict_of;

use super::rule;

const PAGE: &str = "https://www.example.com/page.html";
const BUCKET: &str = "https://bucket.s3.amazonaws.com/key";

#[track_caller]
fn policy(rules: &[(&str, &str, &str)]) -> CorsPolicy {
    let rules: Vec<_> = rules.iter().map(|(o, m, more)| rule(o, m, more)).collect();
    CorsPolicy::from_text(&format!("[{}]", rules.join(","))).expect("a valid configuration")
}

fn fetch(method: &str, headers: &[(&str, &str)]) -> Fetch {
    let fetch = Fetch::new(PAGE, BUCKET).expect("two URLs").method(method);
    headers
        .iter()
        .fold(fetch, |fetch, (name, value)| fetch.header(name, *value))
}

/// What is asked for first: `PUT: content-type,x-a`, or `-` if nothing is.
fn preflight(fetch: &Fetch) -> String {
    let Some(preflight) = fetch.plan().preflight else {
        return "-".into();
    };
    let value = |name| preflight.request.header(name).map(String::from_utf8_lossy);
    let method = value("access-control-request-method").expect("every preflight has one");
    match value("access-control-request-headers") {
        Some(names) => format!("{method}: {names}"),
        None => method.into_owned(),
    }
}

/// The names of the headers that a script reads, or why it gets none.
fn seen(fetch: &Fetch, policy: &CorsPolicy, answer: &Response) -> String {
    match verdict_of(fetch, policy, answer).outcome {
        Outcome::Readable { headers, .. } => {
            let names: Vec<_> = headers.iter().map(|(name, _)| name.as_str()).collect();
            format!("reads {}", names.join(" "))
        }
        Outcome::Blocked(failure) => failure.to_string(),
        Outcome::Opaque => "opaque".into(),
        other => panic!("{other:?}"),
    }
}

/// Symptom, rules, method, headers, whether with credentials, what is asked for first, what the
/// script gets of an answer with `ETag` and `Content-Type`.
type Row = (
    &'static str,
    &'static [(&'static str, &'static str, &'static str)],
    &'static str,
    &'static [(&'static str, &'static str)],
    bool,
    &'static str,
    &'static str,
);

const ANY: &str = r#""AllowedHeaders": ["*"]"#;

const SYMPTOMS: [Row; 22] = [
    (
        "a GET needs no preflight, and its ETag is hidden unless it is exposed",
        &[("https://www.example.com", "GET", "")],
        "GET",
        &[],
        false,
        "-",
        "reads content-type",
    ),
    (
        "an exposed ETag is read, whatever its case",
        &[(
            "https://www.example.com",
            "GET",
            r#""ExposeHeaders": ["ETAG"]"#,
        )],
        "GET",
        &[],
        false,
        "-",
        "reads etag content-type",
    ),
    (
        "a slash at the end of the configured origin",
        &[("https://www.example.com/", "GET", "")],
        "GET",
        &[],
        false,
        "-",
        "there is no Access-Control-Allow-Origin",
    ),
    (
        "the apex next to a wildcard for subdomains",
        &[("https://*.www.example.com", "GET", "")],
        "GET",
        &[],
        false,
        "-",
        "there is no Access-Control-Allow-Origin",
    ),
    (
        "the method get is sent as GET",
        &[("*", "GET", "")],
        "get",
        &[],
        false,
        "-",
        "reads content-type",
    ),
    (
        "the method patch stays patch, and S3 knows no such method",
        &[("*", "PUT", "")],
        "patch",
        &[],
        false,
        "patch",
        "the response to the preflight does not pass the CORS check: there is no \
         Access-Control-Allow-Origin",
    ),
    (
        "PUT needs a preflight",
        &[("*", "PUT", "")],
        "PUT",
        &[],
        false,
        "PUT",
        "reads content-type",
    ),
    (
        "HEAD needs no preflight, but GET does not imply it",
        &[("*", "GET", "")],
        "HEAD",
        &[],
        false,
        "-",
        "there is no Access-Control-Allow-Origin",
    ),
    (
        "POST of a form needs no preflight",
        &[("*", "POST", "")],
        "POST",
        &[("Content-Type", "text/plain;charset=UTF-8")],
        false,
        "-",
        "reads content-type",
    ),
    (
        "POST of JSON needs one, and S3 has no safelist",
        &[("*", "POST", "")],
        "POST",
        &[("Content-Type", "application/json")],
        false,
        "POST: content-type",
        "the response to the preflight does not pass the CORS check: there is no \
         Access-Control-Allow-Origin",
    ),
    (
        "POST of JSON with content-type allowed",
        &[("*", "POST", r#""AllowedHeaders": ["Content-Type"]"#)],
        "POST",
        &[("Content-Type", "application/json")],
        false,
        "POST: content-type",
        "reads content-type",
    ),
    (
        "names are asked for in lower case, sorted, and once",
        &[("*", "PUT", ANY)],
        "PUT",
        &[
            ("X-B", "1"),
            ("Content-MD5", "1"),
            ("x-b", "2"),
            ("X-A", "1"),
        ],
        false,
        "PUT: content-md5,x-a,x-b",
        "reads content-type",
    ),
    (
        "Authorization is echoed by S3, so that its * covers it",
        &[("*", "GET", ANY)],
        "GET",
        &[("Authorization", "AWS4-HMAC-SHA256 …")],
        false,
        "GET: authorization",
        "reads content-type",
    ),
    (
        "one byte range needs no preflight",
        &[("*", "GET", "")],
        "GET",
        &[("Range", "bytes=0-99")],
        false,
        "-",
        "reads content-type",
    ),
    (
        "the last bytes need one",
        &[("*", "GET", "")],
        "GET",
        &[("Range", "bytes=-99")],
        false,
        "GET: range",
        "the response to the preflight does not pass the CORS check: there is no \
         Access-Control-Allow-Origin",
    ),
    (
        "the headers of a presigned upload",
        &[("*", "PUT", r#""AllowedHeaders": ["content-type"]"#)],
        "PUT",
        &[("Content-Type", "image/png"), ("x-amz-acl", "private")],
        false,
        "PUT: content-type,x-amz-acl",
        "the response to the preflight does not pass the CORS check: there is no \
         Access-Control-Allow-Origin",
    ),
    (
        "cookies with *",
        &[("*", "GET", "")],
        "GET",
        &[],
        true,
        "-",
        "Access-Control-Allow-Origin is \"*\", which does not allow requests with credentials",
    ),
    (
        "cookies with * behind a preflight, whose own answer is looked at first",
        &[("*", "PUT", "")],
        "PUT",
        &[],
        true,
        "PUT",
        "the response to the preflight does not pass the CORS check: Access-Control-Allow-Origin \
         is \"*\", which does not allow requests with credentials",
    ),
    (
        "cookies with https://*, which is echoed",
        &[("https://*", "GET", "")],
        "GET",
        &[],
        true,
        "-",
        "reads content-type",
    ),
    (
        "headers that browsers keep for themselves are dropped and not asked for",
        &[("*", "GET", "")],
        "GET",
        &[
            ("Host", "a"),
            ("Cookie", "a"),
            ("Sec-Fetch-Mode", "a"),
            ("Proxy-X", "a"),
        ],
        false,
        "-",
        "reads content-type",
    ),
    (
        "a broad rule before a richer one",
        &[
            ("*", "GET", ""),
            (
                "https://www.example.com",
                "GET",
                r#""ExposeHeaders": ["ETag"]"#,
            ),
        ],
        "GET",
        &[],
        true,
        "-",
        "Access-Control-Allow-Origin is \"*\", which does not allow requests with credentials",
    ),
    (
        "the method TRACE never leaves the browser",
        &[("*", "GET", "")],
        "trace",
        &[],
        false,
        "-",
        "scripts are not allowed to send the method trace",
    ),
];

#[test]
fn what_people_see_in_the_browser_is_told() {
    let answer = Response::new(200)
        .header("ETag", "\"1\"")
        .header("Content-Type", "text/plain")
        .header("Set-Cookie", "a=b");
    for (symptom, rules, method, headers, cookies, asked, expected) in SYMPTOMS {
        let credentials = if cookies {
            Credentials::Include
        } else {
            Credentials::Omit
        };
        let fetch = fetch(method, headers).credentials(credentials);
        assert_eq!(preflight(&fetch), asked, "{symptom}");
        assert_eq!(seen(&fetch, &policy(rules), &answer), expected, "{symptom}");
    }
}

#[test]
fn a_page_without_an_origin_of_its_own_is_null() {
    for page in [
        "null",
        "file:///home/page.html",
        "data:text/html,",
        "about:blank",
    ] {
        let fetch = Fetch::new(page, BUCKET).expect("a page and a URL");
        assert_eq!(fetch.page_origin(), "null", "{page}");
        assert!(!fetch.is_same_origin(), "{page}");
        let answer = Response::new(200);
        let listed = policy(&[("https://www.example.com", "GET", "")]);
        let failure = "there is no Access-Control-Allow-Origin";
        assert_eq!(seen(&fetch, &listed, &answer), failure, "{page}");
        assert_eq!(
            seen(&fetch, &policy(&[("null", "GET", "")]), &answer),
            "reads ",
            "{page}"
        );
        assert_eq!(
            seen(&fetch, &policy(&[("*", "GET", "")]), &answer),
            "reads ",
            "{page}"
        );
    }
}

#[test]
fn origins_are_compared_by_scheme_host_and_port() {
    for (page, url, same) in [
        ("https://a.example", "https://a.example/x", true),
        ("https://a.example:443", "https://a.example/x", true),
        ("HTTPS://A.example/y", "https://a.example/x", true),
        ("https://a.example", "/relative", true),
        ("http://a.example", "https://a.example/x", false),
        ("https://a.example", "https://a.example:8443/x", false),
        ("https://a.example", "https://www.a.example/x", false),
        ("http://localhost:3000", "http://127.0.0.1:3000/", false),
    ] {
        let fetch = Fetch::new(page, url).expect("two URLs");
        assert_eq!(fetch.is_same_origin(), same, "{page} → {url}");
        let denied = seen(
            &fetch,
            &CorsPolicy::without_configuration(),
            &Response::new(200),
        );
        assert_eq!(denied == "reads ", same, "{page} → {url}: {denied}");
    }
}

#[test]
fn values_and_lengths_of_safelisted_headers_decide() {
    let long = |length| "a".repeat(length);
    let text = format!("text/plain; a={}", long(200));
    for (name, value, asked) in [
        ("Accept", "text/html, */*;q=0.8".into(), "-"),
        ("Accept", "text/html;q=\"0.8\"".into(), "GET: accept"),
        ("Accept", long(128), "-"),
        ("Accept", long(129), "GET: accept"),
        ("Accept-Language", "de, en-GB;q=0.5".into(), "-"),
        ("Accept-Language", "de_DE".into(), "GET: accept-language"),
        ("Content-Language", "de".into(), "-"),
        (
            "Content-Type",
            "Multipart/Form-Data; boundary=x".into(),
            "-",
        ),
        ("Content-Type", "text/plain(a)".into(), "GET: content-type"),
        ("Content-Type", text, "GET: content-type"),
        ("Range", "bytes=0-".into(), "-"),
        ("Range", "bytes=5-1".into(), "GET: range"),
        ("Range", "bytes=0-1,3-4".into(), "GET: range"),
        (
            "X-Requested-With",
            "XMLHttpRequest".into(),
            "GET: x-requested-with",
        ),
        ("Origin", "https://other.example".into(), "-"),
    ] {
        assert_eq!(
            preflight(&fetch("GET", &[(name, &value)])),
            asked,
            "{name}: {value}"
        );
    }
}

#[test]
fn a_preflight_must_not_be_redirected_nor_fail() {
    let fetch = fetch("PUT", &[]);
    for (status, expected) in [
        (200, "reads "),
        (204, "reads "),
        (
            301,
            "the response to the preflight is a redirect (301), which is not allowed",
        ),
        (
            307,
            "the response to the preflight is a redirect (307), which is not allowed",
        ),
        (
            403,
            "the response to the preflight has the status 403, not 200 to 299",
        ),
    ] {
        let answered = |status| {
            Response::new(status)
                .header("Access-Control-Allow-Origin", "*")
                .header("Access-Control-Allow-Methods", "PUT")
        };
        let verdict = fetch.verdict(Some(&answered(status)), &answered(200));
        let found = match verdict.outcome {
            Outcome::Readable { .. } => "reads ".into(),
            Outcome::Blocked(failure) => failure.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(found, expected);
    }
}

#[test]
fn an_error_of_the_bucket_is_readable_where_cors_allows_it_and_hides_where_it_does_not() {
    let denied = Response::new(403).header("Content-Type", "application/xml");
    let allowed = policy(&[("https://www.example.com", "GET", "")]);
    let verdict = verdict_of(&fetch("GET", &[]), &allowed, &denied);
    assert!(matches!(
        verdict.outcome,
        Outcome::Readable { status: 403, .. }
    ));
    let verdict = verdict_of(
        &fetch("GET", &[]),
        &CorsPolicy::without_configuration(),
        &denied,
    );
    let console = verdict.console.expect("a failure is told");
    assert_eq!(
        console,
        "access to https://bucket.s3.amazonaws.com/key from origin https://www.example.com is \
         blocked by CORS: there is no Access-Control-Allow-Origin"
    );
}

#[test]
fn a_cached_or_shared_answer_for_another_origin_is_told_from_a_missing_one() {
    let stale = Response::new(200).header("Access-Control-Allow-Origin", "https://other.example");
    let Outcome::Blocked(failure) = fetch("GET", &[]).verdict(None, &stale).outcome else {
        panic!("it names another origin")
    };
    assert_eq!(
        failure.to_string(),
        "Access-Control-Allow-Origin is \"https://other.example\", not \"https://www.example.com\""
    );
    let both = stale.header("Access-Control-Allow-Origin", "*");
    let Outcome::Blocked(failure) = fetch("GET", &[]).verdict(None, &both).outcome else {
        panic!("it names two")
    };
    assert!(failure.to_string().contains("several values"), "{failure}");
}

#[test]
fn modes_other_than_cors_are_told() {
    let policy = CorsPolicy::without_configuration();
    let answer = Response::new(200);
    let no_cors = fetch("GET", &[]).mode(Mode::NoCors);
    assert_eq!(seen(&no_cors, &policy, &answer), "opaque");
    let put = fetch("PUT", &[]).mode(Mode::NoCors);
    assert_eq!(
        seen(&put, &policy, &answer),
        "the mode \"no-cors\" does not allow the method PUT"
    );
    let same = fetch("GET", &[]).mode(Mode::SameOrigin);
    assert!(matches!(
        verdict_of(&same, &policy, &answer).outcome,
        Outcome::Blocked(Failure::NotSameOrigin)
    ));
}

#[test]
fn a_redirect_to_a_third_origin_comes_from_null() {
    let moved = Response::new(307)
        .header("Location", "https://bucket.s3.eu-west-1.amazonaws.com/key")
        .header("Access-Control-Allow-Origin", "*");
    let Outcome::Redirected { to } = fetch("GET", &[]).verdict(None, &moved).outcome else {
        panic!("it is followed")
    };
    assert_eq!(to.url(), "https://bucket.s3.eu-west-1.amazonaws.com/key");
    let origin = to.plan().request.expect("it is sent");
    assert_eq!(origin.header("origin"), Some(&b"null"[..]));
    let unwanted = fetch("GET", &[])
        .redirect(Redirect::Error)
        .verdict(None, &moved);
    assert_eq!(unwanted.outcome, Outcome::Blocked(Failure::Redirected));
}

#[test]
fn pages_and_urls_that_are_none_are_errors() {
    assert!(matches!(
        Fetch::new("no page", BUCKET),
        Err(FetchError::Page { .. })
    ));
    assert!(Fetch::new("null", "/relative").is_err());
    assert!(Fetch::new(PAGE, "https://[").is_err());
}
