//! What two configurations answer differently.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use conformance::corpus::Rule;
use conformance::generate::{of_app, rules, runner};
use conformance::naive::{self, Bucket, Request, Verdict};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use s3_cors::CorsConfiguration;
use s3_cors_analysis::diff::{
    Comparison, Difference, DifferenceKind, Response, Witness, diff, diff_with_app_rules,
};

use crate::{app_rules, configuration, matches, place, rule, universe};

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

/// `PATCH`, which only the app's own rules can allow, never shows a difference.
const METHODS: [&str; 6] = ["GET", "PUT", "HEAD", "POST", "DELETE", "PATCH"];

/// Two rules that answer a request of this method differently.
type Shown = (Option<usize>, Option<usize>, &'static str);

/// For each rule before, and each after, whether it allows a value.
type Both = (Vec<bool>, Vec<bool>);

/// Every difference that some request over few letters shows, with the origins that show it: rules
/// are looked up for all origins and all names, and lists of names are tried that are as long as
/// two rules allow, or of one name, or of none.
fn by_brute_force<'o>(
    before: &[Rule],
    after: &[Rule],
    origins: &'o [String],
    names: &[String],
) -> BTreeMap<Shown, BTreeSet<&'o str>> {
    let of = |list: fn(&Rule) -> &Vec<String>, value: &str| -> Both {
        let holds = |rule: &Rule| {
            list(rule)
                .iter()
                .any(|entry| matches(&entry.to_lowercase(), &value.to_lowercase()))
        };
        let exact = |rule: &Rule| list(rule).iter().any(|entry| matches(entry, value));
        // Only names are compared without case.
        if std::ptr::fn_addr_eq(list, headers_of as fn(&Rule) -> &Vec<String>) {
            (
                before.iter().map(holds).collect(),
                after.iter().map(holds).collect(),
            )
        } else {
            (
                before.iter().map(exact).collect(),
                after.iter().map(exact).collect(),
            )
        }
    };
    let mut like: BTreeMap<Both, Vec<&str>> = BTreeMap::new();
    for origin in origins {
        like.entry(of(origins_of, origin)).or_default().push(origin);
    }
    let names: BTreeSet<_> = names.iter().map(|name| of(headers_of, name)).collect();
    let names: Vec<_> = names.into_iter().collect();
    let mut lists: Vec<Vec<usize>> = vec![Vec::new()];
    lists.extend((0..names.len()).map(|name| vec![name]));
    for i in (0..before.len()).map(Some).chain([None]) {
        for j in (0..after.len()).map(Some).chain([None]) {
            let allowed = (0..names.len()).filter(|&name| {
                i.is_none_or(|i| names[name].0[i]) && j.is_none_or(|j| names[name].1[j])
            });
            lists.push(allowed.collect());
        }
    }
    let mut shown: BTreeMap<Shown, BTreeSet<&str>> = BTreeMap::new();
    for (origin, alike) in &like {
        for method in METHODS {
            for list in &lists {
                let first = |rules: &[Rule], origin: &[bool], side: fn(&Both) -> &Vec<bool>| {
                    (0..rules.len()).find(|&rule| {
                        origin[rule]
                            && rules[rule]
                                .allowed_methods
                                .iter()
                                .any(|other| other == method)
                            && list.iter().all(|&name| side(&names[name])[rule])
                    })
                };
                let i = first(before, &origin.0, |both| &both.0);
                let j = first(after, &origin.1, |both| &both.1);
                let answer =
                    |rules: &[Rule], rule: Option<usize>| rule.map(|rule| answer_of(&rules[rule]));
                if answer(before, i) != answer(after, j) {
                    shown.entry((i, j, method)).or_default().extend(alike);
                }
            }
        }
    }
    shown
}

fn origins_of(rule: &Rule) -> &Vec<String> {
    &rule.allowed_origins
}

fn headers_of(rule: &Rule) -> &Vec<String> {
    &rule.allowed_headers
}

/// What of an answer is the rule's.
fn answer_of(rule: &Rule) -> (bool, Vec<String>, Vec<String>, Option<i64>) {
    let star = rule.allowed_origins.contains(&"*".to_owned());
    (
        star,
        rule.allowed_methods.clone(),
        rule.expose_headers.clone(),
        rule.max_age_seconds,
    )
}

