//! Which rules allow a value: one lookup for exact values, and one lookup for each length of a
//! wildcard prefix or suffix, however many patterns there are.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::num::NonZeroU32;

use super::rule_set::RuleSet;
use super::table::Table;
use crate::configuration::CorsRule;
use crate::pattern::Pattern;

/// How values are compared.
pub(crate) trait Case {
    /// Folds eight bytes at once, so that bytes that compare equal become equal. Other bytes may
    /// become equal as well.
    fn fold(word: u64) -> u64;
    fn equal(a: &[u8], b: &[u8]) -> bool;
    /// One spelling for all patterns that match the same values.
    fn normalized(pattern: &str) -> Cow<'_, str>;
}

/// Origins: byte for byte.
#[derive(Debug)]
pub(crate) struct CaseSensitive;

/// Header names: ASCII case-insensitive.
#[derive(Debug)]
pub(crate) struct CaseInsensitive;

impl Case for CaseSensitive {
    fn fold(word: u64) -> u64 {
        word
    }

    #[inline]
    fn equal(a: &[u8], b: &[u8]) -> bool {
        same(a, b)
    }

    fn normalized(pattern: &str) -> Cow<'_, str> {
        pattern.into()
    }
}

impl Case for CaseInsensitive {
    fn fold(word: u64) -> u64 {
        // Sets the bit in which letters of different case differ.
        word | 0x2020_2020_2020_2020
    }

    #[inline]
    fn equal(a: &[u8], b: &[u8]) -> bool {
        // Browsers send names in lower case, as they are stored here, so they are usually equal.
        same(a, b) || a.eq_ignore_ascii_case(b)
    }

    fn normalized(pattern: &str) -> Cow<'_, str> {
        pattern.to_ascii_lowercase().into()
    }
}

/// Whether two values are the same. Most are so short that comparing them here costs less than
/// calling `memcmp`.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match (a.first_chunk::<8>(), b.first_chunk::<8>()) {
        (Some(first), Some(other)) if a.len() <= 16 => {
            first == other && a.last_chunk::<8>() == b.last_chunk::<8>()
        }
        _ => a == b,
    }
}

/// An index over the [patterns](Pattern) of all rules.
///
/// The hash is not keyed: a client cannot insert anything into the tables.
#[derive(Debug)]
pub(crate) struct RuleIndex<C> {
    /// The rules with the pattern that matches everything.
    any: RuleSet,
    /// Whole values under [`Group::EXACT`], and suffixes under the group of their prefix.
    endings: Table<Ending>,
    longest_exact: usize,
    prefixes: Table<Prefix>,
    /// The lengths of the prefixes, ascending.
    prefix_lengths: Box<[usize]>,
    /// For each group, the lengths of its suffixes, ascending.
    suffix_lengths: Box<[Box<[usize]>]>,
    /// The text of all patterns, one after the other.
    text: Box<[u8]>,
    /// The distinct sets of rules.
    rule_sets: Box<[RuleSet]>,
    case: PhantomData<C>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Group(NonZeroU32);

impl Group {
    const EXACT: Self = Self(NonZeroU32::MIN);

    /// The group at a position counted from 0, which is that of [`EXACT`](Self::EXACT).
    fn at(index: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(as_u32(index)))
    }

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A slice of [`RuleIndex::text`]; a configuration's 64 KB are far from filling 32 bits.
#[derive(Debug, Clone, Copy)]
struct Slice {
    start: u32,
    length: u32,
}

impl Slice {
    fn of(self, text: &[u8]) -> &[u8] {
        let start = self.start as usize;
        text.get(start..start + self.length as usize)
            .unwrap_or_default()
    }
}

#[derive(Debug)]
struct Prefix {
    text: Slice,
    group: Group,
}

#[derive(Debug)]
struct Ending {
    /// The upper half of the hash: it tells entries apart before their text is compared.
    tag: u32,
    text: Slice,
    group: Group,
    rule_set: u32,
}

impl<C: Case> RuleIndex<C> {
    /// Indexes the patterns in one of the lists of each rule. There are fewer than 128 rules.
    pub(crate) fn new(rules: &[&CorsRule], list: fn(&CorsRule) -> &[String]) -> Self {
        let built = Builder::new(rules, list, C::normalized, C::fold);
        Self {
            any: built.any,
            endings: built.endings,
            longest_exact: built.longest_exact,
            prefixes: built.prefixes,
            prefix_lengths: built.prefix_lengths.into(),
            suffix_lengths: built.suffix_lengths.into_iter().map(Vec::into).collect(),
            text: built.text.into(),
            rule_sets: built.rule_sets.into(),
            case: PhantomData,
        }
    }

