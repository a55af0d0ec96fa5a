//! What one rule says of a request.

use std::fmt;

use super::asked::Asked;
use super::origin::{self, ClosestOrigin};
use crate::configuration::{CorsConfiguration, CorsRule};
use crate::pattern::Pattern;
use crate::policy::CorsPolicy;
use crate::requested_headers::EchoOfNames;

/// What one rule says of a request: S3 asks for its origin, its method and its requested headers,
/// in this order, and a rule must allow all three. Here all three are answered even where S3 asks
/// no further.
///
/// Its `Display` form names every condition that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleVerdict {
    /// The rule, counted from 0.
    pub rule: usize,
    /// Whether the rule allows the origin.
    pub origin: OriginVerdict,
    /// Whether the rule allows the method.
    pub method: MethodVerdict,
    /// Whether the rule allows the requested headers.
    pub headers: HeadersVerdict,
}

/// What a rule can fail to allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Condition {
    /// The origin.
    Origin,
    /// The method.
    Method,
    /// A requested header.
    Headers,
}

/// Whether a rule allows an origin.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OriginVerdict {
    /// It does.
    Allowed {
        /// The first entry of `AllowedOrigins` that matches, counted from 0.
        entry: usize,
    },
    /// It does not.
    NotAllowed {
        /// The entry that comes closest, if one resembles the origin.
        closest: Option<ClosestOrigin>,
    },
}

/// Whether a rule allows a method.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MethodVerdict {
    /// It does.
    Allowed,
    /// It does not.
    NotAllowed {
        /// The method S3 judges the request by.
        method: Vec<u8>,
    },
}

/// Whether a rule allows the requested headers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeadersVerdict {
    /// It does, or there are none.
    Allowed,
    /// It does not.
    NotAllowed {
        /// The first requested name that no entry of `AllowedHeaders` matches.
        first: Vec<u8>,
    },
}

impl RuleVerdict {
    /// Whether the rule allows the request.
    #[must_use]
    pub fn allows(&self) -> bool {
        self.failed().is_none()
    }

    /// The first condition that fails, in the order in which S3 asks.
    #[must_use]
    pub fn failed(&self) -> Option<Condition> {
        self.failures().next()
    }

    /// Every condition that fails, in the order in which S3 asks.
    pub fn failures(&self) -> impl Iterator<Item = Condition> {
        [
            (
                Condition::Origin,
                matches!(self.origin, OriginVerdict::NotAllowed { .. }),
            ),
            (
                Condition::Method,
                matches!(self.method, MethodVerdict::NotAllowed { .. }),
            ),
            (
                Condition::Headers,
                matches!(self.headers, HeadersVerdict::NotAllowed { .. }),
            ),
        ]
        .into_iter()
        .filter_map(|(condition, fails)| fails.then_some(condition))
    }
}

impl fmt::Display for RuleVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        if let OriginVerdict::NotAllowed { closest } = &self.origin {
            words.push("no AllowedOrigin matches".to_owned());
            words.extend(closest.as_ref().map(ToString::to_string));
        }
        if let MethodVerdict::NotAllowed { method } = &self.method {
            words.push(format!(
                "{} is not in AllowedMethods",
                method.escape_ascii()
            ));
        }
        if let HeadersVerdict::NotAllowed { first } = &self.headers {
            words.push(format!(
                "no AllowedHeader matches \"{}\"",
                first.escape_ascii()
            ));
        }
        if words.is_empty() {
            words.push("allows it".to_owned());
        }
        f.write_str(&words.join("; "))
    }
}

/// What each rule says of what is asked: the engine's answer for a policy of this rule alone.
pub(super) fn of_rules(configuration: &CorsConfiguration, asked: &Asked) -> Vec<RuleVerdict> {
    let rules = configuration.cors_rules.iter().enumerate();
    rules
        .filter_map(|(index, rule)| of_rule(index, rule, asked))
        .collect()
}

fn of_rule(index: usize, rule: &CorsRule, asked: &Asked) -> Option<RuleVerdict> {
    let policy = alone(rule)?;
    let rules = policy.rules().ok()?;
    let all = rules.all();
    let origin = if !rules.allowing_origin(&asked.origin).is_empty() {
        let matches = |entry: &String| Pattern::new(entry).matches(&asked.origin);
        OriginVerdict::Allowed {
            entry: rule.allowed_origins.iter().position(matches).unwrap_or(0),
        }
    } else {
        OriginVerdict::NotAllowed {
            closest: origin::closest(&rule.allowed_origins, &asked.origin),
        }
    };
    let method = match asked.method {
        Some(method) if rules.allowing_method(all, method.as_bytes()).is_ok() => {
            MethodVerdict::Allowed
        }
        _ => MethodVerdict::NotAllowed {
            method: asked.method_text.clone(),
        },
    };
    let missing = asked.names.iter().find(|name| {
        rules
            .allowing_headers(all, name, &mut EchoOfNames::default())
            .is_err()
    });
    let headers = match missing {
        Some(first) => HeadersVerdict::NotAllowed {
            first: first.clone(),
        },
        None => HeadersVerdict::Allowed,
    };
    Some(RuleVerdict {
        rule: index,
        origin,
        method,
        headers,
    })
}

/// The names that a rule does not allow.
pub(super) fn missing_names<'a>(rule: &CorsRule, asked: &'a Asked) -> Vec<&'a [u8]> {
    let policy = alone(rule);
    let Some(rules) = policy.as_ref().and_then(|policy| policy.rules().ok()) else {
        return Vec::new();
    };
    let names = asked.names.iter().map(Vec::as_slice);
    names
        .filter(|name| {
            rules
                .allowing_headers(rules.all(), name, &mut EchoOfNames::default())
                .is_err()
        })
        .collect()
}

fn alone(rule: &CorsRule) -> Option<CorsPolicy> {
    let config = CorsConfiguration {
        cors_rules: vec![rule.clone()],
    };
    CorsPolicy::new(&config).ok()
}
