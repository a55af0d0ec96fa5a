//! An entry of `AllowedOrigins` or `AllowedHeaders` as a set of values: which sets contain others,
//! and which overlap.
//!
//! The engine alone makes decisions; this module compares entries with each other.

mod classes;
mod plausible;

#[cfg(feature = "lint")]
pub(crate) use classes::Classes;
pub(crate) use classes::{of_headers, of_origins};

use s3_cors::Pattern;

/// The relations between two patterns as sets of values.
pub(crate) trait Relations {
    /// Whether some value matches both.
    fn meets(&self, other: &Self) -> bool;

    /// Whether it matches every value that `other` matches.
    fn contains(&self, other: &Self) -> bool;
}

impl Relations for Pattern<'_> {
    fn meets(&self, other: &Self) -> bool {
        let (Some(suffix), Some(other_suffix)) = (self.suffix(), other.suffix()) else {
            return match self.suffix() {
                None => other.matches(self.prefix()),
                Some(_) => self.matches(other.prefix()),
            };
        };
        let prefixes_meet =
            self.prefix().starts_with(other.prefix()) || other.prefix().starts_with(self.prefix());
        prefixes_meet && (suffix.ends_with(other_suffix) || other_suffix.ends_with(suffix))
    }

    /// A wildcard also stands for bytes that occur in no other pattern, so a pattern that contains
    /// it must have a prefix and a suffix that are no longer.
    fn contains(&self, other: &Self) -> bool {
        match (self.suffix(), other.suffix()) {
            (_, None) => self.matches(other.prefix()),
            (None, Some(_)) => false,
            (Some(suffix), Some(other_suffix)) => {
                other.prefix().starts_with(self.prefix()) && other_suffix.ends_with(suffix)
            }
        }
    }
}

/// Whether a requested name can match an entry of `AllowedHeaders`: names are split at commas,
/// trimmed, and never empty.
pub(crate) fn can_be_name(entry: &str) -> bool {
    let blank = [' ', '\t'];
    !entry.is_empty()
        && !entry.contains(',')
        && !entry.starts_with(blank)
        && !entry.ends_with(blank)
}

#[cfg(test)]
mod tests {
    use s3_cors::Pattern;

    use super::Relations;

    /// A pattern, another, and whether the first contains the second.
    const CASES: [(&str, &str, bool); 14] = [
        ("*", "", true),
        ("*", "a*b", true),
        ("a*b", "*", false),
        ("a", "a", true),
        ("a*", "a", true),
        ("a", "a*", false),
        ("a*a", "a", false),
        ("a*a", "aa", true),
        ("ab*ba", "aba", false),
        ("a*", "ab*c", true),
        ("*c", "ab*c", true),
        ("ab*", "a*", false),
        ("a*c", "a*b", false),
        ("a*b", "a*b", true),
    ];

    #[test]
    fn containment_is_decided_by_prefix_and_suffix() {
        for (one, other, expected) in CASES {
            let found = Pattern::new(one).contains(&Pattern::new(other));
            assert_eq!(found, expected, "{one:?} contains {other:?}");
        }
    }
}
