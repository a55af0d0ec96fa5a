//! Which requests get as far as which rule, decided by asking the engine about values that stand
//! for all.

use s3_cors::{CorsConfiguration, CorsPolicy, CorsRule, Pattern, RuleSet};

use crate::pattern::{self, Classes};

/// A valid configuration, compiled, and the values that stand for its entries.
pub(super) struct Reach<'c> {
    policy: CorsPolicy,
    rules: &'c [CorsRule],
    origins: Classes,
    headers: Classes,
}

impl<'c> Reach<'c> {
    /// `None` if the configuration is not valid.
    pub(super) fn of(configuration: &'c CorsConfiguration) -> Option<Self> {
        let policy = CorsPolicy::new(configuration).ok()?;
        let rules = configuration.cors_rules.as_slice();
        let origins = rules.iter().flat_map(|rule| &rule.allowed_origins);
        let headers = rules.iter().flat_map(|rule| &rule.allowed_headers);
        let headers: Vec<String> = headers.map(|entry| entry.to_ascii_lowercase()).collect();
        Some(Self {
            policy,
            rules,
            origins: pattern::of_origins(origins.map(String::as_str)),
            headers: pattern::of_headers(headers.iter().map(String::as_str)),
        })
    }

    /// The rules that allow an origin.
    pub(super) fn allowing_origin(&self, origin: &[u8]) -> RuleSet {
        self.policy.rules_allowing_origin(origin)
    }

    /// An origin that an entry matches, and as few others as can be; `None` if it matches none.
    pub(super) fn typical_origin(&self, entry: &str) -> Option<Vec<u8>> {
        let origin = self.origins.typical(&Pattern::new(entry));
        // An empty Origin counts as none.
        (!origin.is_empty()).then_some(origin)
    }

    /// The rules that have a method.
    pub(super) fn allowing_method(&self, method: &str) -> RuleSet {
        self.policy.rules_allowing_method(method.as_bytes())
    }

    /// The rules that allow every header a rule allows.
    fn allowing_headers_of(&self, rule: &CorsRule) -> RuleSet {
        let mut allowing = self.policy.all_rules();
        for entry in &rule.allowed_headers {
            let entry = entry.to_ascii_lowercase();
            if pattern::can_be_name(&entry) {
                let name = self.headers.typical(&Pattern::new(&entry));
                allowing &= self.policy.rules_allowing_header(&name);
            }
        }
        allowing
    }

    /// For each method of a rule, in its order, and each of its origins: the earlier rules that
    /// take all of it, whatever headers are asked for. Empty if something gets through.
    ///
    /// More requested headers only take rules out, so it is enough to look at requests that ask
    /// for all headers the rule allows.
    pub(super) fn taken(&self, index: usize) -> Taken {
        let Some(rule) = self.rules.get(index) else {
            return Taken::default();
        };
        let earlier = RuleSet::before(index) & self.allowing_headers_of(rule);
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

/// Which earlier rules take what a rule would match.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// For each method and each origin the rules that take it; `None` for an origin that matches
    /// nothing.
    by_method: Vec<Vec<Option<RuleSet>>>,
}

impl Taken {
    /// The first rules to take all of the rule, if they do.
    pub(super) fn rule(&self) -> Option<Vec<usize>> {
        takers(self.by_method.iter().flatten())
    }

    /// The first rules to take all requests with a method, if they do.
    pub(super) fn method(&self, method: usize) -> Option<Vec<usize>> {
        takers(self.by_method.get(method)?.iter())
    }

    /// The first rules to take all requests of an origin, if they do.
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
    // Where no origin matches anything, other findings say so.
    (!takers.is_empty()).then_some(takers)
}
