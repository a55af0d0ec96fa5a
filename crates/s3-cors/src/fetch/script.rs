//! What the browser makes of the method and the headers that a script sets, before anything is
//! sent.

use super::safelist;
use super::{Failure, Fetch, Mode};
use crate::check::is_token_byte;

/// The headers that go out, names in lower case, and the names of those dropped.
pub(super) struct Headers {
    pub(super) sent: Vec<(String, Vec<u8>)>,
    pub(super) ignored: Vec<String>,
}

/// [Fetch, "methods"]: some are never sent, and six are put into upper case.
///
/// [Fetch, "methods"]: https://fetch.spec.whatwg.org/#methods
pub(super) fn method(fetch: &Fetch) -> Result<String, Failure> {
    let method = &fetch.method;
    if method.is_empty() || !method.bytes().all(is_token_byte) {
        let method = method.clone();
        return Err(Failure::InvalidMethod { method });
    }
    let is = |known: &&&str| method.eq_ignore_ascii_case(known);
    if FORBIDDEN_METHODS.iter().find(is).is_some() {
        let method = method.clone();
        return Err(Failure::ForbiddenMethod { method });
    }
    let normalized = NORMALIZED_METHODS.iter().find(is);
    let method = normalized.map_or_else(|| method.clone(), |known| (*known).to_owned());
    if fetch.mode == Mode::NoCors && !safelist::is_method(&method) {
        return Err(Failure::NoCorsMethod { method });
    }
    Ok(method)
}

const FORBIDDEN_METHODS: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];
const NORMALIZED_METHODS: [&str; 6] = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];

/// [Fetch, "Headers class"]: what is no header throws, and what a script must not set is dropped
/// silently; without CORS all is that is not safelisted.
///
/// [Fetch, "Headers class"]: https://fetch.spec.whatwg.org/#headers-class
pub(super) fn headers(fetch: &Fetch) -> Result<Headers, Failure> {
    let mut headers = Headers {
        sent: Vec::new(),
        ignored: Vec::new(),
    };
    for (name, value) in &fetch.headers {
        let value = trimmed(value);
        if name.is_empty() || !name.bytes().all(is_token_byte) {
            let name = name.clone();
            return Err(Failure::InvalidHeaderName { name });
        }
        if value.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n')) {
            let name = name.clone();
            return Err(Failure::InvalidHeaderValue { name });
        }
        let name = name.to_ascii_lowercase();
        let dropped = is_forbidden(&name, value)
            || (fetch.mode == Mode::NoCors && !safelist::is_no_cors_header(&name, value));
        if dropped {
            headers.ignored.push(name);
        } else {
            headers.sent.push((name, value.to_vec()));
        }
    }
    Ok(headers)
}

/// [Fetch, "normalize"](https://fetch.spec.whatwg.org/#concept-header-value-normalize).
fn trimmed(mut value: &[u8]) -> &[u8] {
    while let [b'\t' | b'\n' | b'\r' | b' ', rest @ ..] = value {
        value = rest;
    }
    while let [rest @ .., b'\t' | b'\n' | b'\r' | b' '] = value {
        value = rest;
    }
    value
}

/// [Fetch, "forbidden request-header"](https://fetch.spec.whatwg.org/#forbidden-request-header).
fn is_forbidden(name: &str, value: &[u8]) -> bool {
    const NAMES: [&str; 21] = [
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    ];
    const OVERRIDES: [&str; 3] = [
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
    ];
    let mut values = value.split(|byte| *byte == b',').map(trimmed);
    NAMES.contains(&name)
        || name.starts_with("proxy-")
        || name.starts_with("sec-")
        || (OVERRIDES.contains(&name)
            && values.any(|value| {
                let is = |known: &&str| value.eq_ignore_ascii_case(known.as_bytes());
                FORBIDDEN_METHODS.iter().any(is)
            }))
}
