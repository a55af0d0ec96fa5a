//! A decision that outlives its request.

use std::fmt;

use s3_cors::{Decision, Mismatch, RefusalReason};

use crate::tried::{RulePosition, Tried};

/// What S3 does with a request: a [`Decision`] that does not borrow from it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// No `Origin`, and not `OPTIONS`: the ordinary response, without CORS headers and `Vary`.
    NotCors,
    /// An actual request that a rule allows: the ordinary response with CORS headers.
    Allowed {
        /// The rule.
        rule: RulePosition,
    },
    /// A preflight that a rule allows: status 200 and CORS headers.
    Preflight {
        /// The rule.
        rule: RulePosition,
    },
    /// An actual request that no rule allows: the ordinary response without CORS headers.
    NotAllowed {
        /// Why.
        mismatch: Mismatch<'static>,
    },
    /// A preflight that S3 refuses.
    Refused {
        /// The HTTP status: 400 or 403.
        status: u16,
        /// S3's error code.
        code: &'static str,
        /// S3's error text.
        message: String,
        /// Why. S3's response does not say.
        reason: RefusalReason<'static>,
    },
}

impl Outcome {
    pub(super) fn of<V: AsRef<[u8]> + ?Sized>(
        decision: &Decision<'_, V>,
        tried: &Tried<'_>,
    ) -> Self {
        match decision {
            Decision::NotCors => Self::NotCors,
            Decision::Allowed(headers) => Self::Allowed {
                rule: tried.position(headers.rule_index()),
            },
            Decision::Preflight(headers) => Self::Preflight {
                rule: tried.position(headers.rule_index()),
            },
            Decision::NotAllowed(mismatch) => Self::NotAllowed {
                mismatch: mismatch.clone().into_owned(),
            },
            Decision::Refused(refusal) => Self::Refused {
                status: refusal.status(),
                code: refusal.code(),
                message: refusal.message().into_owned(),
                reason: refusal.reason().clone().into_owned(),
            },
        }
    }

    /// Whether a rule allows the request.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.rule().is_some()
    }

    /// The rule that allows the request.
    #[must_use]
    pub fn rule(&self) -> Option<RulePosition> {
        match self {
            Self::Allowed { rule } | Self::Preflight { rule } => Some(*rule),
            Self::NotCors | Self::NotAllowed { .. } | Self::Refused { .. } => None,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCors => {
                f.write_str("not a CORS request: ordinary response without CORS headers")
            }
            Self::Allowed { rule } => {
                write!(f, "allowed by {rule}: ordinary response with CORS headers")
            }
            Self::Preflight { rule } => write!(f, "allowed by {rule}: 200"),
            Self::NotAllowed { mismatch } => {
                write!(
                    f,
                    "not allowed: ordinary response without CORS headers; {mismatch}"
                )
            }
            Self::Refused {
                status,
                code,
                reason,
                ..
            } => write!(f, "refused with {status} {code}: {reason}"),
        }
    }
}

/// The headers of a decision, if it has any.
pub(super) fn headers<V: AsRef<[u8]> + ?Sized>(
    decision: &Decision<'_, V>,
) -> Vec<(&'static str, Vec<u8>)> {
    match decision {
        Decision::Allowed(headers) | Decision::Preflight(headers) => headers
            .iter()
            .map(|(name, value)| (name, value.to_vec()))
            .collect(),
        Decision::NotCors | Decision::NotAllowed(_) | Decision::Refused(_) => Vec::new(),
    }
}
