//! Which rules allow the same origins.

use std::collections::{BTreeMap, BTreeSet};

use s3_cors::{CorsRule, Pattern, RuleSet};

use super::reach::Reach;

/// For each rule, the earlier rules that allow some of its origins.
///
/// Entries are not compared in pairs. Exact entries are looked up in the compiled rules. Two
/// wildcards overlap if one prefix starts with the other and one suffix ends with the other:
/// prefixes are visited in order, and suffixes are looked up by their lengths.
pub(super) fn earlier_rules(rules: &[CorsRule], reach: &Reach<'_>) -> Vec<RuleSet> {
    let mut meeting = Meeting(vec![RuleSet::EMPTY; rules.len()]);
    let mut by_prefix: BTreeMap<&[u8], Endings<'_>> = BTreeMap::new();
    for (index, rule) in rules.iter().enumerate() {
        for entry in &rule.allowed_origins {
            let pattern = Pattern::new(entry);
            let rule = RuleSet::of(index);
            match pattern.suffix() {
                None => meeting.add(rule, reach.allowing_origin(pattern.prefix())),
                Some(suffix) => by_prefix
                    .entry(pattern.prefix())
                    .or_default()
                    .insert(suffix, rule),
            }
        }
    }
    for (prefix, endings) in &by_prefix {
        // The prefix itself and those that start with it, which come right after it.
        let longer = by_prefix.range::<&[u8], _>(*prefix..);
        for (_, others) in longer.take_while(|(longer, _)| longer.starts_with(prefix)) {
            endings.meet(others, &mut meeting);
            others.meet(endings, &mut meeting);
        }
    }
    let earlier = |(index, rules): (usize, RuleSet)| rules & RuleSet::before(index);
    meeting.0.into_iter().enumerate().map(earlier).collect()
}

/// For each rule, the rules that allow some of its origins.
struct Meeting(Vec<RuleSet>);

impl Meeting {
    fn add(&mut self, some: RuleSet, others: RuleSet) {
        for (these, those) in [(some, others), (others, some)] {
            for rule in these.iter() {
                if let Some(met) = self.0.get_mut(rule) {
                    *met |= those;
                }
            }
        }
    }
}

/// The suffixes of the wildcards with one prefix, with the rules that list them.
#[derive(Default)]
struct Endings<'a> {
    rules: BTreeMap<&'a [u8], RuleSet>,
    lengths: BTreeSet<usize>,
}

impl<'a> Endings<'a> {
    fn insert(&mut self, ending: &'a [u8], rule: RuleSet) {
        *self.rules.entry(ending).or_default() |= rule;
        self.lengths.insert(ending.len());
    }

    /// Adds the rules that overlap because a suffix of these ends with a suffix of the others.
    fn meet(&self, others: &Self, meeting: &mut Meeting) {
        for (ending, rules) in &self.rules {
            for &length in others.lengths.range(..=ending.len()) {
                let end = ending.get(ending.len() - length..).unwrap_or_default();
                if let Some(met) = others.rules.get(end) {
                    meeting.add(*rules, *met);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use s3_cors::{CorsConfiguration, CorsRule, Pattern};

    use super::earlier_rules;
    use crate::lint::reach::Reach;
    use crate::pattern::Relations;

    #[test]
    fn rules_meet_where_comparing_all_their_entries_finds_that_they_do() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut part = |longest: usize| -> String {
            let length = random.usize(0..=longest);
            (0..length)
                .map(|_| random.choice(['a', 'b']).expect("one of two"))
                .collect()
        };
        let mut wild = fastrand::Rng::with_seed(8);
        let mut met = 0;
        for _ in 0..2_000 {
            let rules: Vec<CorsRule> = (0..4)
                .map(|_| {
                    let entries = (0..wild.usize(1..4)).map(|_| match wild.bool() {
                        true => format!("{}*{}", part(2), part(2)),
                        false => format!("a{}", part(3)),
                    });
                    CorsRule::new(entries.collect::<Vec<_>>(), ["GET"])
                })
                .collect();
            let configuration = CorsConfiguration::new(rules);
            let rules = &configuration.cors_rules;
            let reach = Reach::of(&configuration).expect("it is valid");
            for (index, found) in earlier_rules(rules, &reach).into_iter().enumerate() {
                let meets = |other: &CorsRule| {
                    rules[index].allowed_origins.iter().any(|one| {
                        let mut others = other.allowed_origins.iter();
                        others.any(|another| Pattern::new(one).meets(&Pattern::new(another)))
                    })
                };
                let expected: Vec<usize> =
                    (0..index).filter(|&other| meets(&rules[other])).collect();
                assert_eq!(
                    found.iter().collect::<Vec<_>>(),
                    expected,
                    "{index} of {rules:?}"
                );
                met += expected.len();
            }
        }
        assert!(met > 1_000, "{met}");
    }
}
