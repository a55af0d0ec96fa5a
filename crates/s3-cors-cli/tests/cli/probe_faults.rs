//! `probe` against servers with one fault each.

use s3_cors::CorsPolicy;

use crate::fake_server::{Request, Response, Server, bucket};
use crate::probe::{CLOSED, honest, policy, probe};

/// A fault, what its server makes of a bucket, the exit code, and the diagnoses' codes.
type Row = (
    &'static str,
    fn(&Request) -> Response,
    i32,
    &'static [&'static str],
);

fn only_for(method: &str, request: &Request, response: Response) -> Response {
    if request.method == method {
        response
    } else {
        honest(request)
    }
}

const FAULTS: &[Row] = &[
    (
        "a CDN that does not forward Origin",
        |request| {
            let mut request = request.clone();
            request.headers.retain(|(name, _)| name != "origin");
            honest(&request).with("x-amz-cf-id", "abc")
        },
        1,
        &["origin-dropped", "no-cors-on-reads"],
    ),
    (
        "a proxy that drops Vary",
        |request| honest(request).without("vary"),
        1,
        &["vary-missing"],
    ),
    (
        "a cache that serves a copy made for a request without Origin",
        |request| match request.method.as_str() {
            "GET" => Response::new(200, "a photo")
                .with("age", "17")
                .with("x-cache", "Hit"),
            _ => honest(request),
        },
        1,
        &["cached-response", "no-cors-on-reads"],
    ),
    (
        "a cache that keeps the response to another origin",
        |request| {
            let mut first = request.clone();
            first.headers = vec![("origin".into(), "https://www.example.com".into())];
            only_for(
                "GET",
                request,
                honest(&first).with("x-cache", "Hit from cloudfront"),
            )
        },
        1,
        &["cached-response", "wrong-origin"],
    ),
    (
        "a bucket of another region",
        |_| {
            Response::new(301, "<Error><Code>PermanentRedirect</Code></Error>").with(
                "location",
                "https://bucket.s3.eu-west-1.amazonaws.com/photo.jpg",
            )
        },
        1,
        &["redirected"],
    ),
    (
        "a new bucket at the global endpoint",
        |_| Response::new(307, "").with("location", "https://bucket.s3.eu-west-1.amazonaws.com/"),
        1,
        &["redirected"],
    ),
    (
        "a bucket without CORS configuration",
        |request| bucket(&CorsPolicy::without_configuration(), request),
        1,
        &["not-enabled", "no-cors-on-reads"],
    ),
    (
        "a bucket that does not exist",
        |request| bucket(&CorsPolicy::without_bucket(), request),
        1,
        &["no-such-bucket", "no-cors-on-reads"],
    ),
    (
        "a bucket with other rules",
        |request| {
            let cors = r#"[{"AllowedOrigins": ["https://a.test"], "AllowedMethods": ["GET"]}]"#;
            bucket(&policy(cors), request)
        },
        1,
        &["different-rules", "no-cors-on-reads"],
    ),
    (
        "an app whose router knows no OPTIONS",
        |request| {
            only_for(
                "OPTIONS",
                request,
                Response::new(405, "").with("allow", "GET"),
            )
        },
        1,
        &["options-not-handled"],
    ),
    (
        "CloudFront without OPTIONS among its methods",
        |request| {
            let body = "<HTML>This distribution is not configured to allow the HTTP request \
                        method that was used for this request.</HTML>";
            let response = Response::new(403, body).with("x-cache", "Error from cloudfront");
            only_for("OPTIONS", request, response)
        },
        1,
        &["options-not-handled"],
    ),
    (
        "authentication before CORS",
        |request| only_for("OPTIONS", request, Response::new(401, "who are you?")),
        1,
        &["preflight-needs-auth"],
    ),
    (
        "a server that fails on OPTIONS",
        |request| only_for("OPTIONS", request, Response::new(503, "")),
        1,
        &["server-error"],
    ),
    (
        "a proxy and an app that both add CORS headers",
        |request| honest(request).with("access-control-allow-origin", "*"),
        1,
        &["several-allow-origins"],
    ),
    (
        "an app that reflects any origin, with credentials",
        |request| {
            let origin = request.header("origin").unwrap_or_default();
            Response::new(200, "")
                .with("access-control-allow-origin", origin)
                .with("access-control-allow-credentials", "true")
        },
        1,
        &["allows-any-origin", "vary-missing"],
    ),
    (
        "a fixed origin in the server's configuration",
        |request| {
            honest(request)
                .without("access-control-allow-origin")
                .with("access-control-allow-origin", "https://www.example.com")
        },
        1,
        &["wrong-origin"],
    ),
    (
        "`*` with credentials",
        |request| {
            honest(request)
                .without("access-control-allow-origin")
                .with("access-control-allow-origin", "*")
        },
        1,
        &["wildcard-with-credentials"],
    ),
    (
        "a proxy that allows private networks",
        |request| honest(request).with("access-control-allow-private-network", "true"),
        0,
        &["private-network"],
    ),
    (
        "a key that is not there",
        |request| {
            let response = honest(request);
            if request.method == "OPTIONS" {
                return response;
            }
            let body = "<Error><Code>NoSuchKey</Code></Error>".to_owned();
            Response {
                status: 404,
                body,
                ..response
            }
        },
        0,
        &["refused-for-other-reasons"],
    ),
    (
        "lists in another order and case, and 204",
        |request| {
            let mut response = honest(request);
            for (name, value) in &mut response.headers {
                match name.as_str() {
                    "access-control-allow-methods" => *value = "PUT,HEAD , GET".into(),
                    "access-control-allow-headers" => *value = value.to_ascii_uppercase(),
                    _ => {}
                }
            }
            if response.status == 200 && request.method == "OPTIONS" {
                response.status = 204;
            }
            response
        },
        0,
        &[],
    ),
    (
        "a server that knows nothing of CORS",
        |request| match request.method.as_str() {
            "OPTIONS" => Response::new(405, "").with("allow", "GET, HEAD"),
            _ => Response::new(200, "a photo").with("via", "1.1 proxy"),
        },
        1,
        &["no-cors-headers"],
    ),
    (
        "an app without a route for HEAD, inside its CORS layer",
        |request| {
            let response = honest(request);
            match request.method.as_str() {
                "HEAD" => Response {
                    status: 405,
                    ..response
                },
                _ => response,
            }
        },
        0,
        &["head-not-handled"],
    ),
    (
        "an app without a route for HEAD, outside its CORS layer",
        |request| only_for("HEAD", request, Response::new(404, "")),
        1,
        &["head-not-handled"],
    ),
    (
        "a comparison of the end of the host",
        |request| lax(request, |origin| origin.ends_with("www.example.com")),
        1,
        &["pre-domain", "plain-http"],
    ),
    (
        "a comparison of the beginning of the origin",
        |request| {
            lax(request, |origin| {
                origin.starts_with("https://www.example.com")
            })
        },
        1,
        &["post-domain"],
    ),
    (
        "a regular expression whose dots are not escaped",
        |request| {
            lax(request, |origin| {
                let mut rest = origin
                    .strip_prefix("https://www")
                    .unwrap_or_default()
                    .chars();
                rest.next().is_some() && rest.as_str() == "example.com"
            })
        },
        1,
        &["unescaped-dot"],
    ),
    (
        "a comparison without the scheme",
        |request| lax(request, |origin| origin.ends_with("://www.example.com")),
        1,
        &["plain-http"],
    ),
    (
        "an app that allows null",
        |request| lax(request, |origin| origin == "null"),
        1,
        &["null-origin"],
    ),
    (
        "an app that allows where anybody can run scripts",
        |request| lax(request, |origin| origin == "https://cdpn.io"),
        1,
        &["third-party"],
    ),
];

