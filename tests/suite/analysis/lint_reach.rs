//! Which rules and entries are never reached, against brute force.

use std::cell::RefCell;
use std::collections::BTreeMap;

use conformance::corpus::Rule;
use conformance::generate::{rules, runner};
use conformance::naive::{self, Bucket, Request, Verdict};
use proptest::collection::vec;
use proptest::prelude::*;
use s3_cors::CorsConfiguration;
use s3_cors_analysis::lint::{Finding, LintCode, lint};

use crate::{matches, universe};

fn first_rule(rules: &[Rule], origin: &str, method: &str, names: &str) -> Option<usize> {
    let mut headers = vec![
        ("origin".to_owned(), origin.as_bytes().to_vec()),
        (
            "access-control-request-method".to_owned(),
            method.as_bytes().to_vec(),
        ),
    ];
    if !names.is_empty() {
        headers.push((
            "access-control-request-headers".to_owned(),
            names.as_bytes().to_vec(),
        ));
    }
    let request = Request {
        method: "OPTIONS".into(),
        is_bucket: false,
        headers,
    };
    match naive::decide(Bucket::WithRules(rules), &request) {
        Verdict::Preflight(headers) => Some(headers.rule),
        _ => None,
    }
}

#[test]
fn what_is_never_reached_is_what_brute_force_never_reaches() {
    // Patterns are up to three letters and a star: five letters tell all of them apart.
    let origins = universe("aA.z", 5);
    let names = universe("ab-z", 4);
    let seen = RefCell::new(BTreeMap::<LintCode, [u32; 2]>::new());
    // Few methods and headers, so that rules get into each other's way.
    let few = (rules(), any::<bool>()).prop_map(|(mut rule, few)| {
        if few {
            rule.allowed_methods = vec!["GET".into()];
            rule.allowed_headers.truncate(1);
        }
        rule
    });
    let result = runner(500).run(&vec(few, 2..6), |rules| {
        let config = CorsConfiguration::new(rules.iter().map(Into::into));
        let found = lint(&config);
        let is_found = |code: LintCode, place: &str| {
            let is = |finding: &Finding| finding.code == code && finding.place.to_string() == place;
            let is = found.iter().any(is);
            seen.borrow_mut().entry(code).or_default()[usize::from(is)] += 1;
            is
        };
        for (index, rule) in rules.iter().enumerate() {
            // Asking for all names a rule allows keeps the most others out.
            let allowed = |name: &&String| {
                let lower: Vec<String> = rule
                    .allowed_headers
                    .iter()
                    .map(|entry| entry.to_lowercase())
                    .collect();
                lower.iter().any(|entry| matches(entry, name))
            };
            let list: Vec<&str> = names.iter().filter(allowed).map(String::as_str).collect();
            let list = list.join(",");
            let alone = CorsConfiguration::new(vec![rule.into()]);
            let mut reached =
                vec![vec![false; rule.allowed_origins.len()]; rule.allowed_methods.len()];
            let mut matched = vec![false; rule.allowed_origins.len()];
            for origin in &origins {
                let entries: Vec<usize> = (0..rule.allowed_origins.len())
                    .filter(|&entry| matches(&rule.allowed_origins[entry], origin))
                    .collect();
                if entries.is_empty() {
                    continue;
                }
                for &entry in &entries {
                    matched[entry] = true;
                }
                for (method, name) in rule.allowed_methods.iter().enumerate() {
                    if entries.iter().all(|&entry| reached[method][entry]) {
                        continue;
                    }
                    if first_rule(&rules, origin, name, &list) == Some(index) {
                        for &entry in &entries {
                            reached[method][entry] = true;
                        }
                    }
                }
            }
            let place = format!("CORSRules[{index}]");
            let any_matched = matched.contains(&true);
            let unreachable = any_matched && !reached.iter().flatten().any(|&reached| reached);
            prop_assert_eq!(
                is_found(LintCode::RuleUnreachable, &place),
                unreachable,
                "{}",
                place
            );
            if unreachable || !any_matched {
                continue;
            }
            for (method, reached) in reached.iter().enumerate() {
                let place = format!("{place}.AllowedMethods[{method}]");
                let reached = reached.contains(&true);
                prop_assert_eq!(
                    is_found(LintCode::MethodUnreachable, &place),
                    !reached,
                    "{}",
                    place
                );
            }
            for entry in 0..rule.allowed_origins.len() {
                let place = format!("{place}.AllowedOrigins[{entry}]");
                let expected = matched[entry] && !reached.iter().any(|reached| reached[entry]);
                prop_assert_eq!(
                    is_found(LintCode::OriginUnreachable, &place),
                    expected,
                    "{}",
                    place
                );
                // Without an entry that has no effect the same origins are matched.
                let covered = is_found(LintCode::OriginCovered, &place)
                    || is_found(LintCode::OriginBesideAny, &place);
                let others = |origin: &String| {
                    let mut all = rule.allowed_origins.iter().enumerate();
                    all.any(|(other, pattern)| other != entry && matches(pattern, origin))
                };
                let needed = origins
                    .iter()
                    .chain(std::iter::once(&String::new()))
                    .any(|origin| matches(&rule.allowed_origins[entry], origin) && !others(origin));
                let repeated =
                    rule.allowed_origins[entry + 1..].contains(&rule.allowed_origins[entry]);
                prop_assert_eq!(covered || repeated, !needed, "{}", place);
            }
            prop_assert!(alone.check().is_ok());
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let seen = seen.into_inner();
    println!("{seen:?}");
    for (code, [not, found]) in seen {
        assert!(not > 5 && found > 5, "{code}: {found} found, {not} not");
    }
}
