//! Requests that stand for all others: instances of the entries of the rules and near misses, with
//! every method and the headers that the rules tell apart.

use std::collections::BTreeSet;

use super::exchange::Request;
use crate::engine::RuleParts;

/// Requests for one configuration.
const MOST: usize = 60_000;
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"];
/// Sets of requested headers for one configuration.
const MOST_HEADER_SETS: usize = 200;
const FEWEST_HEADER_SETS: usize = 8;

/// Requests that stand for all others.
pub(crate) struct Probes {
    pub(crate) requests: Vec<Request>,
    /// Whether none had to be left out for their number.
    pub(crate) complete: bool,
}

pub(crate) fn of(rules: &[RuleParts]) -> Probes {
    let origins = origins(rules);
    let mut header_sets = header_sets(rules);
    let affordable = MOST / METHODS.len() / origins.len().max(1);
    let mut complete = header_sets.len() <= affordable.max(FEWEST_HEADER_SETS);
    header_sets.truncate(affordable.max(FEWEST_HEADER_SETS));
    let mut probes = Vec::new();
    for origin in origins {
        for method in METHODS {
            if method != "PATCH" {
                probes.push(Request::actual(&origin, method));
                probes.push(Request::actual_with_error(&origin, method));
            }
            for headers in &header_sets {
                let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
                probes.push(Request::preflight(&origin, method, &headers));
            }
        }
        if probes.len() > 2 * MOST {
            complete = false;
            break;
        }
    }
    Probes {
        requests: probes,
        complete,
    }
}

/// Matching ones first, so that they are the first to show a difference.
fn origins(rules: &[RuleParts]) -> Vec<String> {
    let mut matching = Vec::new();
    let mut missing = Vec::new();
    for entry in rules.iter().flat_map(|rule| &rule.allowed_origins) {
        match entry.split_once('*') {
            None => {
                matching.push(entry.clone());
                missing.extend(near_misses(entry));
            }
            Some((prefix, suffix)) => {
                for filling in fillings(prefix, suffix) {
                    matching.push(format!("{prefix}{filling}{suffix}"));
                }
                missing.extend(near_misses(&format!("{prefix}a{suffix}")));
            }
        }
    }
    for anybody in [
        "https://unlisted.example",
        "http://unlisted.example",
        "https://unlisted.example:8443",
        "null",
    ] {
        missing.push(anybody.to_owned());
    }
    let mut seen = BTreeSet::new();
    let all = matching.into_iter().chain(missing);
    all.filter(|origin| !origin.is_empty() && seen.insert(origin.clone()))
        .collect()
}

/// What may stand for a `*`; the likeliest first.
fn fillings(prefix: &str, suffix: &str) -> [&'static str; 5] {
    let host = prefix.ends_with("//") || suffix.starts_with('.') || prefix.ends_with('.');
    if prefix.is_empty() && suffix.is_empty() {
        [
            "https://site.example",
            "http://site.example",
            "null",
            "https://a.b.example:8443",
            "x",
        ]
    } else if prefix.ends_with(':') && suffix.is_empty() {
        ["3000", "8443", "1", "80.example", ""]
    } else if prefix.is_empty() {
        ["https://a", "http://a", "https://a.b", "x", ""]
    } else if host {
        ["a", "a.b", "site.example", "a.b:8443", ""]
    } else {
        ["a", "a.b", "-1", "s://site.example", ""]
    }
}

fn near_misses(origin: &str) -> Vec<String> {
    let mut misses = vec![
        format!("{origin}.unlisted.example"),
        format!("{origin}:8443"),
        origin.to_ascii_uppercase(),
    ];
    if let Some((scheme, host)) = origin.split_once("://") {
        let other = if scheme == "https" { "http" } else { "https" };
        misses.push(format!("{other}://{host}"));
        misses.push(format!("{scheme}://unlisted-{host}"));
        misses.push(format!("{scheme}://unlisted.{host}"));
        if let Some((_, parent)) = host.split_once('.') {
            misses.push(format!("{scheme}://{parent}"));
        }
    }
    misses
}

fn header_sets(rules: &[RuleParts]) -> Vec<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: String| {
        let name = name.to_ascii_lowercase();
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    };
    for rule in rules {
        for entry in &rule.allowed_headers {
            match entry.split_once('*') {
                None => add(entry.clone()),
                Some((prefix, suffix)) => {
                    add(format!("{prefix}a{suffix}"));
                    add(format!("{prefix}{suffix}"));
                    add(format!("{prefix}b-c{suffix}"));
                }
            }
        }
    }
    for rule in rules {
        for name in &rule.expose_headers {
            add(name.clone());
        }
    }
    add("authorization".to_owned());
    add("x-unlisted".to_owned());
    // What a target that needs one header has for none.
    add("accept".to_owned());
    let mut sets: Vec<Vec<String>> = vec![Vec::new()];
    sets.extend(names.iter().map(|name| vec![name.clone()]));
    // Two rules may each allow one of two headers, and none both.
    for (at, one) in names.iter().enumerate() {
        for other in names.iter().skip(at + 1) {
            sets.push(vec![one.clone(), other.clone()]);
            if sets.len() >= MOST_HEADER_SETS {
                return sets;
            }
        }
    }
    sets
}
