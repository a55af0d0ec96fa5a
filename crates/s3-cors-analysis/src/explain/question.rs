//! The parts of a request that rules are checked against.

use s3_cors::limits::SUPPORTED_METHODS;
use s3_cors::{Asked, CorsRequest, Echo};

/// The parts of a request that rules are checked against, as [the engine reads it](Asked).
#[derive(Debug)]
pub(super) struct Question {
    pub(super) origin: Vec<u8>,
    /// Whether the origin was joined from several lines.
    pub(super) several_origins: bool,
    pub(super) is_options: bool,
    /// Whether the request has an `Access-Control-Request-Method`.
    pub(super) requests_method: bool,
    /// The method that S3 checks, if a rule can allow it.
    pub(super) method: Option<&'static str>,
    /// The method as sent, for messages.
    pub(super) method_text: Vec<u8>,
    /// The requested header names, each once, in order.
    pub(super) names: Vec<Vec<u8>>,
}

impl Question {
    /// `None` without an `Origin`.
    pub(super) fn of<R: CorsRequest>(request: &R) -> Option<Self> {
        let asked = Asked::of(request);
        let origin = asked.origin()?;
        let method = asked.method();
        let mut names: Vec<Vec<u8>> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for name in asked.requested_headers() {
            if seen.insert(name.to_ascii_lowercase()) {
                names.push(name.to_vec());
            }
        }
        Some(Self {
            origin: origin.as_bytes().to_vec(),
            several_origins: matches!(origin, Echo::Built(_)),
            is_options: asked.is_options(),
            requests_method: method.is_requested(),
            method: SUPPORTED_METHODS
                .into_iter()
                .find(|supported| supported.as_bytes() == method.as_bytes()),
            method_text: method.as_bytes().to_vec(),
            names,
        })
    }
}