    /// The rules among `candidates` with a pattern that matches the value.
    // Always inlined, because it is called for each name of long lists.
    #[inline(always)]
    pub(crate) fn rules_allowing(&self, value: &[u8], candidates: RuleSet) -> RuleSet {
        if candidates.is_subset_of(self.any) {
            return candidates;
        }
        let mut rules = self.any;
        if value.len() <= self.longest_exact {
            rules |= self.rules_at(Group::EXACT, value);
        }
        if !self.prefix_lengths.is_empty() {
            rules |= self.rules_with_wildcard(value);
        }
        rules & candidates
    }

    /// The rules with a wildcard that matches the value.
    #[inline(never)]
    fn rules_with_wildcard(&self, value: &[u8]) -> RuleSet {
        match (self.prefixes.only(), self.endings.only()) {
            // Most policies that have a wildcard have one, and no other pattern. Comparing it costs
            // a third of the two look-ups, whose preparations are kept out of here.
            (Some(prefix), Some(suffix)) if self.is_between(value, prefix, suffix) => {
                self.rule_set(suffix)
            }
            (Some(_), Some(_)) => RuleSet::EMPTY,
            _ => self.rules_with_one_of_wildcards(value),
        }
    }

    /// Whether a value starts with a prefix and the rest of it ends with a suffix.
    #[inline]
    fn is_between(&self, value: &[u8], prefix: &Prefix, suffix: &Ending) -> bool {
        let [prefix, suffix] = [prefix.text, suffix.text].map(|part| part.of(&self.text));
        value
            .split_at_checked(prefix.len())
            .filter(|(start, _)| C::equal(prefix, start))
            .and_then(|(_, rest)| last(rest, suffix.len()))
            .is_some_and(|end| C::equal(suffix, end))
    }

    #[inline(never)]
    fn rules_with_one_of_wildcards(&self, value: &[u8]) -> RuleSet {
        let mut rules = RuleSet::EMPTY;
        for &length in &self.prefix_lengths {
            let Some((prefix, rest)) = value.split_at_checked(length) else {
                break;
            };
            let hash = hash(C::fold, Group::EXACT, prefix);
            let found = self
                .prefixes
                .find(hash, |entry| C::equal(entry.text.of(&self.text), prefix));
            if let Some(found) = found {
                rules |= self.rules_ending(found.group, rest);
            }
        }
        rules
    }

    /// The rules with a wildcard of this group whose suffix ends the rest of the value.
    fn rules_ending(&self, group: Group, rest: &[u8]) -> RuleSet {
        let mut rules = RuleSet::EMPTY;
        let lengths = self.suffix_lengths.get(group.index());
        for &length in lengths.map_or(&[][..], |lengths| lengths) {
            let Some(suffix) = last(rest, length) else {
                break;
            };
            rules |= self.rules_at(group, suffix);
        }
        rules
    }

    // Always inlined, because it is called for each name of long lists.
    #[inline(always)]
    fn rules_at(&self, group: Group, ending: &[u8]) -> RuleSet {
        let hash = hash(C::fold, group, ending);
        self.endings
            .find(hash, |entry| {
                entry.tag == tag(hash)
                    && entry.group == group
                    && C::equal(entry.text.of(&self.text), ending)
            })
            .map_or(RuleSet::EMPTY, |entry| self.rule_set(entry))
    }

