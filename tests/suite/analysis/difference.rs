//! What two configurations answer differently.

use std::cell::RefCell;
use std::collections::BTreeMap;

use conformance::brute_force::{Values, assert_told};
use conformance::corpus::Rule;
use conformance::generate::{of_app, rules, runner};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use s3_cors::CorsConfiguration;
use s3_cors_analysis::diff::{Comparison, Difference, diff, diff_with_app_rules};

use crate::{app_rules, configuration, rule};

type RuleText = (&'static str, &'static str, &'static str);

/// What is done, the rules before, the rules after, and the differences in words.
type Row = (
    &'static str,
    &'static [RuleText],
    &'static [RuleText],
    &'static [&'static str],
);

const HEADERS: &str = r#""AllowedHeaders": ["content-type", "x-amz-*"]"#;

const ROWS: [Row; 13] = [
    (
        "nothing",
        &[("https://a.com", "GET", "")],
        &[("https://a.com", "GET", "")],
        &[],
    ),
    (
        "an entry that has no effect is removed",
        &[("https://*.a.com https://b.a.com", "GET", "")],
        &[("https://*.a.com", "GET", "")],
        &[],
    ),
    (
        "rules that do not overlap change places",
        &[("https://a.com", "GET", ""), ("https://b.com", "PUT", "")],
        &[("https://b.com", "PUT", ""), ("https://a.com", "GET", "")],
        &[],
    ),
    (
        "origins are added",
        &[("https://a.com", "GET HEAD", "")],
        &[(
            "https://a.com https://b.com https://*.c.com",
            "GET HEAD",
            "",
        )],
        &["\"https://b.com\", \"https://*.c.com\" gain GET, HEAD (example: https://b.com)"],
    ),
    (
        "a method is removed: who keeps the rest gets another list of methods",
        &[("https://a.com", "GET PUT", "")],
        &[("https://a.com", "GET", "")],
        &[
            "\"https://a.com\" gets a different response to GET: access-control-allow-methods changes from GET, PUT to GET (example: https://a.com)",
            "\"https://a.com\" loses PUT (example: https://a.com)",
        ],
    ),
    (
        "a wildcard is narrowed",
        &[("https://*", "GET", "")],
        &[("https://*.a.com", "GET", "")],
        &["\"https://*\" loses GET (example: https://site.example)"],
    ),
    (
        "headers are removed",
        &[("https://a.com", "PUT", HEADERS)],
        &[(
            "https://a.com",
            "PUT",
            r#""AllowedHeaders": ["Content-Type"]"#,
        )],
        &[
            "\"https://a.com\" loses PUT with \"x-amz-*\" (example: https://a.com asking for x-amz-custom)",
        ],
    ),
    (
        "all headers are allowed",
        &[("https://a.com", "PUT", HEADERS)],
        &[("https://a.com", "PUT", r#""AllowedHeaders": ["*"]"#)],
        &["\"https://a.com\" gains PUT with \"*\" (example: https://a.com asking for x-custom)"],
    ),
    (
        "the age changes",
        &[("*", "GET", r#""MaxAgeSeconds": 60"#)],
        &[("*", "GET", "")],
        &[
            "\"*\" gets a different response to GET: access-control-max-age is removed: 60 (example: https://site.example)",
        ],
    ),
    (
        "a star takes the credentials away",
        &[("https://a.com", "GET", "")],
        &[("https://a.com *", "GET", "")],
        &[
            "\"https://a.com\" gets a different response to GET: access-control-allow-origin changes from https://a.com to *; access-control-allow-credentials is removed: true (example: https://a.com)",
            "\"*\" gains GET (example: https://site.example)",
        ],
    ),
    (
        "Terraform shuffles rules that overlap",
        &[("https://a.com", "GET", ""), ("*", "GET", "")],
        &[("*", "GET", ""), ("https://a.com", "GET", "")],
        &[
            "\"https://a.com\" gets a different response to GET: access-control-allow-origin changes from https://a.com to *; access-control-allow-credentials is removed: true (example: https://a.com)",
        ],
    ),
    (
        "wildcards that cross change places",
        &[
            ("*.example.com https://x.example.com", "GET", ""),
            ("https://*", "GET", r#""MaxAgeSeconds": 60"#),
            ("https://x.example.com", "GET", ""),
        ],
        &[
            ("https://*", "GET", r#""MaxAgeSeconds": 60"#),
            ("*.example.com https://x.example.com", "GET", ""),
            ("https://x.example.com", "GET", ""),
        ],
        &[
            "\"*.example.com\" and \"https://*\" gets a different response to GET: access-control-max-age is added: 60 (example: https://app.example.com)",
        ],
    ),
    (
        "only a request with two headers shows it",
        &[
            ("https://a.com", "PUT", r#""AllowedHeaders": ["x-a"]"#),
            ("https://a.com", "PUT", r#""AllowedHeaders": ["x-b"]"#),
            (
                "https://a.com",
                "PUT",
                r#""AllowedHeaders": ["x-a", "x-b"]"#,
            ),
        ],
        &[
            ("https://a.com", "PUT", r#""AllowedHeaders": ["x-a"]"#),
            ("https://a.com", "PUT", r#""AllowedHeaders": ["x-b"]"#),
        ],
        &[
            "\"https://a.com\" loses PUT with \"x-a\" and \"x-b\" (example: https://a.com asking for x-a, x-b)",
        ],
    ),
];

#[test]
fn who_gains_and_who_loses_is_said() {
    let config = |rules: &[RuleText]| {
        let rules: Vec<_> = rules.iter().map(|(o, m, more)| rule(o, m, more)).collect();
        configuration(&format!("[{}]", rules.join(",")))
    };
    for (what, before, after, expected) in ROWS {
        let found = differences(&config(before), &config(after));
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn a_configuration_that_s3_refuses_is_not_compared() {
    let valid = configuration(&format!("[{}]", rule("*", "GET", "")));
    let empty = CorsConfiguration::default();
    assert!(diff(&valid, &empty).is_err());
    assert!(diff(&empty, &valid).is_err());
}

fn differences(before: &CorsConfiguration, after: &CorsConfiguration) -> Vec<Difference> {
    listed(diff(before, after).expect("valid configurations"))
}

fn listed(comparison: Comparison) -> Vec<Difference> {
    match comparison {
        Comparison::Equivalent => Vec::new(),
        Comparison::Different(differences) => {
            assert!(!differences.is_empty());
            differences
        }
        other => panic!("{other:?}"),
    }
}

/// A change of a rule.
fn changed(mut rules: Vec<Rule>, other: Rule, what: usize, at: Index) -> Vec<Rule> {
    let at = at.index(rules.len());
    let rule = &mut rules[at];
    match what {
        0 => rule.allowed_origins = other.allowed_origins,
        1 => rule.allowed_headers = other.allowed_headers,
        2 => rule.allowed_methods = other.allowed_methods,
        3 => rule.allowed_origins.extend(other.allowed_origins),
        4 => rule.allowed_headers.truncate(1),
        5 => rule.max_age_seconds = other.max_age_seconds,
        6 => rules.rotate_left(at),
        7 => rules.push(other),
        _ => {
            if rules.len() > 1 {
                rules.remove(at);
            }
        }
    }
    rules
}

#[test]
fn what_differs_is_what_brute_force_finds() {
    let values = Values::of("aA.z", "ab-z", 5);
    let seen = RefCell::new(BTreeMap::<&str, u32>::new());
    let count = |what| *seen.borrow_mut().entry(what).or_default() += 1;
    // Some rules that get into each other's way, and some that only lists of headers tell apart.
    let few = (
        rules(),
        0..3_u8,
        subsequence(vec!["a", "B", "a-*", "-"], 0..4),
    );
    let few = few.prop_map(|(mut rule, kind, headers)| {
        if kind > 0 {
            rule.allowed_methods = vec!["GET".into()];
            rule.max_age_seconds = None;
            rule.expose_headers.clear();
        }
        if kind > 1 {
            rule.allowed_origins = vec!["a*".into()];
            rule.allowed_headers = headers.into_iter().map(Into::into).collect();
        }
        rule
    });
    let few = few.boxed();
    // A third of the apps have rules of their own.
    let app = option::weighted(0.34, vec(few.clone().prop_flat_map(of_app), 1..3));
    let cases = (
        vec(few.clone(), 1..5),
        few.clone(),
        0..9_usize,
        any::<Index>(),
        option::weighted(0.2, vec(few, 1..4)),
        app,
    );
    let result = runner(1_200).run(&cases, |(before, other, what, at, unrelated, app)| {
        let after = unrelated.unwrap_or_else(|| changed(before.clone(), other, what, at));
        let config = |rules: &[Rule]| CorsConfiguration::new(rules.iter().map(Into::into));
        let app = app.unwrap_or_default();
        let found = listed(
            diff_with_app_rules(&config(&before), &config(&after), &app_rules(&app))
                .expect("valid configurations"),
        );
        for what in assert_told(&before, &after, &app, &found, &values) {
            count(what);
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let seen = seen.into_inner();
    println!("{seen:?}");
    for (what, least) in [
        ("alike", 30),
        ("different", 100),
        ("gains", 50),
        ("loses", 50),
        ("changes", 50),
        ("several headers", 3),
        ("two entries at once", 10),
        ("a rule of the app", 50),
    ] {
        let count = seen.get(what).copied().unwrap_or_default();
        assert!(count >= least, "only {count} times: {what}");
    }
}
