//! A set of rules in one machine word: S3 allows 100 rules, and 128 bits hold them.

use std::ops::{BitAnd, BitAndAssign, BitOrAssign};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct RuleSet(u128);

impl RuleSet {
    pub(crate) const EMPTY: Self = Self(0);

    pub(crate) const fn of(rule: usize) -> Self {
        Self(1 << rule)
    }

    /// The rules before one.
    #[cfg(any(feature = "lint", feature = "difference"))]
    pub(crate) const fn before(rule: usize) -> Self {
        Self((1 << rule) - 1)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn is_subset_of(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    #[cfg(feature = "difference")]
    pub(crate) const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// All rules of the set in the configuration's order.
    #[cfg(feature = "difference")]
    pub(crate) fn iter(self) -> impl Iterator<Item = usize> {
        (0..128).filter(move |rule| self.0 >> rule & 1 == 1)
    }

    /// The first rule of the set in the configuration's order.
    pub(crate) const fn first(self) -> Option<usize> {
        if self.is_empty() {
            None
        } else {
            Some(self.0.trailing_zeros() as usize)
        }
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
