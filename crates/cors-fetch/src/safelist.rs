//! The safelists of Fetch: what needs no preflight.

use crate::plan::UnsafeHeader;
use crate::token::{is_token_byte, trimmed};

/// [Fetch, "CORS-safelisted method"](https://fetch.spec.whatwg.org/#cors-safelisted-method).
pub(crate) fn is_method(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "POST")
}

/// The maximum length of the values of all safelisted headers together, in bytes.
const MOST_IN_ALL: usize = 1024;
/// The maximum length of the value of a safelisted header, in bytes.
const MOST: usize = 128;

/// [Fetch, "CORS-unsafe request-header names"]: the names that a preflight asks for, sorted and
/// without duplicates, each with the reason. Names are in lower case.
///
/// [Fetch, "CORS-unsafe request-header names"]: https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names
pub(crate) fn unsafe_headers(headers: &[(String, Vec<u8>)]) -> Vec<(String, UnsafeHeader)> {
    let judged: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name, value.len(), unsafe_reason(name, value)))
        .collect();
    let safe = judged.iter().filter(|(_, _, reason)| reason.is_none());
    let in_all: usize = safe.map(|(_, length, _)| length).sum();
    let mut found: Vec<(String, UnsafeHeader)> = judged
        .into_iter()
        .filter_map(|(name, _, reason)| {
            let too_long = (in_all > MOST_IN_ALL).then_some(UnsafeHeader::TotalTooLong);
            Some((name.clone(), reason.or(too_long)?))
        })
        .collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found.dedup_by(|(one, _), (other, _)| one == other);
    found
}

/// [Fetch, "CORS-safelisted request-header"]: why a header is not one; `None` if it is.
///
/// [Fetch, "CORS-safelisted request-header"]: https://fetch.spec.whatwg.org/#cors-safelisted-request-header
fn unsafe_reason(name: &str, value: &[u8]) -> Option<UnsafeHeader> {
    let safe = match name {
        "accept" => !value.iter().any(is_unsafe_byte),
        "accept-language" | "content-language" => value.iter().all(is_language_byte),
        "content-type" => !value.iter().any(is_unsafe_byte) && is_simple_type(value),
        "range" => is_simple_range(value),
        _ => return Some(UnsafeHeader::Name),
    };
    if !safe {
        Some(UnsafeHeader::Value)
    } else if value.len() > MOST {
        Some(UnsafeHeader::TooLong)
    } else {
        None
    }
}

/// [Fetch, "no-CORS-safelisted request-header"]: a script cannot set `Range`.
///
/// [Fetch, "no-CORS-safelisted request-header"]: https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header
pub(crate) fn is_no_cors_header(name: &str, value: &[u8]) -> bool {
    name != "range" && unsafe_reason(name, value).is_none()
}

/// [Fetch, "CORS-unsafe request-header byte"].
///
/// [Fetch, "CORS-unsafe request-header byte"]: https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte
fn is_unsafe_byte(byte: &u8) -> bool {
    matches!(byte, 0..=8 | 10..=0x1f | 0x7f)
        || matches!(
            byte,
            b'"' | b'('
                | b')'
                | b':'
                | b'<'
                | b'>'
                | b'?'
                | b'@'
                | b'['
                | b'\\'
                | b']'
                | b'{'
                | b'}'
        )
}

fn is_language_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'*' | b',' | b'-' | b'.' | b';' | b'=')
}

/// Whether the essence of a MIME type is one that forms send.
///
/// Source: [MIME Sniffing, "parse a MIME type"](https://mimesniff.spec.whatwg.org/#parsing-a-mime-type).
fn is_simple_type(value: &[u8]) -> bool {
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default();
    let essence = trimmed(essence).to_ascii_lowercase();
    matches!(
        essence.as_slice(),
        b"application/x-www-form-urlencoded" | b"multipart/form-data" | b"text/plain"
    )
}

/// Whether a value is a single range with a start and without white space.
///
/// Source: [Fetch, "parse a single range header value"](https://fetch.spec.whatwg.org/#simple-range-header-value).
fn is_simple_range(value: &[u8]) -> bool {
    let parsed = || {
        let value = std::str::from_utf8(value).ok()?;
        let (unit, range) = value.split_once('=')?;
        let (start, end) = range.split_once('-')?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if unit != "bytes" {
            return None;
        }
        let fits = !start.is_empty() && digits(start) && digits(end);
        let ordered = end.is_empty() || is_no_greater(start, end);
        (fits && ordered).then_some(())
    };
    parsed().is_some()
}

/// Compares decimal numbers of any length.
fn is_no_greater(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim_start_matches('0'), other.trim_start_matches('0'));
    (one.len(), one) <= (other.len(), other)
}

