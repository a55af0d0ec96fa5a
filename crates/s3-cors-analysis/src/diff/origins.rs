//! Origins that represent all others.

use std::collections::HashSet;

use s3_cors::{CorsRule, Pattern};

use super::budget::Budget;
use super::entries::{Entry, Wanted, crossing, listed};
use super::sides::{Both, Sides};
use crate::pattern::{self, Relations};

/// A class of origins.
#[derive(Debug)]
pub(crate) struct OriginClass<'e> {
    pub(crate) origin: Vec<u8>,
    /// The entry that they match,
    entry: &'e str,
    /// or the two entries.
    other: Option<&'e str>,
    /// The rules that allow them.
    pub(crate) rules: Both,
}

impl OriginClass<'_> {
    /// The entries in words.
    pub(crate) fn entries(&self) -> String {
        match self.other {
            None => self.entry.to_owned(),
            Some(other) => format!("{} and {other}", self.entry),
        }
    }

    /// Whether a single entry names them.
    pub(crate) fn is_single(&self) -> bool {
        self.other.is_none()
    }

    fn parts(&self) -> impl Iterator<Item = &str> {
        [self.entry].into_iter().chain(self.other)
    }

    /// Whether it is named by the same entries.
    pub(super) fn is_named_as(&self, other: &Self) -> bool {
        (self.entry, self.other) == (other.entry, other.other)
    }

    /// Whether another class's entries match all that this one's do, and more.
    pub(super) fn is_within(&self, wider: &Self) -> bool {
        let contains = |wide: &str| {
            let wide = Pattern::new(wide);
            self.parts().any(|part| wide.contains(&Pattern::new(part)))
        };
        !self.is_named_as(wider) && wider.parts().all(contains)
    }
}

/// One class for each entry, and more for what only two entries at once show.
pub(super) fn classes<'c>(sides: &Sides<'c>, budget: &mut Budget) -> Vec<OriginClass<'c>> {
    classes_of(sides, &sides.wanted(), budget)
}

/// One class or more for each combination of rules of a configuration, which is on both sides.
/// Single entries come first.
pub(crate) fn every_class<'c>(sides: &Sides<'c>, budget: &mut Budget) -> Vec<OriginClass<'c>> {
    classes_of(sides, &sides.every_two(), budget)
}

fn classes_of<'c>(sides: &Sides<'c>, wanted: &Wanted, budget: &mut Budget) -> Vec<OriginClass<'c>> {
    fn origins(rule: &CorsRule) -> &[String] {
        &rule.allowed_origins
    }
    let listed = listed(&sides.before.rules, &sides.after.rules, origins);
    let known = pattern::of_origins(listed.iter().map(|(entry, _)| *entry));
    let entry = |(text, listed): (&'c str, Both)| {
        let value = known.typical(&Pattern::new(text));
        let rules = sides.allowing_origin(&value);
        Entry {
            text,
            listed,
            value,
            rules,
        }
    };
    let entries: Vec<Entry<'c>> = listed.into_iter().map(entry).collect();
    // An empty Origin counts as none.
    let singles = entries.iter().filter(|entry| !entry.value.is_empty());
    let mut classes: Vec<OriginClass<'c>> = singles
        .map(|entry| OriginClass {
            origin: entry.value.clone(),
            entry: entry.text,
            other: None,
            rules: entry.rules,
        })
        .collect();
    let mut seen: HashSet<Vec<u8>> = HashSet::new();
    for (one, other) in crossing(&entries, wanted, budget) {
        let (pattern, other_pattern) = (Pattern::new(one.text), Pattern::new(other.text));
        for origin in known.common(&pattern, &other_pattern) {
            if !budget.spend(100 + origin.len()) {
                return classes;
            }
            if !origin.is_empty() && seen.insert(origin.clone()) {
                classes.push(OriginClass {
                    rules: sides.allowing_origin(&origin),
                    origin,
                    entry: one.text,
                    other: Some(other.text),
                });
            }
        }
    }
    classes
}
