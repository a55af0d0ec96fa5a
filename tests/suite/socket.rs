//! The corpus over real sockets against the example apps, byte for byte.

use std::collections::BTreeMap;

use conformance::answer::{Report, Scope, differences};
use conformance::apps::{App, NAMES};
use conformance::corpus::{Corpus, Eval};
use conformance::raw_http::{exchange, request};
use serde_json::json;

/// Cases that an HTTP library answers itself, before any app sees them, by id and with the
/// reason.
const REJECTED_BY_THE_SERVER: [(&str, &str, &str); 0] = [];

#[test]
fn the_axum_app_answers_every_case_over_a_socket() {
    check_app("axum-app");
}

#[test]
fn the_actix_app_answers_every_case_over_a_socket() {
    check_app("actix-app");
}

#[track_caller]
fn check_app(name: &'static str) {
    let corpus = Corpus::load();
    let (cases, without_bucket): (Vec<_>, Vec<_>) =
        corpus.evals.iter().partition(|case| case.bucket_exists);
    // An app stands for one bucket, which exists.
    println!(
        "{name}: {} cases without bucket left out",
        without_bucket.len()
    );
    let mut by_configuration: BTreeMap<String, Vec<&Eval>> = BTreeMap::new();
    for case in cases {
        let config = case.cors.as_ref().map(ToString::to_string);
        by_configuration
            .entry(config.unwrap_or_default())
            .or_default()
            .push(case);
    }
    let mut report = Report::on(name);
    for cases in by_configuration.values() {
        let app = App::start(name, cases[0].cors.as_ref());
        for case in cases {
            if REJECTED_BY_THE_SERVER
                .iter()
                .any(|(app, id, _)| *app == name && *id == case.id)
            {
                continue;
            }
            let bytes = request(
                &case.request.method,
                case.request.path(),
                case.request.header_lines(),
            );
            let differences = match exchange(app.address(), &bytes) {
                Ok(answer) => differences(case, &answer, Scope::AllHeaders),
                Err(error) => vec![error.to_string()],
            };
            report.case(&case.id, &differences);
        }
    }
    report.finish();
}

const ORIGIN: (&str, &[u8]) = ("Origin", b"https://www.example.com");

#[test]
fn errors_of_the_apps_have_their_headers_over_a_socket() {
    let cors = json!({"CORSRules": [
        {"AllowedOrigins": ["https://www.example.com"], "AllowedMethods": ["GET", "HEAD"]}
    ]});
    let token: (&str, &[u8]) = ("Authorization", b"Bearer secret");
    for name in NAMES {
        let app = App::start(name, Some(&cors));
        for (method, path, headers, status) in [
            ("GET", "/private", &[ORIGIN][..], 401),
            ("GET", "/private", &[ORIGIN, token], 200),
            ("HEAD", "/private", &[ORIGIN], 401),
            ("GET", "/missing", &[ORIGIN], 404),
            // Preflights carry no token, and no object need be there.
            (
                "OPTIONS",
                "/private",
                &[ORIGIN, ("Access-Control-Request-Method", b"GET")],
                200,
            ),
            (
                "OPTIONS",
                "/missing",
                &[ORIGIN, ("Access-Control-Request-Method", b"GET")],
                200,
            ),
        ] {
            let bytes = request(method, path, headers.iter().copied());
            let answer = exchange(app.address(), &bytes).expect("an answer");
            let row = format!("{name}: {method} {path}");
            assert_eq!(answer.status, status, "{row}");
            let origin = answer.header("access-control-allow-origin");
            assert_eq!(origin, Some("https://www.example.com"), "{row}");
            if method == "OPTIONS" {
                assert_eq!(answer.header("content-length"), Some("0"), "{row}");
                assert_eq!(answer.header("content-type"), None, "{row}");
            }
        }
    }
}

#[test]
fn an_app_with_a_faulty_configuration_does_not_start_and_says_why() {
    for name in NAMES {
        let faulty = json!([{"AllowedOrigins": "*", "AllowedMethods": ["GET"]}]);
        let (code, said) = App::refuse_to_start(name, &faulty);
        assert_eq!(code, Some(2), "{name}: {said}");
        assert!(said.contains("put it in a list: [\"*\"]"), "{name}: {said}");
    }
}
