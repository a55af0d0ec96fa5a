//! What two configurations decide differently, found by trying everything that few letters can say.

use std::collections::{BTreeMap, BTreeSet};

use s3_cors_analysis::RulePosition;
use s3_cors_analysis::diff::{Difference, DifferenceKind, Response, Witness};

use crate::corpus::Rule;
use crate::naive::{self, Bucket, Request, Verdict};

/// `PATCH`, which only the app's own rules can allow, never shows a difference.
const METHODS: [&str; 6] = ["GET", "PUT", "HEAD", "POST", "DELETE", "PATCH"];

/// Two rules that answer a request of this method differently.
type Shown = (Option<usize>, Option<usize>, &'static str);

/// For each rule before, and each after, whether it allows a value.
type Both = (Vec<bool>, Vec<bool>);

/// Origins and header names of few letters, all of them up to a length.
#[derive(Debug)]
pub struct Values {
    origins: Vec<String>,
    names: Vec<String>,
    longest: usize,
}

impl Values {
    /// All words of these letters. One letter of each should be in no entry.
    #[must_use]
    pub fn of(origins: &str, names: &str, longest: usize) -> Self {
        Self {
            origins: universe(origins, longest),
            names: universe(names, longest),
            longest,
        }
    }
}

/// Checks the differences that were found between two lists of rules, each followed by the app's own:
/// the naive engine sees each of them, and none is missing that some request over few letters shows.
/// Returns what they were, for statistics.
///
/// # Panics
///
/// If one is wrong or missing.
pub fn assert_told(
    before: &[Rule],
    after: &[Rule],
    app: &[Rule],
    found: &[Difference],
    values: &Values,
) -> Vec<&'static str> {
    // To brute force, all rules of one side are a single list.
    let (of_before, of_after) = (before.len(), after.len());
    let (before, after) = ([before, app].concat(), [after, app].concat());
    let (before, after) = (before.as_slice(), after.as_slice());
    let mut counted = Vec::new();
    let mut told: BTreeMap<Shown, Vec<&str>> = BTreeMap::new();
    let mut short = BTreeSet::new();
    for difference in found {
        let rule_before = difference.rule_before.map(|rule| place(rule, of_before));
        let rule_after = difference.rule_after.map(|rule| place(rule, of_after));
        let rules = [difference.rule_before, difference.rule_after];
        if rules.iter().flatten().any(|rule| rule.is_app()) {
            counted.push("a rule of the app");
        }
        let naive_before = naively(before, &difference.witness);
        let naive_after = naively(after, &difference.witness);
        assert_eq!(&naive_before, &(rule_before, difference.before.clone()));
        assert_eq!(&naive_after, &(rule_after, difference.after.clone()));
        assert_ne!(&difference.before, &difference.after, "{difference}");
        assert_eq!(difference.methods.first(), Some(&difference.witness.method));
        match &difference.kind {
            DifferenceKind::Gains => {
                counted.push("gains");
                assert_eq!(&difference.before, &Response::NotAllowed);
            }
            DifferenceKind::Loses => {
                counted.push("loses");
                assert_eq!(&difference.after, &Response::NotAllowed);
            }
            DifferenceKind::Changes(changes) => {
                counted.push("changes");
                assert!(!changes.is_empty());
            }
            other => panic!("{other:?}"),
        }
        if difference.origins.iter().any(|one| one.contains(" and ")) {
            counted.push("two entries at once");
        }
        if difference.headers.len() > 1 {
            counted.push("several headers");
        }
        let Witness {
            origin, headers, ..
        } = &difference.witness;
        let is_short = headers
            .iter()
            .chain([origin])
            .all(|value| value.len() <= values.longest);
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
            assert_eq!(rule(before), rule_before);
            assert_eq!(rule(after), rule_after);
        }
    }
    let expected = by_brute_force(before, after, &values.origins, &values.names);
    counted.push(if expected.is_empty() {
        "alike"
    } else {
        "different"
    });
    // What only longer values show, which brute force does not try, has shown itself above.
    for (shown, origins) in &expected {
        let Some(entries) = told.get(shown) else {
            panic!("{shown:?} is missing in {told:?}");
        };
        for origin in origins {
            let covers = |entry: &&str| entry.split(" and ").all(|one| matches(one, origin));
            assert!(
                entries.iter().any(covers),
                "{origin} of {shown:?} belongs to none of {entries:?}"
            );
        }
    }
    for shown in &short {
        assert!(expected.contains_key(shown), "{shown:?} in {expected:?}");
    }
    counted
}

/// Where a rule is in two lists, one after the other.
#[must_use]
pub fn place(position: RulePosition, of_bucket: usize) -> usize {
    match position {
        RulePosition::Bucket(index) => index,
        RulePosition::App(index) => of_bucket + index,
    }
}

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

/// What the naive engine makes of a witness.
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

/// All words of these letters, up to a length.
#[must_use]
pub fn universe(letters: &str, longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut start = 0;
    for _ in 0..longest {
        let end = all.len();
        for index in start..end {
            for letter in letters.chars() {
                all.push(format!("{}{letter}", all[index]));
            }
        }
        start = end;
    }
    all.remove(0);
    all
}

/// The naive reading of a pattern.
#[must_use]
pub fn matches(pattern: &str, value: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == value,
        Some((before, after)) => {
            value.len() >= before.len() + after.len()
                && value.starts_with(before)
                && value.ends_with(after)
        }
    }
}
