//! Rules rewritten without a change of what they allow, for targets that know less than S3.

use crate::engine::RuleParts;
use crate::pattern::{Pattern, all_within};

/// Pairs of rules, the earlier one first, that both match some request without headers and respond
/// to it differently.
pub(crate) fn overlaps(rules: &[RuleParts]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (at, later) in rules.iter().enumerate() {
        for (before, earlier) in rules.iter().take(at).enumerate() {
            if responds_differently(earlier, later) && meet(earlier, later) {
                pairs.push((before, at));
            }
        }
    }
    pairs
}

/// Whether some request gets other headers of the one than of the other, if both match. The list of
/// methods is not counted: of each method it is asked on its own whether it is allowed.
fn responds_differently(one: &RuleParts, other: &RuleParts) -> bool {
    is_for_any(one) != is_for_any(other)
        || one.expose_headers != other.expose_headers
        || one.max_age_seconds != other.max_age_seconds
}

fn is_for_any(rule: &RuleParts) -> bool {
    rule.allowed_origins.iter().any(|origin| origin == "*")
}

fn meet(one: &RuleParts, other: &RuleParts) -> bool {
    let method = |method: &String| other.allowed_methods.contains(method);
    one.allowed_methods.iter().any(method)
        && one.allowed_origins.iter().any(|origin| {
            let origin = Pattern::of_origin(origin);
            let others = other.allowed_origins.iter();
            others
                .into_iter()
                .any(|entry| origin.meets(&Pattern::of_origin(entry)))
        })
}

/// The same rules without overlaps, where there are such: of a later rule, what an earlier rule
/// takes is left out.
pub(crate) fn disjoint(rules: &[RuleParts]) -> Option<Vec<RuleParts>> {
    let mut result: Vec<RuleParts> = Vec::new();
    for rule in rules {
        let mut parts = vec![rule.clone()];
        for earlier in result.clone() {
            if responds_differently(&earlier, rule) && meet(&earlier, rule) {
                parts = parts
                    .iter()
                    .flat_map(|part| without(part, &earlier))
                    .collect();
            }
        }
        result.extend(parts);
    }
    (overlaps(&result).is_empty() && result.len() <= 100).then_some(result)
}

/// A rule without what an earlier rule takes: other methods with all origins, the same methods with
/// the origins that the earlier rule does not have. Nothing is left out that the earlier rule might
/// not take, such as requests for headers that it does not allow.
fn without(rule: &RuleParts, earlier: &RuleParts) -> Vec<RuleParts> {
    if !all_within(
        &earlier.allowed_headers,
        &rule.allowed_headers,
        Pattern::of_header,
    ) {
        return vec![rule.clone()];
    }
    let (same, other): (Vec<String>, Vec<String>) = rule
        .allowed_methods
        .iter()
        .cloned()
        .partition(|method| earlier.allowed_methods.contains(method));
    let taken: Vec<Pattern> = earlier
        .allowed_origins
        .iter()
        .map(|origin| Pattern::of_origin(origin))
        .collect();
    // A rule with `*` responds with `*` to all, even if no origin but `*` itself were left.
    let left: Vec<String> = rule
        .allowed_origins
        .iter()
        .filter(|origin| {
            let origin = Pattern::of_origin(origin);
            !taken.iter().any(|taken| taken.contains(&origin))
        })
        .cloned()
        .collect();
    let with = |methods: Vec<String>, origins: Vec<String>| {
        let empty = methods.is_empty() || origins.is_empty();
        (!empty).then(|| RuleParts {
            allowed_methods: methods,
            allowed_origins: origins,
            ..rule.clone()
        })
    };
    if left.len() == rule.allowed_origins.len() {
        return vec![rule.clone()];
    }
    [with(other, rule.allowed_origins.clone()), with(same, left)]
        .into_iter()
        .flatten()
        .collect()
}

/// Rules that differ in nothing but their origins, or in nothing but their methods, as one; where
/// the order of rules does not matter, and where the same origins have the same other members.
pub(crate) fn merged(rules: &[RuleParts]) -> Vec<RuleParts> {
    let mut result: Vec<RuleParts> = Vec::new();
    for rule in rules {
        let joins = |known: &&mut RuleParts| {
            let same_rest = known.allowed_headers == rule.allowed_headers
                && known.expose_headers == rule.expose_headers
                && known.max_age_seconds == rule.max_age_seconds
                && is_for_any(known) == is_for_any(rule);
            same_rest
                && (known.allowed_methods == rule.allowed_methods
                    || known.allowed_origins == rule.allowed_origins)
        };
        // Only into the rule before it: what is between two rules may take requests of the second.
        match result.last_mut().filter(joins) {
            Some(known) => {
                extend(&mut known.allowed_origins, &rule.allowed_origins);
                extend(&mut known.allowed_methods, &rule.allowed_methods);
                if known.id != rule.id {
                    known.id = None;
                }
            }
            None => result.push(rule.clone()),
        }
    }
    result
}

fn extend(list: &mut Vec<String>, more: &[String]) {
    for entry in more {
        if !list.contains(entry) {
            list.push(entry.clone());
        }
    }
}

/// Rules in a few words, for advice.
pub(crate) fn in_words(rules: &[RuleParts]) -> String {
    let rule = |rule: &RuleParts| {
        let origins: Vec<String> = rule
            .allowed_origins
            .iter()
            .map(|o| crate::shown(o))
            .collect();
        format!(
            "{} for {}",
            rule.allowed_methods.join(", "),
            origins.join(", ")
        )
    };
    let rules: Vec<String> = rules.iter().take(10).map(rule).collect();
    rules.join("; ")
}
