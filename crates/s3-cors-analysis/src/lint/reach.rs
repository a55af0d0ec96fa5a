//! Which requests reach which rule, found by asking the engine about values that represent all
//! others.

use s3_cors::{AppRules, CorsConfiguration, CorsPolicy, CorsRule, Pattern, RuleSet};

use crate::pattern::{self, Classes};
use crate::tried::as_generous;

/// A valid configuration, compiled, and the values that represent its entries.
pub(super) struct Reach<'c> {
    policy: CorsPolicy,
    rules: &'c [CorsRule],
    origins: Classes,
    /// For each rule, the rules that allow every list of headers that it allows.
    as_generous: Vec<RuleSet>,
}

impl<'c> Reach<'c> {
    /// `None` if the configuration is not valid.
    pub(super) fn of(configuration: &'c CorsConfiguration) -> Option<Self> {
        let policy = CorsPolicy::new(configuration).ok()?;
        Some(Self::by(policy, &configuration.cors_rules))
    }

    /// `None` if the rules are not valid.
    pub(super) fn of_app(app: &'c AppRules) -> Option<Self> {
        let policy = CorsPolicy::with_app_rules(None, app).ok()?;
        Some(Self::by(policy, app.rules()))
    }

    fn by(policy: CorsPolicy, rules: &'c [CorsRule]) -> Self {
        let origins = rules.iter().flat_map(|rule| &rule.allowed_origins);
        Self {
            as_generous: as_generous(&policy, rules),
            policy,
            rules,
            origins: pattern::of_origins(origins.map(String::as_str)),
        }
    }

    /// The rules that allow an origin.
    pub(super) fn allowing_origin(&self, origin: &[u8]) -> RuleSet {
        self.policy.rules_allowing_origin(origin)
    }

    /// An origin that the entry matches and that as few other entries as possible match; `None` if
    /// the entry matches no origin.
    pub(super) fn typical_origin(&self, entry: &str) -> Option<Vec<u8>> {
        let origin = self.origins.typical(&Pattern::new(entry));
        // An empty Origin counts as absent.
        (!origin.is_empty()).then_some(origin)
    }

    /// The rules that allow a method.
    pub(super) fn allowing_method(&self, method: &str) -> RuleSet {
        self.policy.rules_allowing_method(method.as_bytes())
    }

    /// For each method and each origin of a rule: the earlier rules that match all its requests,
    /// whatever headers are requested. Empty if some requests reach the rule.
    pub(super) fn taken(&self, index: usize) -> Taken {
        let Some(rule) = self.rules.get(index) else {
            return Taken::default();
        };
        let as_generous = self.as_generous.get(index).copied().unwrap_or_default();
        let earlier = RuleSet::before(index) & as_generous;
        let origins: Vec<Option<RuleSet>> = rule
            .allowed_origins
            .iter()
            .map(|entry| Some(self.allowing_origin(&self.typical_origin(entry)?)))
            .collect();
        let by_method = rule.allowed_methods.iter().map(|method| {
            let earlier = earlier & self.allowing_method(method);
            let taking = origins.iter().map(|origin| Some((*origin)? & earlier));
            taking.collect()
        });
        Taken {
            by_method: by_method.collect(),
        }
    }
}

/// The earlier rules that match what a rule would match.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// For each method and each origin, the rules that match it first; `None` for an entry that
    /// matches no origin.
    by_method: Vec<Vec<Option<RuleSet>>>,
}

impl Taken {
    /// The earlier rules that match every request of the rule, if they do.
    pub(super) fn rule(&self) -> Option<Vec<usize>> {
        takers(self.by_method.iter().flatten())
    }

    /// The earlier rules that match every request with a method, if they do.
    pub(super) fn method(&self, method: usize) -> Option<Vec<usize>> {
        takers(self.by_method.get(method)?.iter())
    }

    /// The earlier rules that match every request from an origin, if they do.
    pub(super) fn origin(&self, origin: usize) -> Option<Vec<usize>> {
        takers(self.by_method.iter().filter_map(|by| by.get(origin)))
    }
}

fn takers<'a>(sets: impl Iterator<Item = &'a Option<RuleSet>>) -> Option<Vec<usize>> {
    let mut takers = Vec::new();
    for set in sets.flatten() {
        takers.push(set.first()?);
    }
    takers.sort_unstable();
    takers.dedup();
    // If the entries match no origin at all, other findings report it.
    (!takers.is_empty()).then_some(takers)
}
