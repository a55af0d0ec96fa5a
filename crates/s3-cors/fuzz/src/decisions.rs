//! The engine's decisions in the naive reading's terms.

use s3_cors::{
    CorsHeaders, CorsPolicy, Decision, NotAllowed, PlainRequest, RefusalReason, ResourceType,
};

use crate::naive::{self, Bucket, Headers, Lacking, Refused, Request, Verdict};

/// Panics unless the policy decides the request just as the naive reading of the same bucket's
/// rules does.
///
/// # Panics
///
/// If the two differ in anything.
pub fn assert_decided_naively(policy: &CorsPolicy, bucket: Bucket<'_>, request: &Request) {
    let expected = naive::decide(bucket, request);
    assert_eq!(
        verdict(policy, request),
        expected,
        "engine and naive reading differ on {request:?}"
    );
}

fn verdict(policy: &CorsPolicy, request: &Request) -> Verdict {
    let headers: Vec<(&str, &[u8])> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_slice()))
        .collect();
    let plain = PlainRequest {
        method: &request.method,
        resource_type: if request.is_bucket {
            ResourceType::Bucket
        } else {
            ResourceType::Object
        },
        headers: &headers,
    };
    match policy.decide(&plain) {
        Decision::NotCors => Verdict::NotCors,
        Decision::NotAllowed(reason) => Verdict::NotAllowed(lacking(reason)),
        Decision::Allowed(headers) => Verdict::Allowed(lines_of(&headers)),
        Decision::Preflight(headers) => Verdict::Preflight(lines_of(&headers)),
        Decision::Refused(refusal) => {
            // The naive reading has no word for it, but it follows from the request alone.
            let is_preflight = has_value(&headers, "origin")
                && has_value(&headers, "access-control-request-method");
            assert_eq!(refusal.is_plain_options(), !is_preflight, "{request:?}");
            let refused = Refused {
                status: refusal.status(),
                code: refusal.code(),
                message: refusal.message().into_owned(),
                method: refusal.method().map(Into::into),
                resource_type: refusal.resource_type().map(ResourceType::as_str),
                lacking: match refusal.reason() {
                    RefusalReason::NotAllowed { reason, .. } => Some(lacking(*reason)),
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

fn lacking(reason: NotAllowed<'_>) -> Lacking {
    match reason {
        NotAllowed::NoBucket => Lacking::Bucket,
        NotAllowed::NoConfiguration => Lacking::Configuration,
        NotAllowed::Origin => Lacking::Origin,
        NotAllowed::Method => Lacking::Method,
        // The engine names it as it was sent, the naive reading in lower case.
        NotAllowed::Header(name) => Lacking::Header(name.to_ascii_lowercase()),
        unknown => panic!("{unknown:?} is new to the fuzz targets"),
    }
}

fn lines_of(headers: &CorsHeaders<'_>) -> Headers {
    Headers {
        rule: headers.rule_index(),
        lines: headers
            .iter()
            .map(|(name, value)| (name, value.to_vec()))
            .collect(),
    }
}
