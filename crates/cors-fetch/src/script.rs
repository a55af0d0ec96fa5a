//! How the browser checks and normalizes the method and headers set by a script.

use crate::safelist;
use crate::token::{is_token, trimmed};
use crate::{Failure, Fetch, Mode};

/// The headers that are sent, names in lower case, and the names of the dropped ones.
pub(crate) struct Headers {
    pub(crate) sent: Vec<(String, Vec<u8>)>,
    pub(crate) ignored: Vec<String>,
}

/// [Fetch, "methods"]: some are forbidden, and six are normalized to upper case.
///
/// [Fetch, "methods"]: https://fetch.spec.whatwg.org/#methods
pub(crate) fn method(fetch: &Fetch) -> Result<String, Failure> {
    let method = &fetch.method;
    if !is_token(method) {
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

/// [Fetch, "Headers class"]: invalid headers throw, and forbidden headers are silently dropped; in
/// mode `no-cors`, so are all headers that are not safelisted.
///
/// [Fetch, "Headers class"]: https://fetch.spec.whatwg.org/#headers-class
pub(crate) fn headers(fetch: &Fetch) -> Result<Headers, Failure> {
    let mut headers = Headers {
        sent: Vec::new(),
        ignored: Vec::new(),
    };
    for (name, value) in &fetch.headers {
        let Some(value) = value.as_deref().map(trimmed) else {
            let name = name.clone();
            return Err(Failure::HeaderValueNotLatin1 { name });
        };
        if !is_token(name) {
            let name = name.clone();
            return Err(Failure::InvalidHeaderName { name });
        }
        if value.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n')) {
            let name = name.clone();
            return Err(Failure::InvalidHeaderValue { name });
        }
        let name = name.to_ascii_lowercase();
        let dropped = is_forbidden(&name, value)
            || (fetch.mode == Mode::NoCors && !fits_without_cors(&headers.sent, &name, value));
        if dropped {
            headers.ignored.push(name);
        } else {
            headers.sent.push((name, value.to_vec()));
        }
    }
    Ok(headers)
}

/// [Fetch, "append" to a `Headers` object](https://fetch.spec.whatwg.org/#concept-headers-append),
/// step 3: the values that the header already has count as well.
fn fits_without_cors(sent: &[(String, Vec<u8>)], name: &str, value: &[u8]) -> bool {
    let before = sent.iter().filter(|(other, _)| other == name);
    let values = before.map(|(_, value)| value.as_slice()).chain([value]);
    let together = values.collect::<Vec<_>>().join(&b", "[..]);
    safelist::is_no_cors_header(name, &together)
}

/// Whether scripts cannot set a header, whatever its value. The name is in lower case.
///
/// Source: [Fetch, "forbidden request-header"](https://fetch.spec.whatwg.org/#forbidden-request-header).
///
/// ```
/// use cors_fetch::is_forbidden_header;
///
/// assert!(is_forbidden_header("cookie") && is_forbidden_header("sec-fetch-mode"));
/// assert!(!is_forbidden_header("authorization"));
/// ```
#[must_use]
pub fn is_forbidden_header(name: &str) -> bool {
    is_forbidden(name, b"")
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
    let mut values = elements(value).map(trimmed);
    NAMES.contains(&name)
        || name.starts_with("proxy-")
        || name.starts_with("sec-")
        || (OVERRIDES.contains(&name)
            && values.any(|value| {
                let is = |known: &&str| value.eq_ignore_ascii_case(known.as_bytes());
                FORBIDDEN_METHODS.iter().any(is)
            }))
}

/// [Fetch, "get, decode, and split"]: commas in quotes do not separate.
///
/// [Fetch, "get, decode, and split"]: https://fetch.spec.whatwg.org/#header-value-get-decode-and-split
fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    value.split(move |byte| {
        let literal = escaped;
        escaped = quoted && !literal && *byte == b'\\';
        if *byte == b'"' && !literal {
            quoted = !quoted;
        }
        *byte == b',' && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::headers;
    use crate::{Fetch, Mode};

    fn names_sent(mode: Mode, lines: &[(&str, &str)]) -> Vec<String> {
        let fetch = Fetch::new("https://a.example", "https://b.example").unwrap();
        let fetch = lines.iter().fold(fetch.mode(mode), |fetch, (name, value)| {
            fetch.header(name, *value)
        });
        let sent = headers(&fetch).unwrap().sent;
        sent.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn without_cors_the_values_of_a_name_count_together() {
        let long = "a".repeat(100);
        let lines = [
            ("Accept", "a"),
            ("Accept", "b"),
            ("Accept", &long),
            ("Accept", &long),
        ];
        assert_eq!(names_sent(Mode::NoCors, &lines), ["accept"; 3]);
        assert_eq!(names_sent(Mode::Cors, &lines), ["accept"; 4]);
        let types = [
            ("Content-Type", "text/plain"),
            ("Content-Type", "text/plain"),
        ];
        assert_eq!(names_sent(Mode::NoCors, &types), ["content-type"]);
    }

    /// Values of `X-HTTP-Method`, and whether the browser drops them.
    const OVERRIDES: [(&str, bool); 8] = [
        ("trace", true),
        ("a,\tTrack , b", true),
        ("CONNECT", true),
        ("traces", false),
        ("trace x", false),
        ("\"trace\"", false),
        ("\"a,trace,b\"", false),
        ("\"a\\\",trace,b\", trace", true),
    ];

    #[test]
    fn an_override_with_a_forbidden_method_is_dropped_unless_it_is_in_quotes() {
        for (value, dropped) in OVERRIDES {
            let sent = names_sent(Mode::Cors, &[("X-HTTP-Method", value)]);
            assert_eq!(sent.is_empty(), dropped, "{value}");
        }
    }
}
