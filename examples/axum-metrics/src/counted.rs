//! What is counted. Every label is one of a few words: an origin as a label would let anybody fill
//! the memory of whoever collects them.

use metrics::{counter, describe_counter, describe_gauge, gauge};
use tower_s3_cors::{DecisionEvent, ShadowDifference};

const DECISIONS: &str = "cors_decisions_total";
const DIFFERENCES: &str = "cors_shadow_differences_total";
const VERSION: &str = "cors_policy_version";

pub(crate) fn describe() {
    describe_counter!(DECISIONS, "Requests by what the CORS rules decide");
    describe_counter!(
        DIFFERENCES,
        "Requests that the next CORS rules would treat otherwise"
    );
    describe_gauge!(VERSION, "How many times the CORS rules have changed");
}

pub(crate) fn decision(event: &DecisionEvent) {
    let reason = event.reason.map_or("", |reason| reason.as_str());
    // The bucket's rules number at most 100.
    let rule = event
        .rule_index
        .map_or_else(String::new, |rule| rule.to_string());
    counter!(DECISIONS, "outcome" => event.outcome.as_str(), "reason" => reason, "rule" => rule)
        .increment(1);
    if let Some(version) = event.policy_version {
        gauge!(VERSION).set(version as f64);
    }
}

pub(crate) fn difference(difference: &ShadowDifference<'_>) {
    let reason = difference
        .shadow
        .reason
        .map_or("", |reason| reason.as_str());
    counter!(DIFFERENCES, "kind" => difference.kind.as_str(), "reason" => reason).increment(1);
}
