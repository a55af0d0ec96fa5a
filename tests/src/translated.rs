//! What the engine decides, in the naive engine's terms.

use s3_cors::{
    CorsHeaders, CorsPolicy, Decision, NotAllowed, PlainRequest, RefusalReason, ResourceType,
};

use crate::naive::{Headers, Lacking, Refused, Request, Verdict};

/// What the engine decides, in the naive engine's terms.
#[must_use]
pub fn verdict(policy: &CorsPolicy, request: &Request) -> Verdict {
    let headers: Vec<(&str, &[u8])> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_slice()))
        .collect();
    let plain = PlainRequest {
        method: &request.method,
        resource_type: match request.is_bucket {
            true => ResourceType::Bucket,
            false => ResourceType::Object,
        },
        headers: &headers,
    };
    match policy.decide(&plain) {
        Decision::NotCors => Verdict::NotCors,
        Decision::NotAllowed(reason) => Verdict::NotAllowed(lacking(&reason)),
        Decision::Allowed(headers) => Verdict::Allowed(plain_headers(&headers)),
        Decision::Preflight(headers) => Verdict::Preflight(plain_headers(&headers)),
        Decision::Refused(refusal) => {
            let is_set = |wanted: &str| {
                let mut lines = headers
                    .iter()
                    .filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
                let first = lines.next();
                first.is_some_and(|(_, line)| !line.is_empty() || lines.next().is_some())
            };
            let is_preflight = is_set("origin") && is_set("access-control-request-method");
            assert_eq!(refusal.is_plain_options(), !is_preflight, "{request:?}");
            Verdict::Refused(Refused {
                status: refusal.status(),
                code: refusal.code(),
                message: refusal.message().into_owned(),
                method: refusal.method().map(Into::into),
                resource_type: refusal.resource_type().map(ResourceType::as_str),
                lacking: match refusal.reason() {
                    RefusalReason::NotAllowed { reason, .. } => Some(lacking(reason)),
                    _ => None,
                },
            })
        }
    }
}

fn lacking(reason: &NotAllowed<'_>) -> Lacking {
    match *reason {
        NotAllowed::NoBucket => Lacking::Bucket,
        NotAllowed::NoConfiguration => Lacking::Configuration,
        NotAllowed::Origin => Lacking::Origin,
        NotAllowed::Method => Lacking::Method,
        NotAllowed::Header(name) => Lacking::Header(name.to_ascii_lowercase()),
        ref unknown => panic!("{unknown:?}"),
    }
}

fn plain_headers(headers: &CorsHeaders<'_>) -> Headers {
    Headers {
        rule: headers.rule_index(),
        lines: headers
            .iter()
            .map(|(name, value)| (name, value.to_vec()))
            .collect(),
    }
}
