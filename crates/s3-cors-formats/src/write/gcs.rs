//! Google Cloud Storage.

use super::json::{Json, list, object};
use super::{DEFAULT_MAX_AGE, Refusal};
use crate::engine::RuleParts;

/// Origins and headers with a `*` in them are left out: Google compares them as they stand.
pub(super) fn text(rules: &[RuleParts]) -> Result<String, Refusal> {
    let mut entries = Vec::new();
    for rule in rules {
        let any = rule.allowed_origins.iter().any(|origin| origin == "*");
        let origins: Vec<String> = match any {
            true => vec!["*".to_owned()],
            false => plain(&rule.allowed_origins).collect(),
        };
        if origins.is_empty() {
            continue;
        }
        let mut headers: Vec<String> = plain(&rule.allowed_headers).collect();
        for name in &rule.expose_headers {
            if !headers.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                headers.push(name.clone());
            }
        }
        let max_age = rule.max_age_seconds.unwrap_or(DEFAULT_MAX_AGE).max(0);
        entries.push(object([
            ("origin", list(&origins)),
            ("method", list(&rule.allowed_methods)),
            ("responseHeader", list(&headers)),
            // Left out it would be sent as 3600.
            ("maxAgeSeconds", Some(Json::Number(max_age))),
        ]));
    }
    if entries.is_empty() {
        return Err(Refusal::NothingLeft(
            "none of the origins can be written for it",
        ));
    }
    Ok(Json::List(entries).pretty())
}

fn plain(entries: &[String]) -> impl Iterator<Item = String> {
    let plain = entries
        .iter()
        .filter(|entry| !entry.is_empty() && !entry.contains('*'));
    plain.cloned()
}
