//! What operators see of decisions: events for metrics, and a policy that is tried beside the one
//! in force.

use std::fmt;
use std::sync::Arc;

use super::{PolicyOfRequest, PolicyProvider, RequestHead};
use crate::decision::{CorsHeaders, Decision, Refusal, RefusalReason};
use crate::policy::{Mismatch, ResponseHeader};
use crate::request::CorsRequest;

/// What was decided about a request, in words that metrics can count by: each is one of a few, and
/// nothing in it is the request's own text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecisionEvent {
    /// What was decided.
    pub outcome: DecisionOutcome,
    /// Why it was not allowed; `None` if it was, or if it is no CORS request.
    pub reason: Option<DecisionReason>,
    /// The rule that allows it, counted from 0; `None` if none does.
    pub rule_index: Option<usize>,
    /// Whether that rule is [the app's own](crate::AppRules).
    pub is_app_rule: bool,
    /// The version of the rules; `None` for a policy that stays.
    pub policy_version: Option<u64>,
}

/// What was decided about a request: the cases of [`Decision`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecisionOutcome {
    /// No `Origin`, and not `OPTIONS`.
    NotCors,
    /// An actual request that gets CORS headers.
    Allowed,
    /// An actual request that gets none.
    NotAllowed,
    /// A preflight that is allowed.
    PreflightAllowed,
    /// An `OPTIONS` that is refused, or forwarded if it is no preflight and the adapter is told so.
    PreflightRefused,
}

/// Why a request was not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecisionReason {
    /// An `OPTIONS` without `Origin`.
    NoOrigin,
    /// A preflight for a method that S3 does not know.
    UnknownMethod,
    /// There is no bucket.
    NoBucket,
    /// The bucket has no CORS configuration.
    NoConfiguration,
    /// No rule allows the origin.
    Origin,
    /// No rule that allows the origin allows the method.
    Method,
    /// No rule that allows the origin and the method allows all headers.
    Header,
}

impl DecisionOutcome {
    /// The outcome as a label: `not_cors`, `allowed`, `not_allowed`, `preflight_allowed` or
    /// `preflight_refused`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotCors => "not_cors",
            Self::Allowed => "allowed",
            Self::NotAllowed => "not_allowed",
            Self::PreflightAllowed => "preflight_allowed",
            Self::PreflightRefused => "preflight_refused",
        }
    }
}

impl DecisionReason {
    /// The reason as a label: `no_origin`, `unknown_method`, `no_bucket`, `no_configuration`,
    /// `origin`, `method` or `header`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoOrigin => "no_origin",
            Self::UnknownMethod => "unknown_method",
            Self::NoBucket => "no_bucket",
            Self::NoConfiguration => "no_configuration",
            Self::Origin => "origin",
            Self::Method => "method",
            Self::Header => "header",
        }
    }

    fn of(mismatch: &Mismatch<'_>) -> Self {
        match mismatch {
            Mismatch::NoBucket => Self::NoBucket,
            Mismatch::NoConfiguration => Self::NoConfiguration,
            Mismatch::Origin => Self::Origin,
            Mismatch::Method => Self::Method,
            Mismatch::Header(_) => Self::Header,
        }
    }

    fn of_refusal(refusal: &Refusal<'_>) -> Self {
        match refusal.reason() {
            RefusalReason::NoOrigin => Self::NoOrigin,
            RefusalReason::UnknownMethod(_) => Self::UnknownMethod,
            RefusalReason::NotAllowed { mismatch, .. } => Self::of(mismatch),
        }
    }
}

impl DecisionEvent {
    fn of<V: AsRef<[u8]> + ?Sized>(
        policy: &PolicyOfRequest<'_>,
        decision: &Decision<'_, V>,
    ) -> Self {
        let allowed = |headers: &CorsHeaders<'_, V>| Some(headers.rule_index());
        let (outcome, reason, rule_index) = match decision {
            Decision::NotCors => (DecisionOutcome::NotCors, None, None),
            Decision::Allowed(headers) => (DecisionOutcome::Allowed, None, allowed(headers)),
            Decision::Preflight(headers) => {
                (DecisionOutcome::PreflightAllowed, None, allowed(headers))
            }
            Decision::NotAllowed(mismatch) => {
                let reason = DecisionReason::of(mismatch);
                (DecisionOutcome::NotAllowed, Some(reason), None)
            }
            Decision::Refused(refusal) => {
                let reason = DecisionReason::of_refusal(refusal);
                (DecisionOutcome::PreflightRefused, Some(reason), None)
            }
        };
        Self {
            outcome,
            reason,
            rule_index,
            is_app_rule: rule_index.is_some_and(|index| policy.is_app_rule(index)),
            policy_version: policy.version(),
        }
    }
}

/// A request that a [shadow policy](Observer::shadow) would treat otherwise than the policy in
/// force.
///
/// Its `Display` form says how, in one line of few variants.
#[non_exhaustive]
pub struct ShadowDifference<'a> {
    /// The request.
    pub request: &'a dyn RequestHead,
    /// What was decided.
    pub in_force: DecisionEvent,
    /// What the shadow policy would have decided.
    pub shadow: DecisionEvent,
    /// How the response would differ.
    pub kind: ShadowKind,
}

/// How a response would differ.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShadowKind {
    /// Only the shadow policy allows the request.
    Gains,
    /// Only the policy in force allows the request.
    Loses,
    /// Both allow it, and these headers differ.
    Headers(Vec<&'static str>),
    /// Both refuse it, with another error.
    Error,
}

