//! Advice about origins and headers that no browser sends.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use s3_cors::{CorsConfiguration, CorsRule, RequestParts};
use s3_cors_analysis::explain::{Advice, Explanation, Impossible, NeverSent, NoteCode, explain};
use s3_cors_analysis::lint::{Severity, lint};

use conformance::generate::runner;

fn preflight(config: Option<&CorsConfiguration>, origin: &str, names: &str) -> Explanation {
    let mut headers: Vec<(&str, &[u8])> = vec![
        ("Origin", origin.as_bytes()),
        ("Access-Control-Request-Method", b"PUT"),
    ];
    if !names.is_empty() {
        headers.push(("Access-Control-Request-Headers", names.as_bytes()));
    }
    explain(config, &RequestParts::new("OPTIONS", &headers)).expect("a valid configuration")
}

/// What no browser sends, and what was probably meant.
const NEVER_SENT: [(&str, Option<&str>); 20] = [
    ("https://www.example.com/", Some("https://www.example.com")),
    (
        "https://www.example.com/app",
        Some("https://www.example.com"),
    ),
    ("localhost:3000", Some("http://localhost:3000")),
    ("localhost", Some("http://localhost")),
    ("127.0.0.1:8080", Some("http://127.0.0.1:8080")),
    ("www.example.com", Some("https://www.example.com")),
    ("www.example.com:8443", Some("https://www.example.com:8443")),
    ("HTTPS://www.example.com", Some("https://www.example.com")),
    ("https://WWW.example.com", Some("https://www.example.com")),
    (
        "https://www.example.com:443",
        Some("https://www.example.com"),
    ),
    ("http://www.example.com:80", Some("http://www.example.com")),
    (" https://www.example.com", Some("https://www.example.com")),
    ("https:www.example.com", Some("https://www.example.com")),
    (
        "https://user@www.example.com",
        Some("https://www.example.com"),
    ),
    ("wss://www.example.com", Some("https://www.example.com")),
    ("http://127.1:3000", Some("http://127.0.0.1:3000")),
    ("file:///index.html", None),
    ("http://256.0.0.1", None),
    ("https://", None),
    ("NULL", Some("null")),
];

#[test]
fn an_origin_that_no_browser_sends_is_not_advised_whatever_the_rules() {
    let rule = |origin: &str| {
        let rule = CorsRule::new([origin], ["GET"]).max_age_seconds(60);
        CorsConfiguration::new([rule])
    };
    for (origin, meant) in NEVER_SENT {
        for config in [
            None,
            Some(rule("https://a.example")),
            Some(rule("*")),
            Some(rule(origin)),
        ] {
            let explanation = preflight(config.as_ref(), origin, "");
            let Advice::Impossible(Impossible::OriginNeverSent(never_sent)) = &explanation.advice
            else {
                panic!("{origin:?}: {:?}", explanation.advice);
            };
            assert_eq!(never_sent.meant.as_deref(), meant, "{origin:?}");
            assert_eq!(explanation.alternative, None, "{origin:?}");
            let said = explanation
                .notes
                .iter()
                .any(|note| note.code == NoteCode::OriginNeverSent);
            assert!(!said, "{origin:?} is said twice");
        }
    }
}

#[test]
fn an_origin_that_no_browser_sends_is_noted_where_a_rule_allows_it() {
    for (origin, meant) in NEVER_SENT {
        let rule = CorsRule::new(["*"], ["PUT"]);
        let explanation = preflight(Some(&CorsConfiguration::new([rule])), origin, "");
        assert!(explanation.outcome.is_allowed(), "{origin:?}");
        let mut notes = explanation.notes.iter();
        let note = notes
            .find(|note| note.code == NoteCode::OriginNeverSent)
            .unwrap_or_else(|| panic!("{origin:?} has no note"));
        let start = format!("no browser sends the Origin {origin:?}; ");
        assert!(note.text.starts_with(&start), "{note}");
        if let Some(meant) = meant {
            assert!(
                note.text
                    .ends_with(&format!("{meant:?} was probably meant")),
                "{note}"
            );
        }
    }
}

#[test]
fn what_was_meant_can_be_sent() {
    for (_, meant) in NEVER_SENT {
        assert_eq!(meant.and_then(NeverSent::of), None, "{meant:?}");
    }
    for sent in [
        "null",
        "https://a.example",
        "capacitor://localhost",
        "http://[::1]:3000",
    ] {
        assert_eq!(NeverSent::of(sent), None, "{sent:?}");
    }
}

#[test]
fn a_header_that_no_preflight_asks_for_is_not_advised() {
    for name in [
        "Cookie",
        "host",
        "ORIGIN",
        "Sec-Fetch-Mode",
        "proxy-x",
        "x y",
        "x:",
    ] {
        let explanation = preflight(None, "https://a.example", name);
        let name = name.to_owned();
        let expected = Advice::Impossible(Impossible::HeaderNeverRequested { name });
        assert_eq!(explanation.advice, expected);
    }
}

#[test]
fn what_is_advised_is_never_an_error_of_the_check() {
    let scheme = prop_oneof![
        3 => Just("https://"),
        1 => select(vec!["http://", "wss://", "HTTPS://", "capacitor://", "https:", "", " "]),
    ];
    let host = prop_oneof![
        3 => select(vec!["www.example.com", "localhost", "127.0.0.1", "[::1]", "a_b.example"]),
        1 => select(vec![
            "WWW.example.com", "127.1", "999.1.1.1", "[::1", "m\u{fc}n", "xn--mnchen-3ya", "u@a",
            "%41", "a b", "*", "*.a.com", "null", "", ".", "-", "a\\b", "a\tb",
        ]),
    ];
    let port = prop_oneof![
        3 => Just(""),
        1 => select(vec![":3000", ":443", ":80", ":080", ":", ":99999", ":*"]),
    ];
    let rest = prop_oneof![4 => Just(""), 1 => select(vec!["/", "/a", "?", "#", " ", ","])];
    let part = (scheme, host, port, rest);
    let header = select(vec![
        "content-type",
        "x-a",
        "",
        "cookie",
        "Host",
        "sec-a",
        "a b",
        "x*",
    ]);
    let listed = select(vec![
        "*",
        "https://a.example",
        "https://*.example.com",
        "http://*",
    ]);
    let cases = (part, header, vec(listed, 0..3));
    let (advised, refused) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let result = runner(5_000).run(&cases, |((scheme, host, port, rest), header, listed)| {
        let origin = format!("{scheme}{host}{port}{rest}");
        let rules = listed
            .iter()
            .map(|listed| CorsRule::new([*listed], ["GET", "HEAD"]).max_age_seconds(60));
        let config = (!listed.is_empty()).then(|| CorsConfiguration::new(rules));
        let explanation = preflight(config.as_ref(), &origin, header);
        let change = match &explanation.advice {
            Advice::Change(change) => Some(change),
            Advice::Impossible(_) => {
                refused.set(refused.get() + 1);
                None
            }
            _ => None,
        };
        for way in change.into_iter().chain(&explanation.alternative) {
            advised.set(advised.get() + 1);
            let found = lint(&way.apply(config.as_ref()));
            let error = found.iter().find(|found| found.severity == Severity::Error);
            prop_assert_eq!(error, None, "{:?}", origin);
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    assert!(
        advised.get() > 500 && refused.get() > 500,
        "{advised:?} {refused:?}"
    );
}
