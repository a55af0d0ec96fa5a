//! Cloudflare R2, as `wrangler` takes it.

use super::Refusal;
use super::json::{Json, list, object};
use crate::engine::RuleParts;

const LONGEST_MAX_AGE: i64 = 86400;

pub(super) fn text(rules: &[RuleParts]) -> Result<String, Refusal> {
    let mut entries = Vec::new();
    for rule in rules {
        let origins = rule.allowed_origins.iter().filter(|origin| takes(origin));
        let origins: Vec<String> = origins.cloned().collect();
        if origins.is_empty() {
            continue;
        }
        let allowed = object([
            ("origins", list(&origins)),
            ("methods", list(&rule.allowed_methods)),
            ("headers", list(&rule.allowed_headers)),
        ]);
        entries.push(object([
            ("id", rule.id.as_deref().map(Json::text)),
            ("allowed", Some(allowed)),
            ("exposeHeaders", list(&rule.expose_headers)),
            (
                "maxAgeSeconds",
                rule.max_age_seconds
                    .map(|age| Json::Number(age.clamp(0, LONGEST_MAX_AGE))),
            ),
        ]));
    }
    if entries.is_empty() {
        return Err(Refusal::NothingLeft("R2 refuses all of the origins"));
    }
    Ok(object([("rules", Some(Json::List(entries)))]).pretty())
}

/// R2 refuses a wildcard for the port, and the origin `null`.
fn takes(origin: &str) -> bool {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    let port = host.rsplit_once(':').map_or("", |(_, port)| port);
    origin != "null" && !origin.is_empty() && !port.contains('*')
}
