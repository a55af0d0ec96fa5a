//! The Lambda function behind every front end that has events of its own, and frozen between them.

mod front_ends;
// Signals stop the process and let it go on.
#[cfg(unix)]
mod frozen;

use conformance::answer::Answer;
use conformance::apps::LAMBDA_APP;
use conformance_sources::lambda::Function;
use front_ends::FrontEnd;
use s3_cors::{CorsHeaders, CorsPolicy, Decision, RequestParts, ResourceType};

/// The rules that are built into the function.
const RULES: &str = include_str!("../../../../examples/lambda-app/cors.json");
/// The function's own `Vary`.
const OWN_VARY: &str = "Accept-Language";

type Headers<'h> = &'h [(&'h str, &'h str)];

/// Method, path and headers.
const REQUESTS: &[(&str, &str, Headers<'_>)] = &[
    ("GET", "/", &[]),
    ("GET", "/", &[("Origin", "https://www.example.com")]),
    (
        "GET",
        "/photos/cat.jpg",
        &[("Origin", "http://localhost:5173")],
    ),
    (
        "PUT",
        "/photos/cat.jpg",
        &[("Origin", "https://www.example.com")],
    ),
    (
        "GET",
        "/photos/cat.jpg",
        &[("Origin", "https://www.example.org")],
    ),
    ("GET", "/", &[("Origin", "null")]),
    ("GET", "/missing", &[("Origin", "https://www.example.com")]),
    ("GET", "/missing", &[("Origin", "https://www.example.org")]),
    (
        "GET",
        "/",
        &[
            ("Origin", "https://www.example.com"),
            ("Access-Control-Request-Method", "PATCH"),
        ],
    ),
    (
        "OPTIONS",
        "/photos/cat.jpg",
        &[
            ("Origin", "https://www.example.com"),
            ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", "content-type,x-amz-acl"),
        ],
    ),
    (
        "OPTIONS",
        "/",
        &[
            ("Origin", "http://localhost:3000"),
            ("Access-Control-Request-Method", "DELETE"),
        ],
    ),
    (
        "OPTIONS",
        "/",
        &[
            ("Origin", "https://www.example.org"),
            ("Access-Control-Request-Method", "GET"),
        ],
    ),
    (
        "OPTIONS",
        "/photos/cat.jpg",
        &[
            ("Origin", "https://www.example.com"),
            ("Access-Control-Request-Method", "PATCH"),
        ],
    ),
    (
        "OPTIONS",
        "/photos/cat.jpg",
        &[("Origin", "https://www.example.com")],
    ),
    ("OPTIONS", "/", &[("Access-Control-Request-Method", "GET")]),
    (
        "OPTIONS",
        "/photos/cat.jpg",
        &[
            ("Origin", "https://www.example.com"),
            ("Access-Control-Request-Method", "<b>"),
        ],
    ),
];

#[test]
fn every_response_behind_every_front_end_is_the_buckets() {
    let function = Function::start(LAMBDA_APP, |_| {});
    let policy = CorsPolicy::from_text(RULES).expect("it is valid");
    let mut wrong = Vec::new();
    for front_end in FrontEnd::ALL {
        for (method, path, headers) in REQUESTS {
            let response = function.invoke(front_end.event(method, path, headers));
            let response = front_end.received(&response);
            let expected = expected(&policy, method, path, headers);
            let found = shown(&response, *method == "OPTIONS");
            let expected = shown(&expected, *method == "OPTIONS");
            if found != expected {
                wrong.push(format!(
                    "{front_end:?}: {method} {path} {headers:?}\n  {found:?}, not\n  {expected:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the client of a bucket with these rules gets, in front of this function.
fn expected(policy: &CorsPolicy, method: &str, path: &str, headers: Headers<'_>) -> Answer {
    let resource = match path {
        "/" => ResourceType::Bucket,
        _ => ResourceType::Object,
    };
    let lines: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()))
        .collect();
    let request = RequestParts::new(method, &lines).resource_type(resource);
    let is_missing = path == "/missing";
    let own_vary = (!is_missing).then_some(OWN_VARY);
    let app = |headers: Vec<(String, Vec<u8>)>| Answer {
        status: if is_missing { 404 } else { 200 },
        headers,
        body: Vec::new(),
    };
    match policy.decide(&request) {
        Decision::NotCors | Decision::NotAllowed(_) => {
            app(own_vary.map(vary).into_iter().collect())
        }
        Decision::Allowed(headers) => app(with_own_vary(&headers, own_vary)),
        Decision::Preflight(headers) => Answer {
            status: 200,
            headers: with_own_vary(&headers, None),
            body: Vec::new(),
        },
        Decision::Refused(refusal) => Answer {
            status: refusal.status(),
            headers: Vec::new(),
            body: refusal.to_xml("id", "host").into(),
        },
    }
}

fn vary(value: &str) -> (String, Vec<u8>) {
    ("vary".to_owned(), value.into())
}

/// In one line, after the app's own.
fn with_own_vary(headers: &CorsHeaders<'_>, own: Option<&str>) -> Vec<(String, Vec<u8>)> {
    let line = |(name, value): (&str, &[u8])| match (name, own) {
        ("vary", Some(own)) => {
            let value = std::str::from_utf8(value).expect("text");
            vary(&format!("{own}, {value}"))
        }
        _ => (name.to_owned(), value.to_vec()),
    };
    let line = |(name, value): (&str, &[u8])| line((&name.to_ascii_lowercase(), value));
    headers.iter().map(line).collect()
}

/// Status, CORS headers and, of `OPTIONS`, the error or the empty body.
fn shown(answer: &Answer, is_options: bool) -> (u16, Vec<(&str, String)>, Option<String>) {
    let body = is_options.then(|| match answer.error() {
        Ok(mut error) => {
            // The ids are the request's own.
            error.remove("RequestId");
            error.remove("HostId");
            format!("{error:?}")
        }
        Err(_) => answer.body.escape_ascii().to_string(),
    });
    (answer.status, answer.cors_lines(), body)
}