/// A server that also allows the origins that a test of its own lets in.
fn lax(request: &Request, allows: fn(&str) -> bool) -> Response {
    let response = honest(request);
    match request.header("origin") {
        Some(origin)
            if allows(origin)
                && !response
                    .headers
                    .iter()
                    .any(|(name, _)| name.starts_with("access-control-")) =>
        {
            Response::new(200, "")
                .with("access-control-allow-origin", origin)
                .with("access-control-allow-methods", "GET, HEAD, PUT")
                .with(
                    "vary",
                    "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
                )
        }
        _ => response,
    }
}

#[test]
fn each_fault_is_named() {
    for (fault, response, code, expected) in FAULTS {
        let server = Server::responding(response);
        let ran = probe(&server, CLOSED, &["--format", "json"]);
        assert_eq!(ran.code, Some(*code), "{fault}: {}", ran.stdout);
        let json = ran.json();
        let diagnoses = json["endpoints"][0]["diagnoses"]
            .as_array()
            .expect("a list");
        let found: Vec<&str> = diagnoses
            .iter()
            .filter_map(|t| t["code"].as_str())
            .collect();
        for expected in *expected {
            assert!(
                found.contains(expected),
                "{fault}: {expected} is not in {found:?}"
            );
        }
        assert_eq!(found.is_empty(), expected.is_empty(), "{fault}: {found:?}");
        assert!(
            found.iter().all(|code| KNOWN.contains(code)),
            "{fault}: {found:?}"
        );
        // People get the same, with words and a help.
        let ran = probe(&server, CLOSED, &[]);
        assert_eq!(ran.code, Some(*code), "{fault}");
        for code in found {
            let line = ran
                .stdout
                .lines()
                .any(|line| line.starts_with(&format!("{code}: ")));
            assert!(line, "{fault}: {code} is not in {}", ran.stdout);
        }
    }
}

