//! Origins that represent all others.

use std::collections::HashSet;

use super::sides::{Both, Sides, crossing};
use s3_cors::{CorsRule, Pattern};

use crate::pattern;

/// A class of origins.
#[derive(Debug)]
pub(crate) struct OriginClass {
    pub(crate) origin: Vec<u8>,
    /// The entry, or the two entries, that match these origins.
    pub(crate) entries: String,
    /// Whether it is a single entry.
    pub(crate) single: bool,
    /// The rules that allow these origins.
    pub(crate) rules: Both,
}

/// One class for each entry, and one for each further combination of rules that allow the common
/// origins of two entries.
pub(crate) fn classes(sides: &Sides<'_>) -> Vec<OriginClass> {
    let before = entries(sides.rules_before);
    let after = entries(sides.rules_after);
    let known = pattern::of_origins(before.iter().chain(&after).copied());
    let mut classes = Vec::new();
    let mut seen = HashSet::new();
    let mut signatures = HashSet::new();
    for &entry in before.iter().chain(&after) {
        if !seen.insert(entry) {
            continue;
        }
        let origin = known.typical(&Pattern::new(entry));
        // An empty Origin counts as absent.
        if origin.is_empty() {
            continue;
        }
        let rules = sides.allowing_origin(&origin);
        signatures.insert(rules);
        classes.push(OriginClass {
            origin,
            entries: entry.to_owned(),
            single: true,
            rules,
        });
    }
    let mut paired = HashSet::new();
    for (one, other) in crossing(&before, &after) {
        // Both lists may hold both entries.
        if !paired.insert((one.min(other), one.max(other))) {
            continue;
        }
        for origin in known.common(&Pattern::new(one), &Pattern::new(other)) {
            let rules = sides.allowing_origin(&origin);
            if signatures.insert(rules) {
                classes.push(OriginClass {
                    origin,
                    entries: format!("{one} and {other}"),
                    single: false,
                    rules,
                });
            }
        }
    }
    classes
}

fn entries(rules: &[CorsRule]) -> Vec<&str> {
    let mut seen = HashSet::new();
    let all = rules.iter().flat_map(|rule| &rule.allowed_origins);
    all.map(String::as_str)
        .filter(|entry| seen.insert(*entry))
        .collect()
}