/// Whether scripts can read a response header without its being exposed. The name is in lower case.
///
/// Source: [Fetch, "CORS-safelisted response-header name"](https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name).
///
/// ```
/// use cors_fetch::is_safelisted_response_header;
///
/// assert!(is_safelisted_response_header("content-type"));
/// assert!(!is_safelisted_response_header("etag"));
/// ```
#[must_use]
pub fn is_safelisted_response_header(name: &str) -> bool {
    matches!(
        name,
        "cache-control"
            | "content-language"
            | "content-length"
            | "content-type"
            | "expires"
            | "last-modified"
            | "pragma"
    )
}

/// Whether scripts can never read a response header, even if it is exposed. The name is in lower case.
///
/// Source: [Fetch, "forbidden response-header name"](https://fetch.spec.whatwg.org/#forbidden-response-header-name).
///
/// ```
/// use cors_fetch::is_forbidden_response_header;
///
/// assert!(is_forbidden_response_header("set-cookie"));
/// ```
#[must_use]
pub fn is_forbidden_response_header(name: &str) -> bool {
    matches!(name, "set-cookie" | "set-cookie2")
}

/// [Fetch, "extract header list values"]: a list of tokens, with empty elements skipped; `None` if
/// an element is not a token.
///
/// [Fetch, "extract header list values"]: https://fetch.spec.whatwg.org/#extract-header-list-values
pub(crate) fn tokens(list: &[u8]) -> Option<Vec<&[u8]>> {
    let elements = list.split(|byte| *byte == b',').map(trimmed);
    elements
        .filter(|element| !element.is_empty())
        .map(|element| {
            let is_token = element.iter().copied().all(is_token_byte);
            is_token.then_some(element)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::unsafe_reason;
    use crate::UnsafeHeader as Unsafe;

    const LONG: [u8; 129] = [b'a'; 129];

    /// A header, and why it needs a preflight.
    const HEADERS: [(&str, &[u8], Option<Unsafe>); 40] = [
        ("accept", b"*/*", None),
        ("accept", b"a\tb", None),
        ("accept", b"a:b", Some(Unsafe::Value)),
        ("accept", b"a\"b", Some(Unsafe::Value)),
        ("accept", b"\x7f", Some(Unsafe::Value)),
        ("accept", b"\xff", None),
        ("accept", b"", None),
        ("accept", LONG.split_at(128).0, None),
        ("accept", &LONG, Some(Unsafe::TooLong)),
        ("accept-language", b"en-US,en;q=0.5", None),
        ("accept-language", b"*", None),
        ("accept-language", b"en_US", Some(Unsafe::Value)),
        ("accept-language", b"en/US", Some(Unsafe::Value)),
        ("content-language", b"de", None),
        ("content-language", b"\xff", Some(Unsafe::Value)),
        ("content-type", b"text/plain", None),
        ("content-type", b"TEXT/Plain;charset=UTF-8", None),
        ("content-type", b"text/plain ; a", None),
        ("content-type", b"multipart/form-data; boundary=x", None),
        ("content-type", b"application/x-www-form-urlencoded", None),
        ("content-type", b"application/json", Some(Unsafe::Value)),
        (
            "content-type",
            b"text/plain; charset=\"utf-8\"",
            Some(Unsafe::Value),
        ),
        (
            "content-type",
            b"text/plain, text/plain",
            Some(Unsafe::Value),
        ),
        ("content-type", b"", Some(Unsafe::Value)),
        ("content-type", b"text/html", Some(Unsafe::Value)),
        ("range", b"bytes=0-", None),
        ("range", b"bytes=0-99", None),
        ("range", b"bytes=5-5", None),
        ("range", b"bytes=05-5", None),
        ("range", b"bytes=6-5", Some(Unsafe::Value)),
        ("range", b"bytes=-5", Some(Unsafe::Value)),
        ("range", b"bytes=0-1,3-4", Some(Unsafe::Value)),
        ("range", b"bytes= 0-1", Some(Unsafe::Value)),
        ("range", b"bytes = 0-1", Some(Unsafe::Value)),
        ("range", b"lines=0-1", Some(Unsafe::Value)),
        ("range", b"bytes=a-1", Some(Unsafe::Value)),
        ("range", b"", Some(Unsafe::Value)),
        ("authorization", b"Bearer x", Some(Unsafe::Name)),
        ("x-amz-acl", b"private", Some(Unsafe::Name)),
        ("cache-control", b"no-cache", Some(Unsafe::Name)),
    ];

    #[test]
    fn a_header_is_safelisted_by_name_value_and_length() {
        for (name, value, expected) in HEADERS {
            assert_eq!(
                unsafe_reason(name, value),
                expected,
                "{name}: {}",
                value.escape_ascii()
            );
        }
    }
}
