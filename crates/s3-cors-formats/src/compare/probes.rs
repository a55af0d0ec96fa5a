//! Requests that stand for all others: instances of the entries of the rules and near misses, with
//! every method and the headers that the rules tell apart.

use std::collections::{BTreeSet, HashMap};

use super::exchange::Request;
use crate::engine::RuleParts;
use crate::pattern::Pattern;

/// Requests for one configuration.
const MOST: usize = 400_000;
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"];
/// Sets of requested headers for one origin.
const MOST_HEADER_SETS: usize = 200;
/// Names of other rules that are asked for by an origin, and as many exact ones.
const MOST_FOREIGN_NAMES: usize = 4;

/// Requests that stand for all others.
pub(crate) struct Probes {
    pub(crate) requests: Vec<Request>,
    /// Whether none had to be left out for their number.
    pub(crate) complete: bool,
}

pub(crate) fn of(rules: &[RuleParts]) -> Probes {
    let all = Names::of(rules);
    let exact = Names::exact_of(rules);
    let patterns: Vec<Vec<Pattern>> = rules
        .iter()
        .map(|rule| {
            rule.allowed_origins
                .iter()
                .map(|origin| Pattern::of_origin(origin))
                .collect()
        })
        .collect();
    let mut complete = true;
    let mut probes = Vec::new();
    // Origins that match the same rules are asked for the same headers.
    let mut known: HashMap<Vec<usize>, Vec<Vec<String>>> = HashMap::new();
    for origin in origins(rules) {
        let matching: Vec<usize> = patterns
            .iter()
            .enumerate()
            .filter(|(_, patterns)| patterns.iter().any(|pattern| pattern.matches(&origin)))
            .map(|(index, _)| index)
            .collect();
        let header_sets = known.entry(matching).or_insert_with_key(|matching| {
            let own = matching.iter().filter_map(|index| rules.get(*index));
            let (sets, whole) = all.sets(&exact, &Names::of(own));
            complete &= whole;
            sets
        });
        for method in METHODS {
            if method != "PATCH" {
                probes.push(Request::actual(&origin, method));
                probes.push(Request::actual_with_error(&origin, method));
            }
            for headers in header_sets.iter() {
                let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
                probes.push(Request::preflight(&origin, method, &headers));
            }
        }
        if probes.len() > MOST {
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

/// Names of headers that some rules allow or expose, in lower case.
#[derive(Debug, Default)]
struct Names(Vec<String>);

impl Names {
    fn of<'r>(rules: impl IntoIterator<Item = &'r RuleParts>) -> Self {
        let mut names = Self::default();
        let mut exposed = Self::default();
        for rule in rules {
            for entry in &rule.allowed_headers {
                match entry.split_once('*') {
                    None => names.add(entry),
                    Some((prefix, suffix)) => {
                        names.add(&format!("{prefix}a{suffix}"));
                        names.add(&format!("{prefix}{suffix}"));
                        names.add(&format!("{prefix}b-c{suffix}"));
                    }
                }
            }
            for name in &rule.expose_headers {
                exposed.add(name);
            }
        }
        for name in &exposed.0 {
            names.add(name);
        }
        names
    }

    /// Those that are allowed without a wildcard.
    fn exact_of(rules: &[RuleParts]) -> Self {
        let mut names = Self::default();
        let entries = rules.iter().flat_map(|rule| &rule.allowed_headers);
        for entry in entries.filter(|entry| !entry.contains('*')) {
            names.add(entry);
        }
        names
    }

    fn add(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        if !name.is_empty() && !self.0.contains(&name) {
            self.0.push(name);
        }
    }

    /// What to ask for from an origin that matches the rules with some of the names, and whether
    /// that is all that may matter. Of the other rules' names a few stand for all: S3 allows none. Some
    /// of them are exact ones, for there are targets that take these only.
    fn sets(&self, exact: &Self, own: &Self) -> (Vec<Vec<String>>, bool) {
        let mut names = Self::default();
        for name in &own.0 {
            names.add(name);
        }
        for of_others in [self, exact] {
            let foreign = of_others.0.iter().filter(|name| !own.0.contains(name));
            for name in foreign.take(MOST_FOREIGN_NAMES) {
                names.add(name);
            }
        }
        // The last is what a target that needs one header has for none.
        for name in ["authorization", "x-unlisted", "accept"] {
            names.add(name);
        }
        let mut sets: Vec<Vec<String>> = vec![Vec::new()];
        sets.extend(names.0.iter().map(|name| vec![name.clone()]));
        // Two rules for the origin may each allow one of two headers, and none both.
        for (at, one) in own.0.iter().enumerate() {
            for other in own.0.iter().skip(at + 1) {
                if sets.len() >= MOST_HEADER_SETS {
                    return (sets, false);
                }
                sets.push(vec![one.clone(), other.clone()]);
            }
        }
        (sets, true)
    }
}
