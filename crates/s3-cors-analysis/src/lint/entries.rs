//! Entries that have no effect because of others in the same list.

use super::{Finding, LintCode};
use s3_cors::{CorsRule, Pattern, Place};

use crate::pattern::Relations;

pub(super) fn findings(index: usize, rule: &CorsRule, findings: &mut Vec<Finding>) {
    let origins = &rule.allowed_origins;
    let any = origins
        .iter()
        .position(|origin| Pattern::new(origin).is_any());
    for (entry, covering) in covered(origins) {
        let place = Place::of_entry(index, "AllowedOrigins", entry);
        let by = Place::of_entry(index, "AllowedOrigins", covering);
        let Some((origin, cover)) = origins.get(entry).zip(origins.get(covering)) else {
            continue;
        };
        let finding = if any.is_some() && !Pattern::new(origin).is_any() {
            let text = format!(
                "{origin:?} has no effect together with \"*\": S3 sends \"*\" without \
                 credentials for every origin"
            );
            let help = "remove one of the two, or move the origin to a separate rule before this \
                        one, for which S3 allows credentials";
            Finding::new(LintCode::OriginBesideAny, place, text, help)
        } else {
            let text = format!("{cover:?} already matches everything that {origin:?} does");
            Finding::new(LintCode::OriginCovered, place, text, "remove it")
        };
        let by = any.map_or(by, |any| Place::of_entry(index, "AllowedOrigins", any));
        findings.push(finding.related([by]));
    }

    let headers: Vec<String> = rule
        .allowed_headers
        .iter()
        .map(|entry| entry.to_ascii_lowercase())
        .collect();
    for (entry, covering) in covered(&headers) {
        let (entries, place) = (
            &rule.allowed_headers,
            Place::of_entry(index, "AllowedHeaders", entry),
        );
        if let Some((header, cover)) = entries.get(entry).zip(entries.get(covering)) {
            let text = format!("{cover:?} already matches everything that {header:?} does");
            let by = Place::of_entry(index, "AllowedHeaders", covering);
            let finding = Finding::new(LintCode::HeaderCovered, place, text, "remove it");
            findings.push(finding.related([by]));
        }
    }

    let exposed: Vec<String> = rule
        .expose_headers
        .iter()
        .map(|entry| entry.to_ascii_lowercase())
        .collect();
    let lists = [
        (
            "AllowedMethods",
            &rule.allowed_methods,
            LintCode::MethodDuplicate,
        ),
        ("ExposeHeaders", &exposed, LintCode::ExposeHeaderDuplicate),
    ];
    for (key, list, code) in lists {
        for (entry, value) in list.iter().enumerate() {
            let first = list.iter().position(|other| other == value);
            if let Some(first) = first.filter(|first| *first < entry) {
                let text = format!("{value:?} is already listed");
                let finding =
                    Finding::new(code, Place::of_entry(index, key, entry), text, "remove it");
                findings.push(finding.related([Place::of_entry(index, key, first)]));
            }
        }
    }
}

/// The entries that another entry makes redundant, each with that entry. Of equal entries, the
/// first is kept.
///
/// The entries are sorted by prefix, so that each wildcard is compared only with entries that start
/// with its prefix.
fn covered(entries: &[String]) -> Vec<(usize, usize)> {
    let patterns: Vec<(usize, Pattern<'_>)> = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| !Pattern::has_multiple_wildcards(entry))
        .map(|(index, entry)| (index, Pattern::new(entry)))
        .collect();
    let mut sorted = patterns.clone();
    sorted.sort_by_key(|(_, pattern)| pattern.prefix());
    let mut covering: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    for (index, pattern) in &patterns {
        let start = sorted.partition_point(|(_, other)| other.prefix() < pattern.prefix());
        let same_prefix = sorted.iter().skip(start);
        for (other_index, other) in
            same_prefix.take_while(|(_, other)| other.prefix().starts_with(pattern.prefix()))
        {
            let equal = pattern == other;
            if other_index != index && pattern.contains(other) && (!equal || index < other_index) {
                let known = covering.entry(*other_index).or_insert(*index);
                *known = (*known).min(*index);
            }
        }
    }
    covering.into_iter().collect()
}
