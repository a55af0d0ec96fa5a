//! Who may do what: rows for all origins that rules tell apart, and cells that agree with the engine.

use conformance::generate::{of_app, rules, runner};
use proptest::collection::vec;
use proptest::prelude::*;
use s3_cors::limits::{APP_METHODS, SUPPORTED_METHODS};
use s3_cors::{CorsConfiguration, CorsPolicy, Decision};
use s3_cors_analysis::matrix::Matrix;

use crate::{app_rules, configuration, matches, of_object, place, rule, universe};

/// The rules, and for each row its entries and the rules that allow each method.
type Row = (
    &'static str,
    &'static [(&'static str, &'static str, &'static str)],
    &'static [&'static str],
);

const UPLOADS: &str = r#""AllowedHeaders": ["x-amz-*"]"#;

const ROWS: [Row; 6] = [
    (
        "one origin and all others",
        &[("https://a.com", "GET PUT", "")],
        &["https://a.com: GET 0, PUT 0", "others:"],
    ),
    (
        "entries that the same rules allow share a row",
        &[("https://a.com https://b.com", "GET", "")],
        &["https://a.com|https://b.com: GET 0", "others:"],
    ),
    (
        "the origins that two wildcards share have a row of their own",
        &[("https://a*", "GET", ""), ("*.com", "PUT", "")],
        &[
            "https://a*: GET 0",
            "*.com: PUT 1",
            "https://a* and *.com: GET 0, PUT 1",
            "others:",
        ],
    ),
    (
        "with * there are no others",
        &[("https://a.com", "PUT", ""), ("*", "GET", "")],
        &["https://a.com: GET 1, PUT 0", "*: GET 1"],
    ),
    (
        "a later rule that allows more headers is used as well",
        &[
            ("https://a.com", "PUT", ""),
            ("https://a.com", "PUT", UPLOADS),
        ],
        &["https://a.com: PUT 0 1", "others:"],
    ),
    (
        "a later rule that allows no more headers is never used",
        &[
            ("https://a.com", "PUT", UPLOADS),
            ("https://a.com", "PUT", ""),
        ],
        &["https://a.com: PUT 0", "others:"],
    ),
];

fn parsed(rules: &[(&str, &str, &str)]) -> CorsConfiguration {
    let rules: Vec<String> = rules.iter().map(|(o, m, more)| rule(o, m, more)).collect();
    configuration(&format!("[{}]", rules.join(", ")))
}

#[test]
fn every_class_of_origins_has_one_row() {
    for (name, rules, expected) in ROWS {
        let matrix = Matrix::new(&parsed(rules)).expect("a valid configuration");
        let found: Vec<String> = matrix
            .rows
            .iter()
            .map(|row| {
                let who = if row.is_other() {
                    "others".into()
                } else {
                    row.entries.join("|")
                };
                let allowed: Vec<String> = row
                    .cells
                    .iter()
                    .filter(|cell| cell.is_allowed())
                    .map(|cell| {
                        let rules = cell
                            .grants
                            .iter()
                            .map(|grant| format!(" {}", grant.rule.index()));
                        format!(" {}{}", cell.method, rules.collect::<String>())
                    })
                    .collect();
                format!("{who}:{}", allowed.join(","))
            })
            .collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn a_cell_says_what_its_rule_allows_or_why_none_does() {
    let more =
        r#""AllowedHeaders": ["content-type"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60"#;
    let config = parsed(&[("https://a.com", "PUT", more), ("*", "GET", "")]);
    let matrix = Matrix::new(&config).expect("a valid configuration");
    let cell = |row: usize, method: &str| {
        let mut cells = matrix.rows[row].cells.iter();
        cells
            .find(|c| c.method == method)
            .expect("a cell")
            .to_string()
    };
    assert_eq!(
        cell(0, "PUT"),
        "PUT is allowed by CORSRules[0] with credentials, with the headers \"content-type\", \
         exposing \"ETag\"; the preflight may be cached for 60 seconds",
    );
    assert_eq!(
        cell(1, "GET"),
        "GET is allowed by CORSRules[1] without credentials, with safelisted headers only; the \
         preflight may be cached for 5 seconds, the default",
    );
    assert_eq!(
        cell(1, "PUT"),
        "PUT is not allowed: no rule that allows the Origin has the method in AllowedMethods",
    );
}

#[test]
fn every_origin_is_in_the_row_that_the_engine_puts_it_in() {
    let origins = universe("aA.", 4);
    let lists = ["", "a", "b", "a,b", "x-a,b,-"];
    let cases = (vec(rules(), 1..5), vec(rules().prop_flat_map(of_app), 0..3));
    runner(200)
        .run(&cases, |(rules, app)| {
            let config = CorsConfiguration::new(rules.iter().map(Into::into));
            let app = app_rules(&app);
            let policy = CorsPolicy::with_app_rules(Some(&config), &app).expect("valid");
            let matrix = Matrix::with_app_rules(&config, &app).expect("valid");
            let methods: &[&str] = match app.rules() {
                [] => &SUPPORTED_METHODS,
                _ => &APP_METHODS,
            };
            prop_assert_eq!(matrix.methods, methods);
            for row in &matrix.rows {
                prop_assert_eq!(policy.rules_allowing_origin(&row.example), row.rules);
            }
            for origin in &origins {
                let row = matrix.row_of(origin.as_bytes());
                let row = &matrix.rows[row.expect("every origin has a row")];
                let all = config.cors_rules.iter().chain(app.rules());
                let mut entries = all.flat_map(|r| &r.allowed_origins);
                prop_assert_eq!(row.is_other(), !entries.any(|entry| matches(entry, origin)));
                for (method, cell) in methods.iter().zip(&row.cells) {
                    for list in lists {
                        let headers = [
                            ("Origin", origin.as_bytes()),
                            ("Access-Control-Request-Method", method.as_bytes()),
                            ("Access-Control-Request-Headers", list.as_bytes()),
                        ];
                        let rule = match policy.decide(&of_object("OPTIONS", &headers)) {
                            Decision::Preflight(headers) => Some(headers.rule_index()),
                            _ => None,
                        };
                        let of_bucket = config.cors_rules.len();
                        let granted = || {
                            let rules = cell.grants.iter().map(|grant| grant.rule);
                            rules.map(|rule| place(rule, of_bucket))
                        };
                        if list.is_empty() {
                            prop_assert_eq!(granted().next(), rule, "{} {}", origin, method);
                        }
                        prop_assert!(rule.is_none_or(|rule| granted().any(|g| g == rule)));
                    }
                }
            }
            Ok(())
        })
        .expect("the property holds");
}