    #[inline]
    fn rule_set(&self, ending: &Ending) -> RuleSet {
        let rules = self.rule_sets.get(ending.rule_set as usize);
        rules.copied().unwrap_or(RuleSet::EMPTY)
    }
}

/// The last so many bytes; `None` if there are fewer.
#[inline]
fn last(bytes: &[u8], length: usize) -> Option<&[u8]> {
    bytes.get(bytes.len().checked_sub(length)?..)
}

/// An index that is being filled. It is the same code for both ways to compare values, since it is
/// large and runs once.
struct Builder {
    fold: fn(u64) -> u64,
    any: RuleSet,
    endings: Table<Ending>,
    longest_exact: usize,
    prefixes: Table<Prefix>,
    prefix_lengths: Vec<usize>,
    suffix_lengths: Vec<Vec<usize>>,
    text: Vec<u8>,
    /// That of each ending.
    rule_sets: Vec<RuleSet>,
}

impl Builder {
    fn new(
        rules: &[&CorsRule],
        list: fn(&CorsRule) -> &[String],
        normalized: fn(&str) -> Cow<'_, str>,
        fold: fn(u64) -> u64,
    ) -> Self {
        let (mut patterns, mut wildcards) = (0, 0);
        for pattern in rules.iter().flat_map(|rule| list(rule)) {
            patterns += 1;
            wildcards += usize::from(Pattern::new(pattern).is_wildcard());
        }
        let mut builder = Self {
            fold,
            any: RuleSet::EMPTY,
            endings: Table::with_room_for(patterns),
            longest_exact: 0,
            prefixes: Table::with_room_for(wildcards),
            prefix_lengths: Vec::new(),
            // That of `Group::EXACT` remains empty.
            suffix_lengths: vec![Vec::new()],
            text: Vec::new(),
            rule_sets: Vec::new(),
        };
        for (index, rule) in rules.iter().enumerate() {
            for pattern in list(rule) {
                builder.add(Pattern::new(&normalized(pattern)), RuleSet::of(index));
            }
        }
        builder.share_rule_sets();
        builder
    }

    fn add(&mut self, pattern: Pattern<'_>, rules: RuleSet) {
        if pattern.is_any() {
            self.any |= rules;
            return;
        }
        let prefix = pattern.prefix();
        let (group, ending) = match pattern.suffix() {
            None => {
                self.longest_exact = self.longest_exact.max(prefix.len());
                (Group::EXACT, prefix)
            }
            Some(suffix) => {
                let group = self.group(prefix);
                if let Some(lengths) = self.suffix_lengths.get_mut(group.index()) {
                    insert_sorted(lengths, suffix.len());
                }
                (group, suffix)
            }
        };
        let hash = hash(self.fold, group, ending);
        let is_right = |known: &Ending| known.group == group && known.text.of(&self.text) == ending;
        if let Some(known) = self.endings.find(hash, is_right) {
            if let Some(all) = self.rule_sets.get_mut(known.rule_set as usize) {
                *all |= rules;
            }
            return;
        }
        let ending = Ending {
            tag: tag(hash),
            text: append(&mut self.text, ending),
            group,
            rule_set: as_u32(self.rule_sets.len()),
        };
        self.endings.insert(hash, ending);
        self.rule_sets.push(rules);
    }

    /// The group of a prefix.
    fn group(&mut self, prefix: &[u8]) -> Group {
        let hash = hash(self.fold, Group::EXACT, prefix);
        let is_right = |known: &Prefix| known.text.of(&self.text) == prefix;
        if let Some(known) = self.prefixes.find(hash, is_right) {
            return known.group;
        }
        let group = Group::at(self.suffix_lengths.len());
        self.suffix_lengths.push(Vec::new());
        insert_sorted(&mut self.prefix_lengths, prefix.len());
        let text = append(&mut self.text, prefix);
        self.prefixes.insert(hash, Prefix { text, group });
        group
    }

