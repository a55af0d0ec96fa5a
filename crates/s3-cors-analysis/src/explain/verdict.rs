//! Whether one rule allows a request.

use std::fmt;

use super::origin::{self, ClosestOrigin};
use super::question::Question;
use s3_cors::{CorsPolicy, CorsRule, Pattern, RuleSet};

use crate::tried::{RulePosition, Tried};

/// Whether one rule allows a request. S3 checks the origin, the method and the requested headers,
/// in this order, and the rule must allow all three. This type reports all three, even though S3
/// stops at the first failure.
///
/// Its `Display` form names every condition that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleVerdict {
    /// The rule.
    pub rule: RulePosition,
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
        /// The closest entry, if one resembles the origin.
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
        /// The method that S3 checks.
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

    /// The first condition that fails, in the order in which S3 checks them.
    #[must_use]
    pub fn failed(&self) -> Option<Condition> {
        self.failures().next()
    }

    /// Every condition that fails, in the order in which S3 checks them.
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

/// The verdict of each rule, from the engine.
pub(super) fn of_rules(tried: &Tried<'_>, question: &Question) -> Vec<RuleVerdict> {
    let policy = &tried.policy;
    let origins = policy.rules_allowing_origin(&question.origin);
    let methods = policy.rules_allowing_method(&question.method_text);
    let names: Vec<(&Vec<u8>, RuleSet)> = question
        .names
        .iter()
        .map(|name| (name, policy.rules_allowing_header(name)))
        .collect();
    let verdict = |(index, rule): (usize, &CorsRule)| RuleVerdict {
        rule: tried.position(index),
        origin: if origins.contains(index) {
            let matches = |entry: &String| Pattern::new(entry).matches(&question.origin);
            OriginVerdict::Allowed {
                entry: rule.allowed_origins.iter().position(matches).unwrap_or(0),
            }
        } else {
            OriginVerdict::NotAllowed {
                closest: origin::closest(&rule.allowed_origins, &question.origin),
            }
        },
        method: if methods.contains(index) {
            MethodVerdict::Allowed
        } else {
            MethodVerdict::NotAllowed {
                method: question.method_text.clone(),
            }
        },
        headers: match names.iter().find(|(_, allowing)| !allowing.contains(index)) {
            Some((first, _)) => HeadersVerdict::NotAllowed {
                first: (*first).clone(),
            },
            None => HeadersVerdict::Allowed,
        },
    };
    tried.rules.iter().enumerate().map(verdict).collect()
}

/// The names that a rule does not allow, given by its position in the policy.
pub(super) fn missing_names<'a>(
    policy: &'a CorsPolicy,
    rule: usize,
    question: &'a Question,
) -> impl Iterator<Item = &'a [u8]> {
    let names = question.names.iter().map(Vec::as_slice);
    names.filter(move |name| !policy.rules_allowing_header(name).contains(rule))
}
