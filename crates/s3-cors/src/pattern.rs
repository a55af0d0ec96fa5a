//! Patterns: what an entry of `AllowedOrigins` or `AllowedHeaders` matches.

const WILDCARD: char = '*';

/// An entry of `AllowedOrigins` or `AllowedHeaders`: a literal with at most one `*`, which stands
/// for any run of bytes, including none (F7, F20).
///
/// It matches whole values: the value begins with the part before the `*` and ends with the part
/// after it, and the two do not overlap (F8, F10). Header names are case-insensitive; convert both
/// sides to lower case first.
///
/// A policy uses an index over all its patterns; this type is for inspecting a single one.
///
/// ```
/// use s3_cors::Pattern;
///
/// let pattern = Pattern::new("https://*.example.com");
/// assert!(pattern.matches(b"https://www.example.com"));
/// assert!(!pattern.matches(b"https://example.com"));
/// assert_eq!(pattern.prefix(), b"https://");
/// assert_eq!(pattern.suffix(), Some(&b".example.com"[..]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern<'a> {
    prefix: &'a [u8],
    suffix: Option<&'a [u8]>,
}

impl<'a> Pattern<'a> {
    /// The pattern of an entry. If there is more than one `*`, which S3 refuses, the first is the
    /// wildcard and the others are literal.
    #[must_use]
    pub fn new(entry: &'a str) -> Self {
        match entry.split_once(WILDCARD) {
            Some((prefix, suffix)) => Self {
                prefix: prefix.as_bytes(),
                suffix: Some(suffix.as_bytes()),
            },
            None => Self {
                prefix: entry.as_bytes(),
                suffix: None,
            },
        }
    }

    /// Whether an entry has more than one `*`, which S3 refuses (F73, F74).
    ///
    /// ```
    /// use s3_cors::Pattern;
    ///
    /// assert!(Pattern::has_multiple_wildcards("https://*.example.*"));
    /// assert!(!Pattern::has_multiple_wildcards("https://*.example.com"));
    /// ```
    #[must_use]
    pub fn has_multiple_wildcards(entry: &str) -> bool {
        entry.matches(WILDCARD).nth(1).is_some()
    }

    /// The part before the `*`, or the whole value if there is no `*`.
    #[must_use]
    pub const fn prefix(&self) -> &'a [u8] {
        self.prefix
    }

    /// The part after the `*`; `None` if there is no `*`.
    #[must_use]
    pub const fn suffix(&self) -> Option<&'a [u8]> {
        self.suffix
    }

    /// Whether the pattern has a `*`.
    #[must_use]
    pub const fn is_wildcard(&self) -> bool {
        self.suffix.is_some()
    }

    /// Whether the pattern is `*` alone, which matches everything. In `AllowedOrigins` it also
    /// makes S3 send `*` without credentials (F30, F31).
    ///
    /// ```
    /// use s3_cors::Pattern;
    ///
    /// assert!(Pattern::new("*").is_any());
    /// assert!(!Pattern::new("http*").is_any());
    /// ```
    #[must_use]
    pub const fn is_any(&self) -> bool {
        matches!((self.prefix, self.suffix), ([], Some([])))
    }

    /// Whether the pattern matches a value, byte for byte (D25).
    #[must_use]
    pub fn matches(&self, value: &[u8]) -> bool {
        let Some(suffix) = self.suffix else {
            return self.prefix == value;
        };
        let rest = value.strip_prefix(self.prefix);
        rest.is_some_and(|rest| rest.ends_with(suffix))
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    /// A pattern, a value, and whether the pattern matches it.
    const CASES: [(&str, &str, bool); 17] = [
        ("*", "", true),
        ("*", "anything", true),
        ("", "", true),
        ("", "a", false),
        ("a", "a", true),
        ("a", "A", false),
        ("a*", "a", true),
        ("a*", "ba", false),
        ("*a", "a", true),
        ("*a", "ab", false),
        ("start*end", "startend", true),
        ("start*end", "start.mid.end", true),
        ("start*end", "0startend", false),
        ("start*end", "startend0", false),
        ("ab*ba", "aba", false),
        ("ab*ba", "abba", true),
        ("a*b*c", "ax*c", false),
    ];

    #[test]
    fn a_pattern_matches_whole_values_and_its_ends_do_not_overlap() {
        for (pattern, value, expected) in CASES {
            let found = Pattern::new(pattern).matches(value.as_bytes());
            assert_eq!(found, expected, "{pattern:?} against {value:?}");
        }
    }
}
