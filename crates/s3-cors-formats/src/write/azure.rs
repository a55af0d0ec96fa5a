//! Azure's blob service.

use std::fmt::Write;

use super::json::{Json, object};
use super::{DEFAULT_MAX_AGE, Refusal};
use crate::engine::RuleParts;

const MOST_RULES: usize = 5;
const MOST_ORIGINS: usize = 64;
const MOST_HEADERS: usize = 64;
const MOST_PREFIXES: usize = 2;
const MOST_CHARACTERS: usize = 256;
/// Of all settings together, without tags.
const MOST_BYTES: usize = 2048;

/// A rule with what Azure has words for.
struct Rule {
    origins: Vec<String>,
    methods: Vec<String>,
    headers: Vec<String>,
    exposed: Vec<String>,
    max_age: i64,
}

pub(super) fn xml(rules: &[RuleParts]) -> Result<String, Refusal> {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<StorageServiceProperties>\n  <Cors>\n",
    );
    for rule in within_limits(rules)? {
        out.push_str("    <CorsRule>\n");
        for (name, entries) in [
            ("AllowedOrigins", &rule.origins),
            ("AllowedMethods", &rule.methods),
            ("AllowedHeaders", &rule.headers),
            ("ExposedHeaders", &rule.exposed),
        ] {
            let _ = writeln!(
                out,
                "      <{name}>{}</{name}>",
                escaped(&entries.join(","))
            );
        }
        let _ = writeln!(
            out,
            "      <MaxAgeInSeconds>{}</MaxAgeInSeconds>",
            rule.max_age
        );
        out.push_str("    </CorsRule>\n");
    }
    out.push_str("  </Cors>\n</StorageServiceProperties>\n");
    Ok(out)
}

pub(super) fn arm(rules: &[RuleParts]) -> Result<String, Refusal> {
    let rules = within_limits(rules)?.into_iter().map(|rule| {
        object([
            ("allowedOrigins", Some(Json::texts(&rule.origins))),
            ("allowedMethods", Some(Json::texts(&rule.methods))),
            ("allowedHeaders", Some(Json::texts(&rule.headers))),
            ("exposedHeaders", Some(Json::texts(&rule.exposed))),
            ("maxAgeInSeconds", Some(Json::Number(rule.max_age))),
        ])
    });
    let cors = object([("corsRules", Some(Json::List(rules.collect())))]);
    let resource = object([
        (
            "type",
            Some(Json::text("Microsoft.Storage/storageAccounts/blobServices")),
        ),
        ("apiVersion", Some(Json::text("2023-01-01"))),
        (
            "name",
            Some(Json::text(
                "[concat(parameters('storageAccount'), '/default')]",
            )),
        ),
        ("properties", Some(object([("cors", Some(cors))]))),
    ]);
    Ok(resource.pretty())
}

fn within_limits(rules: &[RuleParts]) -> Result<Vec<Rule>, Refusal> {
    let rules: Vec<Rule> = rules.iter().filter_map(rule).collect();
    let limit = |text: String| Err(Refusal::Limit(text));
    if rules.is_empty() {
        return Err(Refusal::NothingLeft(
            "none of the origins can be written for it",
        ));
    }
    if rules.len() > MOST_RULES {
        let count = rules.len();
        return limit(format!(
            "Azure takes {MOST_RULES} rules at most, and there are {count}"
        ));
    }
    let mut bytes = 0;
    for rule in &rules {
        if rule.origins.len() > MOST_ORIGINS {
            let count = rule.origins.len();
            return limit(format!(
                "Azure takes {MOST_ORIGINS} origins of a rule, not {count}"
            ));
        }
        for (headers, what) in [(&rule.headers, "allowed"), (&rule.exposed, "exposed")] {
            if headers.len() > MOST_HEADERS {
                let count = headers.len();
                return limit(format!(
                    "Azure takes {MOST_HEADERS} {what} headers, not {count}"
                ));
            }
        }
        for list in [&rule.origins, &rule.methods, &rule.headers, &rule.exposed] {
            bytes += list.join(",").len();
        }
    }
    if bytes > MOST_BYTES {
        return limit(format!(
            "Azure takes {MOST_BYTES} bytes of settings, and these have {bytes}"
        ));
    }
    Ok(rules)
}

fn rule(rule: &RuleParts) -> Option<Rule> {
    let short = |entry: &&String| {
        !entry.is_empty() && entry.chars().count() <= MOST_CHARACTERS && !entry.contains(',')
    };
    let any = rule.allowed_origins.iter().any(|origin| origin == "*");
    let origins: Vec<String> = match any {
        true => vec!["*".to_owned()],
        false => {
            let known = rule
                .allowed_origins
                .iter()
                .filter(short)
                .filter(|o| takes_origin(o));
            known.cloned().collect()
        }
    };
    if origins.is_empty() {
        return None;
    }
    let any_header = rule.allowed_headers.iter().any(|header| header == "*");
    let mut headers = match any_header {
        true => vec!["*".to_owned()],
        false => rule
            .allowed_headers
            .iter()
            .filter(short)
            .filter(|h| takes_header(h))
            .cloned()
            .collect(),
    };
    let mut prefixes = 0;
    headers.retain(|header: &String| {
        if header.len() > 1 && header.ends_with('*') {
            prefixes += 1;
        }
        !header.ends_with('*') || header == "*" || prefixes <= MOST_PREFIXES
    });
    Some(Rule {
        origins,
        methods: rule.allowed_methods.clone(),
        headers,
        exposed: rule.expose_headers.iter().filter(short).cloned().collect(),
        max_age: rule
            .max_age_seconds
            .unwrap_or(DEFAULT_MAX_AGE)
            .clamp(0, i64::from(i32::MAX)),
    })
}

/// A whole origin, or one whose host begins with `*.`.
fn takes_origin(origin: &str) -> bool {
    match origin.split_once('*') {
        None => true,
        Some((scheme, rest)) => {
            matches!(scheme, "http://" | "https://") && rest.starts_with('.') && rest.len() > 1
        }
    }
}

/// A whole name, or the beginning of one.
fn takes_header(header: &str) -> bool {
    header.find('*').is_none_or(|at| at + 1 == header.len())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
