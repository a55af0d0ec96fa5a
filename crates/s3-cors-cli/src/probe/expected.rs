//! The response that the configuration requires, as the library decides it.

use std::collections::BTreeMap;

use s3_cors::{CorsPolicy, Decision, RequestParts};

use super::plan::Request;

/// The expected response, as far as CORS determines it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    /// The status, if CORS determines it.
    pub(crate) status: Option<u16>,
    /// The error code, if the request is refused.
    pub(crate) error_code: Option<&'static str>,
    /// `Access-Control-*` and `Vary`, names in lower case.
    pub(crate) headers: BTreeMap<String, Vec<u8>>,
    /// Why no rule allows the request, in words.
    pub(crate) reason: Option<String>,
}

impl Expected {
    pub(crate) fn of(policy: &CorsPolicy, request: &Request) -> Self {
        let headers: Vec<(&str, &[u8])> = request
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_bytes()))
            .collect();
        let request = RequestParts::new(request.method, &headers);
        let mut expected = Self {
            status: None,
            error_code: None,
            headers: BTreeMap::new(),
            reason: None,
        };
        match policy.decide(&request) {
            Decision::NotCors => expected.reason = Some("it has no Origin".into()),
            Decision::NotAllowed(reason) => expected.reason = Some(reason.to_string()),
            Decision::Allowed(headers) => expected.headers = owned(headers.iter()),
            Decision::Preflight(headers) => {
                expected.status = Some(200);
                expected.headers = owned(headers.iter());
            }
            Decision::Refused(refusal) => {
                expected.status = Some(refusal.status());
                expected.error_code = Some(refusal.code());
                expected.reason = Some(refusal.reason().to_string());
            }
        }
        expected
    }

    /// Whether the configuration allows the request.
    pub(crate) fn is_allowed(&self) -> bool {
        !self.headers.is_empty()
    }
}

fn owned<'a>(headers: impl Iterator<Item = (&'static str, &'a [u8])>) -> BTreeMap<String, Vec<u8>> {
    headers
        .map(|(name, value)| (name.to_owned(), value.to_vec()))
        .collect()
}
