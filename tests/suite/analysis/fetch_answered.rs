//! The browser's side, step by step: what comes of the answers.

use conformance::generate::{rules, runner};
use cors_fetch::{CorsFailure, Credentials, Failure, Fetch, Outcome, PlanKind, Redirect, Response};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use s3_cors::{CorsConfiguration, CorsPolicy, Decision};
use s3_cors_analysis::explain::{Outcome as Explained, explain};
use s3_cors_analysis::fetch::verdict as verdict_of;

use crate::fetched::{PAGE, TARGET, blocked, fetch, with};
use crate::of_object;

/// What the answer says of origin and credentials, and what comes of it, without credentials and
/// with them.
type Checked<'a> = (
    &'a [&'a str],
    &'a [&'a str],
    Option<CorsFailure>,
    Option<CorsFailure>,
);

#[test]
fn the_cors_check_compares_origins_as_they_are() {
    use CorsFailure as Fails;
    let origin = "https://app.example.com";
    let other = |found: &str| Fails::OtherOrigin {
        found: found.into(),
        origin: origin.into(),
    };
    let no_credentials = |found: Option<&str>| Fails::NoCredentials {
        found: found.map(Into::into),
    };
    let cases: [Checked<'_>; 11] = [
        (
            &[],
            &["true"],
            Some(Fails::NoAllowOrigin),
            Some(Fails::NoAllowOrigin),
        ),
        (&["*"], &[], None, Some(Fails::WildcardWithCredentials)),
        (
            &["*"],
            &["true"],
            None,
            Some(Fails::WildcardWithCredentials),
        ),
        (&[origin], &["true"], None, None),
        (&[origin], &[], None, Some(no_credentials(None))),
        (
            &[origin],
            &["True"],
            None,
            Some(no_credentials(Some("True"))),
        ),
        (
            &[origin],
            &["true", "true"],
            None,
            Some(no_credentials(Some("true, true"))),
        ),
        (
            &["https://app.example.com/"],
            &["true"],
            Some(other("https://app.example.com/")),
            Some(other("https://app.example.com/")),
        ),
        (
            &["https://APP.example.com"],
            &[],
            Some(other("https://APP.example.com")),
            Some(other("https://APP.example.com")),
        ),
        (&["null"], &[], Some(other("null")), Some(other("null"))),
        (&[origin, origin], &[], Some(several()), Some(several())),
    ];
    for (origins, credentials, omitted, included) in cases {
        let mut answer = Response::new(200);
        for value in origins {
            answer = answer.header("Access-Control-Allow-Origin", *value);
        }
        for value in credentials {
            answer = answer.header("Access-Control-Allow-Credentials", *value);
        }
        for (mode, expected) in [
            (Credentials::SameOrigin, omitted),
            (Credentials::Include, included),
        ] {
            let outcome = fetch().credentials(mode).verdict(None, &answer).outcome;
            match expected {
                None => assert!(outcome.is_readable(), "{answer:?}"),
                Some(failure) => {
                    assert_eq!(
                        blocked(outcome),
                        Failure::ResponseCors(failure),
                        "{answer:?}"
                    );
                }
            }
        }
    }
}

fn several() -> CorsFailure {
    CorsFailure::MultipleOrigins {
        found: b"https://app.example.com, https://app.example.com".to_vec(),
    }
}

