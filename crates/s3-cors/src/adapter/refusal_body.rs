//! The body of a refusal.

use std::sync::OnceLock;

use super::{RequestId, host_id};
use crate::decision::{BODIES, Refusal, xml_end};

/// The length of a new [`RequestId`].
const ID: usize = 16;

/// The body of a refusal, of content type `application/xml`: [`Refusal::to_xml`] with these ids
/// and [`host_id`], as bytes.
///
/// The vector has no spare capacity, so that it becomes a framework's body without an allocation.
#[must_use]
pub fn refusal_body(refusal: &Refusal<'_>, request_id: &RequestId<'_>) -> Vec<u8> {
    static END: OnceLock<String> = OnceLock::new();
    let end = END.get_or_init(|| xml_end(host_id())).as_bytes();
    let id = request_id.as_bytes();
    match (refusal.body_index(), <&[u8; ID]>::try_from(id)) {
        (Some(index), Ok(id)) => with_id(prepared(refusal, index, end), id, end),
        _ => refusal.to_xml_bytes(id, end),
    }
}

/// A body ready but for its id. Most refusals have one of a few, and copying one costs half as much
/// as writing its parts one after the other.
#[inline]
fn prepared(refusal: &Refusal<'_>, index: usize, end: &[u8]) -> &'static [u8] {
    static PREPARED: [OnceLock<Vec<u8>>; BODIES] = [const { OnceLock::new() }; BODIES];
    let prepared = PREPARED.get(index);
    let write = || refusal.to_xml_bytes(&[b'0'; ID], end);
    prepared.map_or(&[], |prepared| prepared.get_or_init(write))
}

#[inline]
fn with_id(prepared: &[u8], id: &[u8; ID], end: &[u8]) -> Vec<u8> {
    let mut body = prepared.to_vec();
    let place = body.len().checked_sub(end.len());
    let place = place.and_then(|place| body.get_mut(..place)?.last_chunk_mut());
    if let Some(place) = place {
        *place = *id;
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CorsPolicy, Decision, RequestParts, ResourceType};

    #[test]
    fn copied_bodies_equal_those_written_for_the_request() {
        let rules = r#"[{"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"]}]"#;
        let policies = [
            CorsPolicy::without_bucket(),
            CorsPolicy::without_configuration(),
            CorsPolicy::from_text(rules).expect("it is valid"),
        ];
        let mut compared = 0;
        // Each body twice, once when it is prepared.
        for id in [
            "0123456789ABCDEF",
            "FEDCBA9876543210",
            "an-id-of-20-letters!",
            "1",
        ] {
            for method in [
                "", "GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH",
            ] {
                for (origin, resource) in [
                    (&b"https://a.example"[..], ResourceType::Bucket),
                    (b"https://b.example", ResourceType::Object),
                    (b"https://b.example", ResourceType::Bucket),
                    (b"", ResourceType::Object),
                ] {
                    for policy in &policies {
                        let headers: &[(&str, &[u8])] = &[
                            ("origin", origin),
                            ("access-control-request-method", method.as_bytes()),
                        ];
                        let request = RequestParts::new("OPTIONS", headers).resource_type(resource);
                        let Decision::Refused(refusal) = policy.decide(&request) else {
                            continue;
                        };
                        let id = RequestId::of(Some(id.as_bytes()));
                        let body = refusal_body(&refusal, &id);
                        let expected = refusal.to_xml(id.as_str(), host_id());
                        assert_eq!(body, expected.as_bytes());
                        assert_eq!(body.len(), body.capacity());
                        compared += 1;
                    }
                }
            }
        }
        assert!(compared > 300, "{compared} are compared");
    }
}
