//! What a request asks for, found out by asking the engine.

use crate::check::SUPPORTED_METHODS;
use crate::configuration::{CorsConfiguration, CorsRule};
use crate::decide::value;
use crate::decision::Decision;
use crate::policy::CorsPolicy;
use crate::request::{CorsRequest, RequestHeader};
use crate::requested_headers;

/// What the rules are asked about a request.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) origin: Vec<u8>,
    /// How many lines the origin was put together from.
    pub(super) origin_lines: usize,
    /// The method S3 judges the request by, if it is one that a rule can have.
    pub(super) method: Option<&'static str>,
    /// The method as the request has it, for messages.
    pub(super) method_text: Vec<u8>,
    /// The requested header names, each once, in order.
    pub(super) names: Vec<Vec<u8>>,
}

impl Asked {
    /// `None` without an `Origin`.
    pub(super) fn of<R: CorsRequest>(request: &R) -> Option<Self> {
        let origin = value(request.header_lines(RequestHeader::Origin))?;
        let asked = value(request.header_lines(RequestHeader::AccessControlRequestMethod));
        let method_text = match &asked {
            Some(method) => method.as_bytes(),
            None => request.method().as_bytes(),
        };
        let mut names: Vec<Vec<u8>> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for line in request.header_lines(RequestHeader::AccessControlRequestHeaders) {
            for name in requested_headers::names(line.as_ref()) {
                if seen.insert(name.to_ascii_lowercase()) {
                    names.push(name.to_vec());
                }
            }
        }
        Some(Self {
            origin: origin.as_bytes().to_vec(),
            origin_lines: request.header_lines(RequestHeader::Origin).count(),
            method: SUPPORTED_METHODS
                .into_iter()
                .find(|method| is_judged_by(request, method)),
            method_text: method_text.to_vec(),
            names,
        })
    }
}

/// Whether a rule that has only this method, but takes any origin and header, allows the request.
fn is_judged_by<R: CorsRequest>(request: &R, method: &str) -> bool {
    let rule = CorsRule {
        allowed_origins: vec!["*".into()],
        allowed_methods: vec![method.into()],
        allowed_headers: vec!["*".into()],
        ..CorsRule::default()
    };
    let config = CorsConfiguration {
        cors_rules: vec![rule],
    };
    CorsPolicy::new(&config).is_ok_and(|policy| {
        matches!(
            policy.decide(request),
            Decision::Allowed(_) | Decision::Preflight(_)
        )
    })
}