/// The diagnoses that the README explains.
const KNOWN: &[&str] = &[
    "redirected",
    "no-such-bucket",
    "not-enabled",
    "origin-dropped",
    "different-rules",
    "options-not-handled",
    "preflight-needs-auth",
    "server-error",
    "cached-response",
    "wrong-origin",
    "several-allow-origins",
    "allows-any-origin",
    "wildcard-with-credentials",
    "vary-missing",
    "no-cors-on-reads",
    "private-network",
    "refused-for-other-reasons",
    "no-cors-headers",
    "head-not-handled",
    "pre-domain",
    "post-domain",
    "unescaped-dot",
    "plain-http",
    "null-origin",
    "third-party",
];

#[test]
fn every_diagnosis_is_in_the_readme_and_has_a_fault_that_shows_it() {
    let readme = include_str!("../../README.md");
    for code in KNOWN {
        assert!(
            readme.contains(&format!("`{code}`")),
            "{code} is not in the README"
        );
        let shown = FAULTS.iter().any(|(_, _, _, codes)| codes.contains(code));
        assert!(shown, "no fault shows {code}");
    }
}

#[test]
fn a_server_without_cors_is_not_taken_for_a_cdn_that_is_set_up_wrongly() {
    let server = Server::responding(|request| match request.method.as_str() {
        "OPTIONS" => Response::new(405, ""),
        _ => Response::new(200, "a photo"),
    });
    let ran = probe(&server, CLOSED, &[]);
    assert_eq!(ran.code, Some(1));
    let said = "no-cors-headers: this server sends no CORS headers at all (";
    assert!(ran.stdout.contains(said), "{}", ran.stdout);
    assert!(!ran.stdout.contains("CloudFront"), "{}", ran.stdout);
    assert!(
        !ran.stdout.contains("options-not-handled"),
        "{}",
        ran.stdout
    );
}

#[test]
fn who_reflects_every_origin_is_told_that_and_no_more() {
    let server = Server::responding(|request| {
        let origin = request.header("origin").unwrap_or_default();
        Response::new(200, "").with("access-control-allow-origin", origin)
    });
    let ran = probe(&server, CLOSED, &[]);
    assert!(
        ran.stdout.contains("\nallows-any-origin: "),
        "{}",
        ran.stdout
    );
    for code in ["pre-domain", "post-domain", "null-origin", "third-party"] {
        assert!(
            !ran.stdout.contains(&format!("\n{code}: ")),
            "{}",
            ran.stdout
        );
    }
}
