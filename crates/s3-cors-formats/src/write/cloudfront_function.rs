//! A CloudFront Function that responds as S3 does.

use super::Refusal;
use super::json::{Json, object};
use crate::engine::RuleParts;

const PROGRAM: &str = include_str!("cloudfront_function.js");
/// CloudFront's limit.
const MOST_BYTES: usize = 10 * 1024;

pub(super) fn text(rules: &[RuleParts]) -> Result<String, Refusal> {
    let rules: Vec<String> = rules.iter().map(rule).collect();
    // A line each, so that a change shows as one.
    let rules = format!("[\n  {}\n]", rules.join(",\n  "));
    let program = PROGRAM.replacen("RULES", &rules, 1);
    if program.len() > MOST_BYTES {
        let length = program.len();
        return Err(Refusal::Limit(format!(
            "a function has {MOST_BYTES} bytes at most, and this one has {length}"
        )));
    }
    Ok(program)
}

fn rule(rule: &RuleParts) -> String {
    let headers: Vec<String> = rule
        .allowed_headers
        .iter()
        .map(|name| name.to_ascii_lowercase())
        .collect();
    let json = object([
        ("origins", Some(Json::texts(&rule.allowed_origins))),
        ("methods", Some(Json::texts(&rule.allowed_methods))),
        ("headers", Some(Json::texts(&headers))),
        ("expose", Some(Json::texts(&rule.expose_headers))),
        ("maxAge", rule.max_age_seconds.map(Json::Number)),
    ]);
    // JavaScript before 2019 ends a line at these.
    json.compact()
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}
