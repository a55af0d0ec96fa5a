//! The rules of a policy, and which of them allow an origin, a method or a header.

use super::compiled_rule::CompiledRule;
use super::rule_index::{CaseInsensitive, CaseSensitive, RuleIndex};
use super::rule_set::RuleSet;
use crate::configuration::CorsRule;
use crate::limits::APP_METHODS;

/// The rules of a policy, and which of them allow an origin, a method or a header.
#[derive(Debug)]
pub(crate) struct Rules {
    origins: RuleIndex<CaseSensitive>,
    /// In the order of [`APP_METHODS`].
    methods: [RuleSet; APP_METHODS.len()],
    headers: RuleIndex<CaseInsensitive>,
    all: RuleSet,
    rules: Box<[CompiledRule]>,
    /// How many of them are the bucket's. Those of the app's own come after.
    of_bucket: usize,
}

impl Rules {
    pub(super) fn new(of_bucket: &[CorsRule], of_app: &[CorsRule]) -> Self {
        let rules: Vec<&CorsRule> = of_bucket.iter().chain(of_app).collect();
        let mut methods = [RuleSet::EMPTY; APP_METHODS.len()];
        for (index, rule) in rules.iter().enumerate() {
            for (method, allowing) in APP_METHODS.iter().zip(&mut methods) {
                if rule.allowed_methods.iter().any(|entry| entry == method) {
                    *allowing |= RuleSet::of(index);
                }
            }
        }
        Self {
            origins: RuleIndex::new(&rules, |rule| &rule.allowed_origins),
            methods,
            headers: RuleIndex::new(&rules, |rule| &rule.allowed_headers),
            all: (0..rules.len()).collect(),
            rules: rules.iter().map(|rule| CompiledRule::new(rule)).collect(),
            of_bucket: of_bucket.len(),
        }
    }

    /// All rules.
    pub(crate) const fn all(&self) -> RuleSet {
        self.all
    }

    /// The number of rules.
    pub(super) fn len(&self) -> usize {
        self.rules.len()
    }

    /// How many rules are the bucket's. They come first.
    pub(super) fn of_bucket(&self) -> usize {
        self.of_bucket
    }

    /// Narrows `candidates` to the rules that allow `origin` (F3, D14).
    #[inline]
    pub(crate) fn allowing_origin(&self, candidates: RuleSet, origin: &[u8]) -> RuleSet {
        self.origins.rules_allowing(origin, candidates)
    }

    /// Narrows `candidates` to the rules that allow `method` (F17, D3).
    #[inline]
    pub(crate) fn allowing_method(&self, candidates: RuleSet, method: &[u8]) -> RuleSet {
        APP_METHODS
            .into_iter()
            .zip(&self.methods)
            .find(|(supported, _)| supported.as_bytes() == method)
            .map_or(RuleSet::EMPTY, |(_, allowing)| *allowing & candidates)
    }

    /// Narrows `candidates` to the rules that allow the requested header `name` (F20).
    #[inline]
    pub(crate) fn allowing_header(&self, candidates: RuleSet, name: &[u8]) -> RuleSet {
        self.headers.rules_allowing(name, candidates)
    }

    /// The rule at an index.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&CompiledRule> {
        self.rules.get(index)
    }
}
