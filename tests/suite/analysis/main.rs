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

use conformance::brute_force::{matches, place, universe};
use conformance::corpus::Rule;
use s3_cors::{AppRules, CorsConfiguration, CorsRule, RequestParts};

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