    /// Lets endings with equal sets of rules share one.
    fn share_rule_sets(&mut self) {
        let mut distinct = Vec::new();
        for ending in self.endings.entries_mut() {
            let rules = self.rule_sets.get(ending.rule_set as usize).copied();
            let rules = rules.unwrap_or(RuleSet::EMPTY);
            let known = distinct.iter().position(|known| *known == rules);
            ending.rule_set = as_u32(known.unwrap_or(distinct.len()));
            if known.is_none() {
                distinct.push(rules);
            }
        }
        self.rule_sets = distinct;
    }
}

fn insert_sorted(lengths: &mut Vec<usize>, length: usize) {
    if let Err(place) = lengths.binary_search(&length) {
        lengths.insert(place, length);
    }
}

fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// For lengths and counts within a configuration's 64 KB.
fn as_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn append(text: &mut Vec<u8>, part: &[u8]) -> Slice {
    let start = as_u32(text.len());
    text.extend_from_slice(part);
    Slice {
        start,
        length: as_u32(part.len()),
    }
}

/// Multiplies and folds, like the hashes of the `foldhash` and `rustc-hash` family.
#[inline]
fn hash(fold: impl Fn(u64) -> u64, group: Group, bytes: &[u8]) -> u64 {
    const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
    const FACTOR: u64 = 0xd6e8_feb8_6659_fd93;
    fn mixed(one: u64, other: u64) -> u64 {
        let product = u128::from(one).wrapping_mul(u128::from(other));
        // Uses both halves: the low half alone never carries high bits down.
        (product as u64) ^ ((product >> 64) as u64)
    }
    let word = |bytes: &[u8; 8]| fold(u64::from_le_bytes(*bytes));
    let seed = SEED ^ u64::from(group.0.get()) ^ ((bytes.len() as u64) << 32);
    match (bytes.first_chunk(), bytes.last_chunk()) {
        // Most values. Bytes that are in both words are hashed twice.
        (Some(first), Some(last)) if bytes.len() <= 16 => {
            mixed(word(first) ^ seed, word(last) ^ FACTOR)
        }
        (Some(_), Some(last)) => {
            let (mut hash, mut rest) = (seed, bytes);
            while let Some((next, after)) = rest.split_first_chunk() {
                hash = mixed(hash ^ word(next), FACTOR);
                rest = after;
            }
            mixed(hash ^ word(last), FACTOR)
        }
        _ => {
            let all = bytes
                .iter()
                .fold(0, |all, &byte| all << 8 | u64::from(byte));
            mixed(fold(all) ^ seed, FACTOR)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Case, CaseInsensitive, CaseSensitive, RuleIndex, RuleSet};
    use crate::configuration::CorsRule;
    use crate::pattern::Pattern;

    fn rules_of_each_pattern<C: Case>(patterns: &[&str], value: &str) -> RuleSet {
        let value = C::normalized(value);
        let matches = |pattern: &str| {
            let pattern = C::normalized(pattern);
            Pattern::new(&pattern).matches(value.as_bytes())
        };
        let rules = patterns.iter().enumerate();
        rules
            .filter(|(_, pattern)| matches(pattern))
            .map(|(rule, _)| rule)
            .collect()
    }

    fn compare<C: Case>(patterns: &[&str], values: &[&str]) {
        let rule = |pattern: &&str| CorsRule::new([*pattern], ["GET"]);
        let rules: Vec<CorsRule> = patterns.iter().map(rule).collect();
        let rules: Vec<&CorsRule> = rules.iter().collect();
        let index = RuleIndex::<C>::new(&rules, |rule| &rule.allowed_origins);
        let all = (0..patterns.len()).collect();
        for value in values {
            assert_eq!(
                index.rules_allowing(value.as_bytes(), all),
                rules_of_each_pattern::<C>(patterns, value),
                "{value:?} by {patterns:?}"
            );
        }
    }

    #[test]
    fn an_index_of_any_few_patterns_finds_what_matching_each_of_them_finds() {
        let patterns = [
            "ab",
            "AB",
            "a*",
            "*b",
            "ab*",
            "*ab",
            "a*b",
            "ab*ba",
            "A*b",
            "*",
            "abcdefgh*",
            "*abcdefgh",
            "abcdefghi*abcdefghi",
            "a*abcdefghijklmnopqrstuvwxyz",
        ];
        let values = [
            "",
            "a",
            "b",
            "ab",
            "ba",
            "AB",
            "aB",
            "aab",
            "abb",
            "aba",
            "abba",
            "ABBA",
            "abxba",
            "abcdefgh",
            "abcdefghi",
            "abcdefghiabcdefghi",
            "abcdefghiabcdefgh",
            "abcdefghi abcdefghi",
            "aabcdefghijklmnopqrstuvwxyz",
            "abcdefghijklmnopqrstuvwxyz",
        ];
        // One alone is compared, several are looked up.
        for first in patterns {
            compare::<CaseSensitive>(&[first], &values);
            compare::<CaseInsensitive>(&[first], &values);
            for second in patterns {
                compare::<CaseSensitive>(&[first, second], &values);
                compare::<CaseInsensitive>(&[first, second], &values);
            }
        }
        compare::<CaseSensitive>(&patterns, &values);
        compare::<CaseInsensitive>(&patterns, &values);
    }
}
