//! One entry of `AllowedOrigins` or `AllowedHeaders` as a set of values, and what can be told of
//! such sets exactly: which contains which, and where two meet.
//!
//! Decisions are made by the index alone; here entries are compared with each other.

#[cfg(any(feature = "lint", feature = "difference"))]
mod classes;
#[cfg(any(feature = "lint", feature = "difference"))]
mod plausible;

#[cfg(feature = "lint")]
pub(crate) use classes::Classes;
#[cfg(any(feature = "lint", feature = "difference"))]
pub(crate) use classes::{of_headers, of_origins};

/// A literal with at most one `*`, which stands for any run of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Pattern<'a> {
    /// The whole value, or what stands before the `*`.
    pub(crate) prefix: &'a [u8],
    /// What stands after the `*`, if there is one.
    pub(crate) suffix: Option<&'a [u8]>,
}

impl<'a> Pattern<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        match text.split_once('*') {
            Some((prefix, suffix)) => Self {
                prefix: prefix.as_bytes(),
                suffix: Some(suffix.as_bytes()),
            },
            None => Self {
                prefix: text.as_bytes(),
                suffix: None,
            },
        }
    }

    pub(crate) fn matches(&self, value: &[u8]) -> bool {
        let Some(suffix) = self.suffix else {
            return self.prefix == value;
        };
        let rest = value.strip_prefix(self.prefix);
        rest.is_some_and(|rest| rest.ends_with(suffix))
    }

    /// Whether some value matches both.
    #[cfg(any(feature = "lint", feature = "difference"))]
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let (Some(suffix), Some(other_suffix)) = (self.suffix, other.suffix) else {
            return match self.suffix {
                None => other.matches(self.prefix),
                Some(_) => self.matches(other.prefix),
            };
        };
        let prefixes_meet =
            self.prefix.starts_with(other.prefix) || other.prefix.starts_with(self.prefix);
        prefixes_meet && (suffix.ends_with(other_suffix) || other_suffix.ends_with(suffix))
    }

    /// Whether it matches all that another one does.
    ///
    /// A wildcard stands for bytes that occur in no other pattern, too, so whatever contains it
    /// has its own `*` no later and no earlier.
    #[cfg(any(feature = "lint", feature = "difference"))]
    pub(crate) fn contains(&self, other: &Self) -> bool {
        match (self.suffix, other.suffix) {
            (_, None) => self.matches(other.prefix),
            (None, Some(_)) => false,
            (Some(suffix), Some(other_suffix)) => {
                other.prefix.starts_with(self.prefix) && other_suffix.ends_with(suffix)
            }
        }
    }
}

/// Whether a requested name can match an entry of `AllowedHeaders`: names are cut out at commas and
/// freed of blanks around them, and are never empty.
#[cfg(any(feature = "lint", feature = "difference"))]
pub(crate) fn can_be_name(entry: &str) -> bool {
    let blank = [' ', '\t'];
    !entry.is_empty()
        && !entry.contains(',')
        && !entry.starts_with(blank)
        && !entry.ends_with(blank)
}

#[cfg(all(test, any(feature = "lint", feature = "difference")))]
mod tests {
    use super::Pattern;

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