#[test]
fn the_answer_to_a_preflight_has_to_allow_method_and_headers() {
    let method = || {
        Some(Failure::PreflightMethod {
            method: "PUT".into(),
        })
    };
    let header = |name: &str, wildcard| {
        Some(Failure::PreflightHeader {
            name: name.into(),
            wildcard,
        })
    };
    let list = |name| Some(Failure::PreflightList { name });
    let status = |status| Some(Failure::PreflightStatus { status });
    // The preflight's status, what is asked for, the lists of the answer, the failure without
    // credentials, and that with them.
    let cases = [
        (200, "PUT", "x-a", "PUT", "x-a", None, None),
        (204, "PUT", "x-a", "GET, PUT", "x-b,X-A", None, None),
        (299, "PUT", "x-a", ",PUT ,", ",, x-a", None, None),
        (300, "PUT", "x-a", "PUT", "x-a", status(300), status(300)),
        (403, "PUT", "x-a", "PUT", "x-a", status(403), status(403)),
        (307, "PUT", "x-a", "PUT", "x-a", status(307), status(307)),
        (200, "PUT", "x-a", "put", "x-a", method(), method()),
        (200, "PUT", "x-a", "", "x-a", method(), method()),
        (200, "PUT", "x-a", "*", "x-a", None, method()),
        (200, "POST", "x-a", "", "x-a", None, None),
        (
            200,
            "PUT",
            "x-a",
            "PUT",
            "",
            header("x-a", false),
            header("x-a", false),
        ),
        (200, "PUT", "x-a", "PUT", "*", None, header("x-a", true)),
        (
            200,
            "PUT",
            "authorization",
            "PUT",
            "*",
            header("authorization", true),
            header("authorization", true),
        ),
        (
            200,
            "PUT",
            "authorization",
            "PUT",
            "*, Authorization",
            None,
            None,
        ),
        (
            200,
            "PUT",
            "x-a",
            "P/T",
            "x-a",
            list("access-control-allow-methods"),
            list("access-control-allow-methods"),
        ),
        (
            200,
            "PUT",
            "x-a",
            "PUT",
            "x a",
            list("access-control-allow-headers"),
            list("access-control-allow-headers"),
        ),
    ];
    for (status, asked, name, methods, headers, omitted, included) in cases {
        let allow = |answer: Response| {
            answer
                .header("access-control-allow-origin", "https://app.example.com")
                .header("access-control-allow-credentials", "true")
        };
        let preflight = allow(Response::new(status))
            .header("access-control-allow-methods", methods)
            .header("access-control-allow-headers", headers);
        for (mode, expected) in [
            (Credentials::Omit, &omitted),
            (Credentials::Include, &included),
        ] {
            let fetch = with(asked, &[(name, "v")]).credentials(mode);
            let outcome = fetch
                .verdict(Some(&preflight), &allow(Response::new(200)))
                .outcome;
            match expected {
                None => assert!(outcome.is_readable(), "{preflight:?}"),
                Some(failure) => assert_eq!(&blocked(outcome), failure, "{preflight:?}"),
            }
        }
    }
}

#[test]
fn a_preflight_is_remembered_for_five_seconds_unless_it_says_otherwise() {
    for (value, expected) in [
        ("600", 600),
        ("0", 0),
        ("", 5),
        ("-1", 5),
        ("1.5", 5),
        ("a", 5),
    ] {
        let preflight = Response::new(200)
            .header("access-control-allow-origin", "*")
            .header("access-control-allow-methods", "PUT")
            .header("access-control-max-age", value);
        let verdict = with("PUT", &[]).verdict(Some(&preflight), &Response::new(200));
        assert_eq!(verdict.preflight_max_age, Some(expected), "{value:?}");
    }
}

