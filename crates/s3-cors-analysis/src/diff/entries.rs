//! The entries of both sides, and which two of them have to be looked at together.
//!
//! Take a value that rule `i` responds to before and rule `j` after, because it matches an entry `X`
//! of `i` and an entry `Y` of `j`. To the values that match `X` and as few others as possible, `i`
//! responds as well; so they show the difference by themselves, unless `j` has no entry that
//! contains `X`. The same holds for `Y`. Only where neither does, and the two rules do not respond
//! alike, has anybody to look at what matches both.

use std::collections::{BTreeMap, HashMap};

use s3_cors::{CorsRule, Pattern, RuleSet};

use super::budget::{Budget, MOST_PAIRS};
use super::sides::Both;
use crate::pattern::Relations;

/// An entry of a list.
#[derive(Debug)]
pub(super) struct Entry<'e> {
    pub(super) text: &'e str,
    /// The rules that list it.
    pub(super) listed: Both,
    /// A value that matches it, and as few others as possible.
    pub(super) value: Vec<u8>,
    /// The rules that allow that value: those with an entry that contains this one.
    pub(super) rules: Both,
}

/// The rules that list each entry, in the order of the configurations.
pub(super) fn listed<'e>(
    before: &'e [CorsRule],
    after: &'e [CorsRule],
    entries: impl Fn(&'e CorsRule) -> &'e [String],
) -> Vec<(&'e str, Both)> {
    let mut listed: Vec<(&str, Both)> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut add = |text: &'e str, rules: Both| {
        let next = listed.len();
        let at = *known.entry(text).or_insert(next);
        match listed.get_mut(at) {
            Some((_, all)) => *all = all.or(rules),
            None => listed.push((text, rules)),
        }
    };
    for (index, rule) in before.iter().enumerate() {
        let rules = Both {
            before: RuleSet::of(index),
            after: RuleSet::EMPTY,
        };
        entries(rule).iter().for_each(|entry| add(entry, rules));
    }
    for (index, rule) in after.iter().enumerate() {
        let rules = Both {
            before: RuleSet::EMPTY,
            after: RuleSet::of(index),
        };
        entries(rule).iter().for_each(|entry| add(entry, rules));
    }
    listed
}

/// For each rule before, the rules after that a pair is looked at for.
pub(super) type Wanted = Vec<RuleSet>;

/// The pairs of wildcards, one of each side, whose common values show what neither shows alone.
pub(super) fn crossing<'a, 'e>(
    entries: &'a [Entry<'e>],
    wanted: &Wanted,
    budget: &mut Budget,
) -> Vec<(&'a Entry<'e>, &'a Entry<'e>)> {
    let mut by_prefix: BTreeMap<&[u8], Vec<(&Entry<'e>, Pattern<'_>)>> = BTreeMap::new();
    for entry in entries {
        let pattern = Pattern::new(entry.text);
        if pattern.is_wildcard() && !entry.listed.after.is_empty() {
            let group = by_prefix.entry(pattern.prefix()).or_default();
            group.push((entry, pattern));
        }
    }
    let mut pairs = Vec::new();
    for entry in entries {
        let wanted = wanted_of(entry, wanted);
        let pattern = Pattern::new(entry.text);
        if wanted.is_empty() || !pattern.is_wildcard() {
            continue;
        }
        let longer = by_prefix
            .range(pattern.prefix()..)
            .take_while(|(prefix, _)| prefix.starts_with(pattern.prefix()))
            .map(|(_, group)| group);
        let shorter = (0..pattern.prefix().len())
            .filter_map(|length| by_prefix.get(pattern.prefix().get(..length)?));
        for (other, other_pattern) in longer.chain(shorter).flatten() {
            if !budget.spend(1 + wanted.len()) {
                return pairs;
            }
            let needed = wanted.iter().any(|(rule, responding)| {
                !(*responding & other.listed.after).is_empty()
                    && !other.rules.before.contains(*rule)
            });
            if needed && pattern.meets(other_pattern) {
                if pairs.len() == MOST_PAIRS {
                    budget.stop();
                    return pairs;
                }
                pairs.push((entry, *other));
            }
        }
    }
    pairs
}

/// The rules before that list an entry, each with the rules after that are wanted and do not
/// contain it.
fn wanted_of(entry: &Entry<'_>, wanted: &Wanted) -> Vec<(usize, RuleSet)> {
    let rules = entry.listed.before.iter();
    let of_rule = rules.filter_map(|rule| Some((rule, *wanted.get(rule)?)));
    let open = of_rule.map(|(rule, after)| {
        let open = after.iter().filter(|j| !entry.rules.after.contains(*j));
        (rule, open.collect())
    });
    open.filter(|(_, after): &(usize, RuleSet)| !after.is_empty())
        .collect()
}
