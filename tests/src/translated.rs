//! What the engine decides, in the naive engine's terms.

use s3_cors::{
    CorsHeaders, CorsPolicy, Decision, Mismatch, RefusalReason, RequestParts, ResourceType,
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
    let resource_type = match request.is_bucket {
        true => ResourceType::Bucket,
        false => ResourceType::Object,
    };
    let plain = RequestParts::new(&request.method, &headers).resource_type(resource_type);
    match policy.decide(&plain) {
        Decision::NotCors => Verdict::NotCors,
        Decision::NotAllowed(mismatch) => Verdict::NotAllowed(lacking(&mismatch)),
        Decision::Allowed(headers) => Verdict::Allowed(plain_headers(&headers)),
        Decision::Preflight(headers) => Verdict::Preflight(plain_headers(&headers)),
        Decision::Refused(refusal) => {
            // The naive reading has no word for it, but it follows from the request alone.
            let is_preflight = has_value(&headers, "origin")
                && has_value(&headers, "access-control-request-method");
            assert_eq!(refusal.is_preflight(), is_preflight, "{request:?}");
            let refused = Refused {
                status: refusal.status(),
                code: refusal.code(),
                message: refusal.message().into_owned(),
                method: refusal.method().map(Into::into),
                resource_type: refusal.resource_type().map(ResourceType::as_str),
                lacking: match refusal.reason() {
                    RefusalReason::NotAllowed { mismatch, .. } => Some(lacking(mismatch)),
                    _ => None,
                },
            };
            assert_eq!(refusal.to_xml("id", "host"), xml_of(&refused));
            Verdict::Refused(refused)
        }
    }
}

fn xml_of(refused: &Refused) -> String {
    let elements = [
        ("Code", Some(refused.code)),
        ("Message", Some(refused.message.as_str())),
        ("Method", refused.method.as_deref()),
        ("ResourceType", refused.resource_type),
        ("RequestId", Some("id")),
        ("HostId", Some("host")),
    ];
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>".to_owned();
    for (name, value) in elements {
        if let Some(value) = value {
            // No XML can hold most of the control characters.
            let held = |c: char| c >= ' ' || matches!(c, '\t' | '\n' | '\r');
            let value = value
                .replace(
                    |c| !held(c) || matches!(c, '\u{fffe}' | '\u{ffff}'),
                    "\u{fffd}",
                )
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('\r', "&#13;");
            xml += &format!("<{name}>{value}</{name}>");
        }
    }
    xml + "</Error>"
}

/// Whether a header is there and not empty; two empty lines are a value, `, `.
fn has_value(headers: &[(&str, &[u8])], name: &str) -> bool {
    let mut lines = headers
        .iter()
        .filter(|(known, _)| known.eq_ignore_ascii_case(name));
    lines
        .next()
        .is_some_and(|(_, first)| !first.is_empty() || lines.next().is_some())
}

fn lacking(mismatch: &Mismatch<'_>) -> Lacking {
    match mismatch {
        Mismatch::NoBucket => Lacking::Bucket,
        Mismatch::NoConfiguration => Lacking::Configuration,
        Mismatch::Origin => Lacking::Origin,
        Mismatch::Method => Lacking::Method,
        Mismatch::Header(name) => Lacking::Header(name.to_ascii_lowercase()),
        unknown => panic!("{unknown:?}"),
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
