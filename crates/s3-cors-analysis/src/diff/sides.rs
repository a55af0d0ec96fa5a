//! Two compiled configurations, and which of their rules allow a value.

use s3_cors::limits::SUPPORTED_METHODS;
use s3_cors::{CompiledRule, CorsPolicy, RuleSet};

use super::entries::Wanted;
use crate::tried::Tried;

/// Rules of both configurations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Both {
    pub(crate) before: RuleSet,
    pub(super) after: RuleSet,
}

/// The first rule of each configuration that allows a request.
pub(super) type FirstRules = (Option<usize>, Option<usize>);

impl Both {
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            before: self.before & other.before,
            after: self.after & other.after,
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self {
            before: self.before | other.before,
            after: self.after | other.after,
        }
    }

    pub(super) fn is_empty(self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// The first rule of each side.
    pub(super) fn first(self) -> FirstRules {
        (self.before.first(), self.after.first())
    }

    /// Whether each side contains the given rule, if one is given.
    pub(super) fn holds(self, (before, after): FirstRules) -> bool {
        let holds = |set: RuleSet, rule: Option<usize>| rule.is_none_or(|rule| set.contains(rule));
        holds(self.before, before) && holds(self.after, after)
    }
}

/// Both sides have the same rules of the app's own.
#[derive(Debug)]
pub(crate) struct Sides<'c> {
    pub(super) before: &'c Tried<'c>,
    pub(super) after: &'c Tried<'c>,
    /// For each rule before, the rules after that respond otherwise.
    unlike: Vec<RuleSet>,
}

impl<'c> Sides<'c> {
    pub(crate) fn new(before: &'c Tried<'c>, after: &'c Tried<'c>) -> Self {
        let unlike = (0..before.rules.len()).map(|rule| {
            let others = (0..after.rules.len()).filter(|other| {
                let pair = before.policy.rule(rule).zip(after.policy.rule(*other));
                pair.is_some_and(|(one, other)| !same_values(one, other))
            });
            others.collect()
        });
        Self {
            unlike: unlike.collect(),
            before,
            after,
        }
    }

    /// For each rule before, the rules after that respond otherwise and share a method with it.
    pub(super) fn wanted(&self) -> Wanted {
        let methods = self.allowing_each_method();
        let unlike = self.unlike.iter().enumerate();
        let wanted = unlike.map(|(rule, unlike)| {
            let shared = methods.iter().filter(|both| both.before.contains(rule));
            let shared = shared.fold(RuleSet::EMPTY, |all, both| all | both.after);
            *unlike & shared
        });
        wanted.collect()
    }

    /// For each rule before, the later rules after: every two rules of the same configuration, once.
    pub(super) fn every_two(&self) -> Wanted {
        let (before, after) = (self.before.rules.len(), self.after.rules.len());
        let later = (0..before).map(|rule| (rule + 1..after).collect());
        later.collect()
    }

    pub(super) fn all(&self) -> Both {
        self.each(CorsPolicy::all_rules)
    }

    pub(super) fn allowing_origin(&self, origin: &[u8]) -> Both {
        self.each(|policy| policy.rules_allowing_origin(origin))
    }

    /// For each method, the rules that allow it. Only the app's own rules can allow `PATCH`, and they
    /// are the same on both sides, so it shows no difference.
    pub(super) fn allowing_each_method(&self) -> [Both; 5] {
        SUPPORTED_METHODS
            .map(|method| self.each(|policy| policy.rules_allowing_method(method.as_bytes())))
    }

    pub(super) fn allowing_name(&self, name: &[u8]) -> Both {
        self.each(|policy| policy.rules_allowing_header(name))
    }

    fn each(&self, rules: impl Fn(&CorsPolicy) -> RuleSet) -> Both {
        Both {
            before: rules(&self.before.policy),
            after: rules(&self.after.policy),
        }
    }

    /// Whether two rules, or no rule, respond to the same request in the same way.
    pub(super) fn same_response(&self, (before, after): FirstRules) -> bool {
        match (before, after) {
            (None, None) => true,
            (Some(before), Some(after)) => {
                let unlike = self.unlike.get(before);
                unlike.is_none_or(|unlike| !unlike.contains(after))
            }
            _ => false,
        }
    }
}

fn same_values(one: &CompiledRule, other: &CompiledRule) -> bool {
    one.allows_any_origin() == other.allows_any_origin() && one.values() == other.values()
}
