//! A finite set of values that represents all others.
//!
//! Take a finite set of patterns and any value. Let `p` be the longest prefix of a pattern that the
//! value starts with, and `s` the longest suffix that it ends with. If the two do not overlap in
//! the value, exactly those wildcards match it whose prefix is a start of `p` and whose suffix is
//! an end of `s`. The same wildcards match `p`, followed by some bytes that lengthen neither,
//! followed by `s`. If they do overlap, the value is `p` followed by the rest of `s`, and there are
//! finitely many such values.
//!
//! So a pattern is represented by its *typical* value, which as few other patterns as possible
//! match, and by the exact values that it matches. Two patterns together are also represented by
//! the overlaps of the longer prefix with the longer suffix. To find a value that some patterns
//! match and others do not, it is enough to try these values.

use std::cell::Cell;
use std::collections::{BTreeSet, HashSet};

use s3_cors::Pattern;

use super::plausible::{Kind, fillers};

/// The parts of all patterns of a kind that are compared with each other.
#[derive(Debug)]
pub(crate) struct Classes {
    exact: HashSet<Vec<u8>>,
    prefixes: Ends,
    suffixes: Ends,
    kind: Kind,
    /// Bytes that may still be looked at for values that look like life.
    effort: Cell<usize>,
}

/// Real configurations take some thousands.
const EFFORT: usize = 32 * 1024 * 1024;

/// Prefixes or suffixes, by length.
#[derive(Debug, Default)]
struct Ends {
    known: HashSet<Vec<u8>>,
    lengths: BTreeSet<usize>,
}

impl Ends {
    fn insert(&mut self, end: &[u8]) {
        if self.known.insert(end.to_vec()) {
            self.lengths.insert(end.len());
        }
    }

    /// Whether one of them is longer than `than` bytes and equals the part of its length.
    fn any_longer<'v>(&self, than: usize, part: impl Fn(usize) -> Option<&'v [u8]>) -> bool {
        self.longer(than, part)
            .any(|part| self.known.contains(part))
    }

    /// How many bytes [`any_longer`](Self::any_longer) looks at.
    fn effort<'v>(&self, than: usize, part: impl Fn(usize) -> Option<&'v [u8]>) -> usize {
        self.longer(than, part).map(<[u8]>::len).sum()
    }

    fn longer<'v>(
        &self,
        than: usize,
        part: impl Fn(usize) -> Option<&'v [u8]>,
    ) -> impl Iterator<Item = &'v [u8]> {
        let longer = self.lengths.range(than + 1..);
        longer.map_while(move |&length| part(length))
    }
}

/// The classes of the origins that these entries match.
pub(crate) fn of_origins<'a>(entries: impl Iterator<Item = &'a str>) -> Classes {
    Classes::new(entries, Kind::Origins)
}

/// The classes of the header names that these entries, in lower case, match.
pub(crate) fn of_headers<'a>(entries: impl Iterator<Item = &'a str>) -> Classes {
    Classes::new(entries, Kind::Headers)
}

impl Classes {
    fn new<'a>(entries: impl Iterator<Item = &'a str>, kind: Kind) -> Self {
        let mut classes = Self {
            exact: HashSet::new(),
            prefixes: Ends::default(),
            suffixes: Ends::default(),
            kind,
            effort: Cell::new(EFFORT),
        };
        for entry in entries {
            let pattern = Pattern::new(entry);
            match pattern.suffix() {
                None => {
                    classes.exact.insert(pattern.prefix().to_vec());
                }
                Some(suffix) => {
                    classes.prefixes.insert(pattern.prefix());
                    classes.suffixes.insert(suffix);
                }
            }
        }
        classes
    }

    /// A value that this pattern matches, and no other pattern except those that contain this one.
    pub(crate) fn typical(&self, pattern: &Pattern<'_>) -> Vec<u8> {
        match pattern.suffix() {
            None => pattern.prefix().to_vec(),
            Some(suffix) => self.between(pattern.prefix(), suffix),
        }
    }

    /// A value with this prefix and this suffix that has no longer known prefix or suffix.
    fn between(&self, prefix: &[u8], suffix: &[u8]) -> Vec<u8> {
        let fillers = fillers(self.kind, prefix, suffix);
        let values = fillers.map(|filler| [prefix, &filler, suffix].concat());
        let mut values = values.map_while(|value| {
            let beginning = |length: usize| value.get(..length);
            let end = |length: usize| value.get(value.len().checked_sub(length)?..);
            let effort = self.prefixes.effort(prefix.len(), beginning)
                + self.suffixes.effort(suffix.len(), end)
                + value.len();
            self.effort.set(self.effort.get().checked_sub(effort)?);
            Some(value)
        });
        let found = values.find(|value| {
            let beginning = |length: usize| value.get(..length);
            let end = |length: usize| value.get(value.len().checked_sub(length)?..);
            !self.exact.contains(value)
                && !self.prefixes.any_longer(prefix.len(), beginning)
                && !self.suffixes.any_longer(suffix.len(), end)
        });
        // No entry can contain this byte, because all are UTF-8.
        found.unwrap_or_else(|| [prefix, b"\xff", suffix].concat())
    }

    /// Values that match both wildcards, one for each way to match as few others as possible. Empty
    /// if no value matches both.
    pub(crate) fn common<'p>(
        &self,
        one: &Pattern<'p>,
        other: &Pattern<'p>,
    ) -> impl Iterator<Item = Vec<u8>> + use<'p> {
        let (one, other) = (*one, *other);
        let prefix = longer(one.prefix(), other.prefix(), <[u8]>::starts_with);
        let suffix = one.suffix().zip(other.suffix());
        let suffix = suffix.and_then(|(one, other)| longer(one, other, <[u8]>::ends_with));
        let ends = prefix.zip(suffix);
        let apart = ends.map(|(prefix, suffix)| self.between(prefix, suffix));
        let overlapping = ends.into_iter().flat_map(move |(prefix, suffix)| {
            let shared = 1..=prefix.len().min(suffix.len());
            shared.filter_map(move |shared| {
                let (common, rest) = suffix.split_at_checked(shared)?;
                let value = || [prefix, rest].concat();
                let overlaps = prefix.ends_with(common);
                overlaps
                    .then(value)
                    .filter(|value| one.matches(value) && other.matches(value))
            })
        });
        apart.into_iter().chain(overlapping)
    }
}

/// The longer of two parts, if it contains the shorter one.
fn longer<'a>(
    one: &'a [u8],
    other: &'a [u8],
    holds: impl Fn(&[u8], &[u8]) -> bool,
) -> Option<&'a [u8]> {
    if holds(one, other) {
        Some(one)
    } else {
        holds(other, one).then_some(other)
    }
}
