//! What is said about configurations and requests: explanations, lints, differences, and the
//! browser's side, in tables named after what people ask, and with generated cases.

mod difference;
mod explain;
mod fetch;
mod fetch_answered;
mod fetch_edges;
mod fetch_sent;
mod fetched;
mod lint;
mod lint_origins;
mod lint_reach;
mod lint_rules;
mod matrix;
mod never_sent;

use conformance::corpus::Rule;
use s3_cors::{AppRules, CorsConfiguration, CorsRule, RequestParts};
use s3_cors_analysis::RulePosition;

#[track_caller]
fn configuration(text: &str) -> CorsConfiguration {
    CorsConfiguration::from_text(text).expect("a valid configuration")
}

/// A rule for these origins and methods.
fn rule(origins: &str, methods: &str, more: &str) -> String {
    let list = |entries: &str| {
        let quoted: Vec<String> = entries
            .split(' ')
            .map(|entry| format!("{entry:?}"))
            .collect();
        quoted.join(", ")
    };
    format!(
        "{{\"AllowedOrigins\": [{}], \"AllowedMethods\": [{}]{}{more}}}",
        list(origins),
        list(methods),
        if more.is_empty() { "" } else { ", " },
    )
}

/// Where a rule is in two lists, one after the other.
fn place(position: RulePosition, of_bucket: usize) -> usize {
    match position {
        RulePosition::Bucket(index) => index,
        RulePosition::App(index) => of_bucket + index,
    }
}

/// None, if there are none.
fn app_rules(rules: &[Rule]) -> AppRules {
    if rules.is_empty() {
        return AppRules::default();
    }
    AppRules::new(rules.iter().map(CorsRule::from)).expect("generated to be valid")
}

fn of_object<'a>(method: &'a str, headers: &'a [(&'a str, &'a [u8])]) -> RequestParts<'a> {
    RequestParts::new(method, headers)
}

/// All words of these letters, up to a length.
fn universe(letters: &str, longest: usize) -> Vec<String> {
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
fn matches(pattern: &str, value: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == value,
        Some((before, after)) => {
            value.len() >= before.len() + after.len()
                && value.starts_with(before)
                && value.ends_with(after)
        }
    }
}