#[test]
fn a_script_reads_what_is_safelisted_or_exposed() {
    let answer = |exposed: &str| {
        Response::new(200)
            .header("access-control-allow-origin", "https://app.example.com")
            .header("access-control-allow-credentials", "true")
            .header("access-control-expose-headers", exposed)
            .header("Content-Type", "a")
            .header("ETag", "b")
            .header("x-amz-id", "c")
            .header("Set-Cookie", "d")
    };
    let cors = [
        "access-control-allow-origin",
        "access-control-allow-credentials",
        "access-control-expose-headers",
    ];
    let cases: [(&str, Credentials, &[&str]); 6] = [
        ("", Credentials::Omit, &["content-type"]),
        (
            "etag, Set-Cookie",
            Credentials::Omit,
            &["content-type", "etag"],
        ),
        ("x-amz-*", Credentials::Omit, &["content-type"]),
        ("a b, etag", Credentials::Omit, &["content-type"]),
        (
            "*",
            Credentials::SameOrigin,
            &["content-type", "etag", "x-amz-id"],
        ),
        ("*, ETAG", Credentials::Include, &["content-type", "etag"]),
    ];
    for (exposed, mode, expected) in cases {
        let Outcome::Readable {
            headers, hidden, ..
        } = fetch()
            .credentials(mode)
            .verdict(None, &answer(exposed))
            .outcome
        else {
            panic!("{exposed}")
        };
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let all = exposed == "*";
        let names: Vec<&str> = names
            .into_iter()
            .filter(|name| !cors.contains(name))
            .collect();
        assert_eq!(names, expected, "{exposed}");
        assert_eq!(hidden.contains(&cors[0].to_owned()), !all, "{exposed}");
        assert!(hidden.contains(&"set-cookie".to_owned()), "{exposed}");
    }
    let own = Fetch::new(TARGET, TARGET)
        .expect("URLs")
        .verdict(None, &answer(""));
    let Outcome::Readable { hidden, .. } = own.outcome else {
        panic!()
    };
    assert_eq!(hidden, ["set-cookie"]);
}

#[test]
fn a_redirect_across_origins_makes_the_origin_null() {
    let allow = |status| Response::new(status).header("access-control-allow-origin", "*");
    let redirected = |fetch: &Fetch, answer: &Response| match fetch.verdict(None, answer).outcome {
        Outcome::Redirected { to } => *to,
        other => panic!("{other:?}"),
    };
    // From the page's own origin to another one: the origin stays.
    let own = Fetch::new(PAGE, "/here").expect("URLs");
    let there = redirected(&own, &Response::new(302).header("Location", TARGET));
    assert_eq!(
        (there.url(), there.page_origin()),
        (TARGET, "https://app.example.com")
    );
    // From there to a third one: it is lost.
    let third = redirected(
        &there,
        &allow(302).header("location", "https://third.example/"),
    );
    assert_eq!(third.page_origin(), "null");
    assert_eq!(
        third.plan().request.expect("sent").header("origin"),
        Some(&b"null"[..])
    );
    // And back: what has left the origin does not come back to it.
    let back = redirected(&third, &allow(302).header("location", PAGE));
    assert_eq!(
        (back.plan().kind, back.page_origin()),
        (PlanKind::Cors, "null")
    );
    // The redirect itself must pass.
    let not_allowed = there.verdict(None, &Response::new(302).header("location", "/"));
    assert_eq!(
        blocked(not_allowed.outcome),
        Failure::ResponseCors(CorsFailure::NoAllowOrigin)
    );

    let post = with("POST", &[("content-type", "text/plain"), ("accept", "*/*")]);
    let get = redirected(&post, &allow(303).header("location", "/next"));
    let sent = get.plan().request.expect("sent");
    assert_eq!(
        (sent.method.as_str(), sent.header("content-type")),
        ("GET", None)
    );
    assert_eq!(sent.header("accept"), Some(&b"*/*"[..]));
    let kept = redirected(&post, &allow(307).header("location", "/next"));
    assert_eq!(kept.plan().request.expect("sent").method, "POST");
    assert_eq!(kept.page_origin(), "https://app.example.com");

    let location = |value| allow(302).header("location", value);
    for (answer, expected) in [
        (
            location("https://a:b@c.example/"),
            Failure::RedirectWithCredentials,
        ),
        (
            location("data:,x"),
            Failure::RedirectLocation {
                location: "data:,x".into(),
            },
        ),
    ] {
        assert_eq!(blocked(fetch().verdict(None, &answer).outcome), expected);
    }
    let answer = location("/next");
    let error = fetch()
        .redirect(Redirect::Error)
        .verdict(None, &answer)
        .outcome;
    assert_eq!(blocked(error), Failure::Redirected);
    let manual = fetch()
        .redirect(Redirect::Manual)
        .verdict(None, &answer)
        .outcome;
    assert_eq!(manual, Outcome::Opaque);
    let mut fetch = fetch();
    for _ in 0..20 {
        fetch = redirected(&fetch, &answer);
    }
    assert_eq!(
        blocked(fetch.verdict(None, &answer).outcome),
        Failure::TooManyRedirects
    );
}