impl ShadowKind {
    /// The kind as a label: `gains`, `loses`, `headers` or `error`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Gains => "gains",
            Self::Loses => "loses",
            Self::Headers(_) => "headers",
            Self::Error => "error",
        }
    }

    /// How two decisions about one request differ; `None` if the responses are the same.
    fn of<V: AsRef<[u8]> + ?Sized>(
        in_force: &Decision<'_, V>,
        shadow: &Decision<'_, V>,
    ) -> Option<Self> {
        match (headers_of(in_force), headers_of(shadow)) {
            (None, Some(_)) => Some(Self::Gains),
            (Some(_), None) => Some(Self::Loses),
            (Some(in_force), Some(shadow)) => {
                let differing = differing(in_force, shadow);
                (!differing.is_empty()).then_some(Self::Headers(differing))
            }
            (None, None) => match (in_force, shadow) {
                (Decision::Refused(one), Decision::Refused(other)) => {
                    let error = |refusal: &Refusal<'_>| (refusal.status(), refusal.code());
                    let same = error(one) == error(other)
                        && one.resource_type() == other.resource_type()
                        && one.message() == other.message();
                    (!same).then_some(Self::Error)
                }
                _ => None,
            },
        }
    }
}

fn headers_of<'d, 'a, V: ?Sized>(decision: &'d Decision<'a, V>) -> Option<&'d CorsHeaders<'a, V>> {
    match decision {
        Decision::Allowed(headers) | Decision::Preflight(headers) => Some(headers),
        _ => None,
    }
}

/// The names of the headers that only one of two responses has, or that differ.
fn differing<V: AsRef<[u8]> + ?Sized>(
    one: &CorsHeaders<'_, V>,
    other: &CorsHeaders<'_, V>,
) -> Vec<&'static str> {
    if one.iter().eq(other.iter()) {
        return Vec::new();
    }
    let value = |headers: &CorsHeaders<'_, V>, name| {
        let mut lines = headers.iter();
        let found = lines.find(|(known, _)| *known == name);
        found.map(|(_, value)| value.to_vec())
    };
    let names = ResponseHeader::ALL.map(ResponseHeader::name);
    let differs = |name: &&'static str| value(one, *name) != value(other, *name);
    names.into_iter().filter(differs).collect()
}

impl fmt::Display for ShadowDifference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let because = |f: &mut fmt::Formatter<'_>, event: &DecisionEvent| match event.reason {
            Some(reason) => write!(f, " ({})", reason.as_str()),
            None => Ok(()),
        };
        match &self.kind {
            ShadowKind::Gains => {
                f.write_str("not allowed")?;
                because(f, &self.in_force)?;
                f.write_str(", would be allowed")
            }
            ShadowKind::Loses => {
                f.write_str("allowed, would not be")?;
                because(f, &self.shadow)
            }
            ShadowKind::Headers(names) => {
                write!(f, "allowed, would get other headers: {}", names.join(", "))
            }
            ShadowKind::Error => {
                f.write_str("refused")?;
                because(f, &self.in_force)?;
                f.write_str(", would be with another error")?;
                because(f, &self.shadow)
            }
        }
    }
}

impl fmt::Debug for ShadowDifference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShadowDifference")
            .field("in_force", &self.in_force)
            .field("shadow", &self.shadow)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Who looks on while requests are decided, without a say in it.
#[derive(Clone, Default)]
pub struct Observer {
    on_decision: Option<Arc<OnDecision>>,
    shadow: Option<(PolicyProvider, Arc<OnDifference>)>,
}

type OnDecision = dyn Fn(&DecisionEvent) + Send + Sync;
type OnDifference = dyn Fn(&ShadowDifference<'_>) + Send + Sync;

impl Observer {
    /// Calls a function for every decision.
    pub fn on_decision(&mut self, call: impl Fn(&DecisionEvent) + Send + Sync + 'static) {
        self.on_decision = Some(Arc::new(call));
    }

    /// Has a second policy decide every request, too, and calls a function for each to which the
    /// response would be another. What is sent stays the same.
    pub fn shadow(
        &mut self,
        policy: impl Into<PolicyProvider>,
        call: impl Fn(&ShadowDifference<'_>) + Send + Sync + 'static,
    ) {
        self.shadow = Some((policy.into(), Arc::new(call)));
    }

    /// Tells of a decision.
    #[inline(never)]
    pub fn see<R: CorsRequest + RequestHead>(
        &self,
        request: &R,
        policy: &PolicyOfRequest<'_>,
        decision: &Decision<'_, R::HeaderValue>,
    ) {
        let event = DecisionEvent::of(policy, decision);
        if let Some(call) = &self.on_decision {
            call(&event);
        }
        let Some((provider, call)) = &self.shadow else {
            return;
        };
        // What the shadow does not select is none of its business.
        let Some(shadow) = provider.select(request) else {
            return;
        };
        let would_be = shadow.decide(request);
        if let Some(kind) = ShadowKind::of(decision, &would_be) {
            call(&ShadowDifference {
                request,
                in_force: event,
                shadow: DecisionEvent::of(&shadow, &would_be),
                kind,
            });
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer")
            .field("on_decision", &self.on_decision.is_some())
            .field("shadow", &self.shadow.as_ref().map(|(policy, _)| policy))
            .finish()
    }
}
