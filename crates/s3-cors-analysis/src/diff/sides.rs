//! Two compiled configurations, and which of their rules allow a value.

use std::collections::BTreeMap;

use s3_cors::{
    CompiledRule, ConfigError, CorsConfiguration, CorsPolicy, CorsRule, Pattern, RuleSet,
};

use crate::pattern::Relations;

/// Rules of both configurations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Both {
    pub(crate) before: RuleSet,
    pub(crate) after: RuleSet,
}

/// The first rule of each configuration that allows a request.
pub(crate) type FirstRules = (Option<usize>, Option<usize>);

impl Both {
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            before: self.before & other.before,
            after: self.after & other.after,
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// The first rule of each side.
    pub(crate) fn first(self) -> FirstRules {
        (self.before.first(), self.after.first())
    }

    /// Whether each side contains the given rule, if one is given.
    pub(crate) fn holds(self, (before, after): FirstRules) -> bool {
        let holds = |set: RuleSet, rule: Option<usize>| rule.is_none_or(|rule| set.contains(rule));
        holds(self.before, before) && holds(self.after, after)
    }
}

#[derive(Debug)]
pub(crate) struct Sides<'c> {
    pub(crate) before: CorsPolicy,
    pub(crate) after: CorsPolicy,
    pub(crate) rules_before: &'c [CorsRule],
    pub(crate) rules_after: &'c [CorsRule],
}

impl<'c> Sides<'c> {
    pub(crate) fn new(
        before: &'c CorsConfiguration,
        after: &'c CorsConfiguration,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            before: CorsPolicy::new(before)?,
            after: CorsPolicy::new(after)?,
            rules_before: &before.cors_rules,
            rules_after: &after.cors_rules,
        })
    }

    pub(crate) fn all(&self) -> Both {
        self.each(CorsPolicy::all_rules)
    }

    pub(crate) fn allowing_origin(&self, origin: &[u8]) -> Both {
        self.each(|policy| policy.rules_allowing_origin(origin))
    }

    pub(crate) fn allowing_method(&self, method: &str) -> Both {
        self.each(|policy| policy.rules_allowing_method(method.as_bytes()))
    }

    pub(crate) fn allowing_name(&self, name: &[u8]) -> Both {
        self.each(|policy| policy.rules_allowing_header(name))
    }

    fn each(&self, rules: impl Fn(&CorsPolicy) -> RuleSet) -> Both {
        Both {
            before: rules(&self.before),
            after: rules(&self.after),
        }
    }

    /// Whether two rules, or no rule, respond to the same request in the same way.
    pub(crate) fn same_response(&self, (before, after): FirstRules) -> bool {
        match (before, after) {
            (None, None) => true,
            (Some(before), Some(after)) => {
                let same_values = |one: &CompiledRule, other: &CompiledRule| {
                    one.allows_any_origin() == other.allows_any_origin()
                        && one.values() == other.values()
                };
                let (one, other) = (self.before.rule(before), self.after.rule(after));
                one.zip(other)
                    .is_some_and(|(one, other)| same_values(one, other))
            }
            _ => false,
        }
    }
}

/// The pairs of wildcards, one from each list, that have values in common although neither contains
/// the other.
pub(crate) fn crossing<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let mut by_prefix: BTreeMap<&[u8], Vec<(&'a str, Pattern<'a>)>> = BTreeMap::new();
    for &entry in after {
        let pattern = Pattern::new(entry);
        if pattern.suffix().is_some() {
            let group = by_prefix.entry(pattern.prefix()).or_default();
            group.push((entry, pattern));
        }
    }
    let mut pairs = Vec::new();
    for &entry in before {
        let pattern = Pattern::new(entry);
        if pattern.suffix().is_none() {
            continue;
        }
        let longer = by_prefix
            .range(pattern.prefix()..)
            .take_while(|(prefix, _)| prefix.starts_with(pattern.prefix()))
            .map(|(_, group)| group);
        let shorter = (0..pattern.prefix().len())
            .filter_map(|length| by_prefix.get(pattern.prefix().get(..length)?));
        for (other_entry, other) in longer.chain(shorter).flatten() {
            let nested = pattern.contains(other) || other.contains(&pattern);
            if !nested && pattern.meets(other) {
                pairs.push((entry, *other_entry));
            }
        }
    }
    pairs
}