/// Fetches that S3's rules decide about, in all their parts.
fn fetches() -> impl Strategy<Value = Fetch> {
    let page = select(vec![
        "https://a",
        "https://aa",
        "http://a.a:8080",
        "null",
        "https://b.example",
    ]);
    let method = select(vec!["GET", "put", "HEAD", "POST", "DELETE", "PATCH"]);
    let name = select(vec![
        "a",
        "ab",
        "b-",
        "a-b",
        "Content-Type",
        "accept",
        "range",
    ]);
    let credentials = select(vec![
        Credentials::Omit,
        Credentials::SameOrigin,
        Credentials::Include,
    ]);
    (
        page,
        method,
        vec((name, select(vec!["x", "text/plain", "bytes=0-"])), 0..3),
        credentials,
    )
        .prop_map(|(page, method, headers, credentials)| {
            let fetch = Fetch::new(page, "https://bucket.example/key").expect("URLs");
            let fetch = fetch.method(method).credentials(credentials);
            headers
                .into_iter()
                .fold(fetch, |fetch, (name, value)| fetch.header(name, value))
        })
}

#[test]
fn a_fetch_is_readable_exactly_when_s3_allows_it_and_credentials_may_go() {
    let readable = std::cell::RefCell::new([0, 0]);
    let origins = select(vec![
        "https://a",
        "https://*",
        "*",
        "http*",
        "null",
        "https://a*",
    ]);
    let rule = (rules(), vec(origins, 1..3), any::<bool>()).prop_map(|(mut rule, origins, any)| {
        rule.allowed_origins = origins.into_iter().map(Into::into).collect();
        if any {
            rule.allowed_headers.push("*".into());
        }
        rule
    });
    let cases = (vec(rule, 1..4), vec(fetches(), 8));
    let result = runner(1_000).run(&cases, |(rules, fetches)| {
        let config = CorsConfiguration::new(rules.iter().map(Into::into));
        let policy = CorsPolicy::new(&config).expect("generated to be valid");
        for fetch in fetches {
            let verdict = verdict_of(&fetch, &policy, &Response::new(200).header("etag", "x"));
            let request = verdict.plan.request.clone().expect("it is sent");
            let steps = verdict
                .plan
                .preflight
                .iter()
                .map(|preflight| &preflight.request);
            let mut allowed = true;
            let mut with_credentials = true;
            for step in steps.chain([&request]) {
                let headers: Vec<(&str, &[u8])> = step
                    .headers
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_slice()))
                    .collect();
                let plain = of_object(&step.method, &headers);
                match policy.decide(&plain) {
                    Decision::Allowed(headers) | Decision::Preflight(headers) => {
                        with_credentials &= headers.allows_credentials();
                    }
                    _ => allowed = false,
                }
                let explained = explain(Some(&config), &plain).expect("valid").outcome;
                prop_assert!(
                    explained != Explained::NotCors,
                    "CORS requests have an Origin"
                );
            }
            let include = fetch.clone().credentials(Credentials::Include) == fetch;
            let expected = allowed && (with_credentials || !include);
            readable.borrow_mut()[usize::from(expected)] += 1;
            prop_assert_eq!(verdict.outcome.is_readable(), expected, "{:?}", verdict);
            prop_assert_eq!(verdict.console.is_none(), expected);
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let [not, readable] = readable.into_inner();
    println!("{readable} readable, {not} not");
    assert!(readable > 500 && not > 500);
}
