//! A set of rules in one machine word: S3 allows 100 rules, and 128 bits hold them.

use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign};

/// A set of rules of one policy, by their indexes, counted from 0.
///
/// [`CorsPolicy::rules_allowing_origin`] and its siblings each return one. S3 uses the first rule
/// that is in all of them.
///
/// ```
/// use s3_cors::CorsPolicy;
///
/// let policy = CorsPolicy::from_text(r#"[
///     {"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"]},
///     {"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "PUT"]}
/// ]"#)?;
/// let origin = policy.rules_allowing_origin(b"https://a.example");
/// let method = policy.rules_allowing_method(b"PUT");
/// assert_eq!(origin.iter().collect::<Vec<_>>(), [0, 1]);
/// assert_eq!((origin & method).first(), Some(1));
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
///
/// [`CorsPolicy::rules_allowing_origin`]: crate::CorsPolicy::rules_allowing_origin
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RuleSet(u128);

impl RuleSet {
    /// The empty set.
    pub const EMPTY: Self = Self(0);

    /// The number of rules a set can hold.
    pub const CAPACITY: usize = u128::BITS as usize;

    /// The set of one rule; empty if the index is not below [`CAPACITY`](Self::CAPACITY).
    #[must_use]
    pub const fn of(rule: usize) -> Self {
        if rule < Self::CAPACITY {
            Self(1 << rule)
        } else {
            Self::EMPTY
        }
    }

    /// The set of all rules before an index.
    ///
    /// ```
    /// use s3_cors::RuleSet;
    ///
    /// assert_eq!(RuleSet::before(2).iter().collect::<Vec<_>>(), [0, 1]);
    /// ```
    #[must_use]
    pub const fn before(rule: usize) -> Self {
        if rule < Self::CAPACITY {
            Self((1 << rule) - 1)
        } else {
            Self(u128::MAX)
        }
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The number of rules in the set.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether the set contains a rule.
    #[must_use]
    pub const fn contains(self, rule: usize) -> bool {
        Self::of(rule).0 & self.0 != 0
    }

    /// Whether another set contains all rules of this one.
    #[must_use]
    pub const fn is_subset_of(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The first rule, in the configuration's order.
    #[must_use]
    pub const fn first(self) -> Option<usize> {
        if self.is_empty() {
            None
        } else {
            Some(self.0.trailing_zeros() as usize)
        }
    }

    /// The rules, in the configuration's order.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let first = Self(left).first()?;
            left &= left - 1;
            Some(first)
        })
    }
}

impl FromIterator<usize> for RuleSet {
    fn from_iter<I: IntoIterator<Item = usize>>(rules: I) -> Self {
        let sets = rules.into_iter().map(Self::of);
        sets.fold(Self::EMPTY, |all, one| all | one)
    }
}

impl BitOr for RuleSet {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for RuleSet {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitAndAssign for RuleSet {
    fn bitand_assign(&mut self, other: Self) {
        self.0 &= other.0;
    }
}

impl BitOrAssign for RuleSet {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
