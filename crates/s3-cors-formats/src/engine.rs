//! The few places where the engine's types are made, so that the rest of the crate need not know
//! their shape.

use s3_cors::{CorsConfiguration, CorsPolicy, CorsRule, Decision, RequestParts};

/// The members of a rule, to make one of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct RuleParts {
    pub(crate) id: Option<String>,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) allowed_methods: Vec<String>,
    pub(crate) allowed_headers: Vec<String>,
    pub(crate) expose_headers: Vec<String>,
    pub(crate) max_age_seconds: Option<i64>,
}

impl From<&CorsRule> for RuleParts {
    fn from(rule: &CorsRule) -> Self {
        Self {
            id: rule.id.clone(),
            allowed_origins: rule.allowed_origins.clone(),
            allowed_methods: rule.allowed_methods.clone(),
            allowed_headers: rule.allowed_headers.clone(),
            expose_headers: rule.expose_headers.clone(),
            max_age_seconds: rule.max_age_seconds,
        }
    }
}

pub(crate) fn configuration(rules: impl IntoIterator<Item = RuleParts>) -> CorsConfiguration {
    CorsConfiguration::new(rules.into_iter().map(|parts| {
        let mut rule = CorsRule::new(parts.allowed_origins, parts.allowed_methods)
            .allowed_headers(parts.allowed_headers)
            .expose_headers(parts.expose_headers);
        rule.id = parts.id;
        rule.max_age_seconds = parts.max_age_seconds;
        rule
    }))
}

pub(crate) fn parts(configuration: &CorsConfiguration) -> Vec<RuleParts> {
    configuration
        .cors_rules
        .iter()
        .map(RuleParts::from)
        .collect()
}

/// The status, and the CORS headers in S3's order.
pub(crate) type Decided = (Option<u16>, Vec<(&'static str, String)>);

/// What S3 decides. No status is that of the ordinary response.
pub(crate) fn decide(policy: &CorsPolicy, method: &str, headers: &[(&str, &str)]) -> Decided {
    let headers: Vec<(&str, &[u8])> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()))
        .collect();
    let request = RequestParts::new(method, &headers);
    let lines = |headers: s3_cors::CorsHeaders<'_>| {
        let line = |(name, value): (&'static str, &[u8])| {
            (name, String::from_utf8_lossy(value).into_owned())
        };
        headers.iter().map(line).collect()
    };
    match policy.decide(&request) {
        Decision::NotCors | Decision::NotAllowed(_) => (None, Vec::new()),
        Decision::Allowed(headers) => (None, lines(headers)),
        Decision::Preflight(headers) => (Some(200), lines(headers)),
        Decision::Refused(refusal) => (Some(refusal.status()), Vec::new()),
    }
}
