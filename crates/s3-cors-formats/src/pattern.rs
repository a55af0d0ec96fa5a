//! Entries with at most one `*` as sets of values: which contain which, and which meet.

/// A literal, or what stands before and after a `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    prefix: String,
    suffix: Option<String>,
}

impl Pattern {
    /// Compared as it stands, as origins are.
    pub(crate) fn of_origin(entry: &str) -> Self {
        Self::new(entry.to_owned())
    }

    /// Compared without case, as header names are.
    pub(crate) fn of_header(entry: &str) -> Self {
        Self::new(entry.to_ascii_lowercase())
    }

    fn new(mut entry: String) -> Self {
        let suffix = entry.find('*').map(|at| {
            let suffix = entry.get(at + 1..).unwrap_or_default().to_owned();
            entry.truncate(at);
            suffix
        });
        Self {
            prefix: entry,
            suffix,
        }
    }

    pub(crate) fn matches(&self, value: &str) -> bool {
        match &self.suffix {
            None => self.prefix == value,
            Some(suffix) => value
                .strip_prefix(self.prefix.as_str())
                .is_some_and(|rest| rest.ends_with(suffix.as_str())),
        }
    }

    /// Whether it matches all that another one does.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        match (&self.suffix, &other.suffix) {
            (_, None) => self.matches(&other.prefix),
            (None, Some(_)) => false,
            (Some(suffix), Some(others)) => {
                other.prefix.starts_with(self.prefix.as_str()) && others.ends_with(suffix.as_str())
            }
        }
    }

    /// Whether some value matches both.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        match (&self.suffix, &other.suffix) {
            (None, _) => other.matches(&self.prefix),
            (_, None) => self.matches(&other.prefix),
            (Some(suffix), Some(others)) => {
                let either = |a: &str, b: &str| a.starts_with(b) || b.starts_with(a);
                either(&self.prefix, &other.prefix)
                    && (suffix.ends_with(others.as_str()) || others.ends_with(suffix.as_str()))
            }
        }
    }
}

/// Whether every value that matches an entry of the second list matches one of the first; never
/// wrong when it says so.
pub(crate) fn all_within(
    wider: &[String],
    narrower: &[String],
    pattern: fn(&str) -> Pattern,
) -> bool {
    let wider: Vec<Pattern> = wider.iter().map(|entry| pattern(entry)).collect();
    narrower.iter().all(|entry| {
        let entry = pattern(entry);
        wider.iter().any(|wide| wide.contains(&entry))
    })
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn patterns_meet_where_some_value_matches_both() {
        for (one, other, meets, contains) in [
            ("*", "a", true, true),
            ("a*", "*b", true, false),
            ("a*", "b*", false, false),
            ("a*c", "ab*c", true, true),
            ("ab*ba", "aba", false, false),
            ("a", "a", true, true),
            ("a", "a*", true, false),
        ] {
            let (one_p, other_p) = (Pattern::of_origin(one), Pattern::of_origin(other));
            assert_eq!(one_p.meets(&other_p), meets, "{one} meets {other}");
            assert_eq!(other_p.meets(&one_p), meets, "{other} meets {one}");
            assert_eq!(one_p.contains(&other_p), contains, "{one} contains {other}");
        }
    }
}