fn naively(rules: &[Rule], witness: &Witness) -> (Option<usize>, Response) {
    let lines = witness.lines();
    let headers = lines
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let request = Request {
        method: "OPTIONS".into(),
        is_bucket: false,
        headers,
    };
    match naive::decide(Bucket::WithRules(rules), &request) {
        Verdict::Preflight(headers) => (Some(headers.rule), Response::Headers(headers.lines)),
        _ => (None, Response::NotAllowed),
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
    const LENGTH: usize = 5;
    let origins = universe("aA.z", LENGTH);
    let names = universe("ab-z", LENGTH);
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
        // To brute force, all rules of one side are a single list.
        let (of_before, of_after) = (before.len(), after.len());
        let (before, after) = ([before, app.clone()].concat(), [after, app].concat());
        let mut told: BTreeMap<Shown, Vec<&str>> = BTreeMap::new();
        let mut short = BTreeSet::new();
        for difference in &found {
            let rule_before = difference.rule_before.map(|rule| place(rule, of_before));
            let rule_after = difference.rule_after.map(|rule| place(rule, of_after));
            if [difference.rule_before, difference.rule_after]
                .iter()
                .flatten()
                .any(|rule| rule.is_app())
            {
                count("a rule of the app");
            }
            let naive_before = naively(&before, &difference.witness);
            let naive_after = naively(&after, &difference.witness);
            prop_assert_eq!(&naive_before, &(rule_before, difference.before.clone()));
            prop_assert_eq!(&naive_after, &(rule_after, difference.after.clone()));
            prop_assert_ne!(&difference.before, &difference.after, "{}", difference);
            prop_assert_eq!(difference.methods.first(), Some(&difference.witness.method));
            match &difference.kind {
                DifferenceKind::Gains => {
                    count("gains");
                    prop_assert_eq!(&difference.before, &Response::NotAllowed);
                }
                DifferenceKind::Loses => {
                    count("loses");
                    prop_assert_eq!(&difference.after, &Response::NotAllowed);
                }
                DifferenceKind::Changes(changes) => {
                    count("changes");
                    prop_assert!(!changes.is_empty());
                }
                other => panic!("{other:?}"),
            }
            if difference.origins.iter().any(|one| one.contains(" and ")) {
                count("two entries at once");
            }
            if difference.headers.len() > 1 {
                count("several headers");
            }
            let Witness {
                origin, headers, ..
            } = &difference.witness;
            let is_short = headers
                .iter()
                .chain([origin])
                .all(|value| value.len() <= LENGTH);
            for &method in &difference.methods {
                let shown = (rule_before, rule_after, method);
                let origins = difference.origins.iter().map(String::as_str);
                told.entry(shown).or_default().extend(origins);
                if is_short {
                    short.insert(shown);
                }
                // The witness shows it for each method, not only for its own.
                let witness = Witness::clone(&difference.witness);
                let lines = witness.lines().into_iter().map(|(name, value)| match name {
                    "Access-Control-Request-Method" => (name.to_owned(), method.into()),
                    _ => (name.to_owned(), value),
                });
                let request = Request {
                    method: "OPTIONS".into(),
                    is_bucket: false,
                    headers: lines.collect(),
                };
                let rule = |rules| match naive::decide(Bucket::WithRules(rules), &request) {
                    Verdict::Preflight(headers) => Some(headers.rule),
                    _ => None,
                };
                prop_assert_eq!(rule(&before), rule_before);
                prop_assert_eq!(rule(&after), rule_after);
            }
        }
        let expected = by_brute_force(&before, &after, &origins, &names);
        count(if expected.is_empty() {
            "alike"
        } else {
            "different"
        });
        // What only longer values show, which brute force does not try, has shown itself above.
        for (shown, origins) in &expected {
            let Some(entries) = told.get(shown) else {
                return Err(TestCaseError::fail(format!(
                    "{shown:?} is missing in {told:?}"
                )));
            };
            for origin in origins {
                let covers = |entry: &&str| entry.split(" and ").all(|one| matches(one, origin));
                prop_assert!(
                    entries.iter().any(covers),
                    "{origin} of {shown:?} belongs to none of {entries:?}"
                );
            }
        }
        for shown in &short {
            prop_assert!(expected.contains_key(shown), "{shown:?} in {expected:?}");
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
