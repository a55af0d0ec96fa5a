//! All rules of a policy, and which of them allow what.

use super::compiled_rule::CompiledRule;
use super::rule_index::{CaseInsensitive, CaseSensitive, RuleIndex};
use super::rule_set::RuleSet;
use crate::configuration::CorsRule;
use crate::limits::SUPPORTED_METHODS;

/// All rules, and which of them allow what.
#[derive(Debug)]
pub(crate) struct Rules {
    origins: RuleIndex<CaseSensitive>,
    /// In the order of [`SUPPORTED_METHODS`].
    methods: [RuleSet; SUPPORTED_METHODS.len()],
    headers: RuleIndex<CaseInsensitive>,
    all: RuleSet,
    rules: Box<[CompiledRule]>,
}

impl Rules {
    pub(super) fn new(rules: &[CorsRule]) -> Self {
        fn entries<'a>(
            rules: &'a [CorsRule],
            list: impl Fn(&'a CorsRule) -> &'a [String],
        ) -> impl Iterator<Item = (usize, &'a str)> {
            rules.iter().enumerate().flat_map(move |(index, rule)| {
                list(rule).iter().map(move |entry| (index, entry.as_str()))
            })
        }
        let methods = SUPPORTED_METHODS.map(|method| {
            entries(rules, |rule| &rule.allowed_methods)
                .filter(|(_, entry)| *entry == method)
                .map(|(index, _)| index)
                .collect()
        });
        Self {
            origins: RuleIndex::new(entries(rules, |rule| &rule.allowed_origins)),
            methods,
            headers: RuleIndex::new(entries(rules, |rule| &rule.allowed_headers)),
            all: (0..rules.len()).collect(),
            rules: rules.iter().map(CompiledRule::new).collect(),
        }
    }

    /// All rules.
    pub(crate) const fn all(&self) -> RuleSet {
        self.all
    }

    /// How many rules there are.
    pub(super) fn len(&self) -> usize {
        self.rules.len()
    }

    /// Narrows `candidates` to the rules that allow an origin (F3).
    #[inline]
    pub(crate) fn allowing_origin(&self, candidates: RuleSet, origin: &[u8]) -> RuleSet {
        self.origins.rules_allowing(origin, candidates)
    }

    /// Narrows `candidates` to the rules that allow a method (F17).
    #[inline]
    pub(crate) fn allowing_method(&self, candidates: RuleSet, method: &[u8]) -> RuleSet {
        SUPPORTED_METHODS
            .into_iter()
            .zip(&self.methods)
            .find(|(supported, _)| supported.as_bytes() == method)
            .map_or(RuleSet::EMPTY, |(_, allowing)| *allowing & candidates)
    }

    /// Narrows `candidates` to the rules that allow a requested header (F20).
    #[inline]
    pub(crate) fn allowing_header(&self, candidates: RuleSet, name: &[u8]) -> RuleSet {
        self.headers.rules_allowing(name, candidates)
    }

    /// The rule at a position.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&CompiledRule> {
        self.rules.get(index)
    }
}
