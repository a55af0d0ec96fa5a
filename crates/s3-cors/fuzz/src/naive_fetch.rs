//! A naive reading of the Fetch standard: whether a script can read a response of another origin.

use crate::corpus::Rule;
use crate::naive::{self, Bucket, Request, Verdict};

/// A call of `fetch()`.
#[derive(Debug)]
pub struct Call<'c> {
    /// The page's origin.
    pub origin: &'c str,
    /// The method as the script writes it.
    pub method: &'c str,
    /// The headers as the script writes them.
    pub headers: Vec<(String, Vec<u8>)>,
    /// Whether credentials are included.
    pub include: bool,
}

/// A response.
#[derive(Debug)]
pub struct Responded {
    /// Its status.
    pub status: u16,
    /// Its header lines.
    pub headers: Vec<(String, Vec<u8>)>,
}

/// What a browser sends for a call: method, headers in lower case, and the names that need a
/// preflight.
struct Sent {
    method: String,
    headers: Vec<(String, Vec<u8>)>,
    asked: Vec<String>,
    needs_preflight: bool,
}

/// Whether the script can read the response.
#[must_use]
pub fn is_readable(
    call: &Call<'_>,
    preflight: Option<&Responded>,
    response: Option<&Responded>,
) -> bool {
    let Some(sent) = sent(call) else { return false };
    let passes = !sent.needs_preflight
        || preflight.is_some_and(|response| passes_preflight(call, &sent, response));
    passes && response.is_some_and(|response| passes_check(call, response))
}

/// Whether the script can read the response of a bucket with these rules.
#[must_use]
pub fn from_bucket(call: &Call<'_>, rules: &[Rule]) -> bool {
    let Some(sent) = sent(call) else { return false };
    let origin = ("origin".to_owned(), call.origin.as_bytes().to_vec());
    let ask = |method: &str, headers: Vec<(String, Vec<u8>)>| {
        let request = Request {
            method: method.to_owned(),
            is_bucket: false,
            headers,
        };
        let headers = |headers: naive::Headers| {
            let lines = headers.lines.into_iter();
            lines
                .map(|(name, value)| (name.to_owned(), value))
                .collect()
        };
        match naive::decide(Bucket::WithRules(rules), &request) {
            Verdict::NotCors | Verdict::NotAllowed(_) => (200, Vec::new()),
            Verdict::Allowed(allowed) | Verdict::Preflight(allowed) => (200, headers(allowed)),
            Verdict::Refused(refused) => (refused.status, Vec::new()),
        }
    };
    let responded = |(status, headers)| Responded { status, headers };
    let asked = (!sent.asked.is_empty()).then(|| {
        let names = sent.asked.join(",").into_bytes();
        ("access-control-request-headers".to_owned(), names)
    });
    let method = sent.method.as_bytes().to_vec();
    let method = ("access-control-request-method".to_owned(), method);
    let preflight = ask(
        "OPTIONS",
        asked.into_iter().chain([method, origin.clone()]).collect(),
    );
    let headers = sent.headers.iter().cloned().chain([origin]).collect();
    let response = ask(&sent.method, headers);
    is_readable(
        call,
        Some(&responded(preflight)),
        Some(&responded(response)),
    )
}

/// Nothing if the browser throws.
fn sent(call: &Call<'_>) -> Option<Sent> {
    let is_token = |text: &[u8]| {
        let is_special = |byte: &u8| b"!#$%&'*+-.^_`|~".contains(byte);
        !text.is_empty()
            && text
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || is_special(byte))
    };
    let upper = call.method.to_ascii_uppercase();
    if !is_token(call.method.as_bytes()) || ["CONNECT", "TRACE", "TRACK"].contains(&&*upper) {
        return None;
    }
    let method = match &*upper {
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" => upper,
        _ => call.method.to_owned(),
    };
    let mut headers = Vec::new();
    for (name, value) in &call.headers {
        let value = stripped(value, b"\t\n\r ");
        let name = name.to_ascii_lowercase();
        if !is_token(name.as_bytes()) || value.iter().any(|byte| b"\0\r\n".contains(byte)) {
            return None;
        }
        if !is_forbidden(&name, &value) {
            headers.push((name, value));
        }
    }
    let is_safe =
        |(name, value): &(String, Vec<u8>)| value.len() <= 128 && is_safelisted(name, value);
    let in_all: usize = headers
        .iter()
        .filter(|header| is_safe(header))
        .map(|(_, value)| value.len())
        .sum();
    let asked = headers
        .iter()
        .filter(|header| !is_safe(header) || in_all > 1024);
    let mut asked: Vec<String> = asked.map(|(name, _)| name.clone()).collect();
    asked.sort();
    asked.dedup();
    let needs_preflight = !["GET", "HEAD", "POST"].contains(&&*method) || !asked.is_empty();
    Some(Sent {
        method,
        headers,
        asked,
        needs_preflight,
    })
}

/// The names that the standard forbids to scripts.
fn is_forbidden(name: &str, value: &[u8]) -> bool {
    let names = "accept-charset accept-encoding access-control-request-headers \
         access-control-request-method connection content-length cookie cookie2 date dnt expect \
         host keep-alive origin referer set-cookie te trailer transfer-encoding upgrade via";
    let overrides = [
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
    ];
    if names.split_whitespace().any(|forbidden| forbidden == name)
        || name.starts_with("proxy-")
        || name.starts_with("sec-")
    {
        return true;
    }
    // Quotes: "get, decode, and split".
    let (mut parts, mut part, mut quoted, mut at) = (Vec::new(), Vec::new(), false, 0);
    while let Some(&byte) = value.get(at) {
        match byte {
            b'\\' if quoted => {
                part.push(byte);
                part.extend(value.get(at + 1));
                at += 1;
            }
            b',' if !quoted => parts.push(std::mem::take(&mut part)),
            _ => {
                quoted ^= byte == b'"';
                part.push(byte);
            }
        }
        at += 1;
    }
    parts.push(part);
    let bad = |part: &Vec<u8>| {
        let part = stripped(part, b"\t ").to_ascii_uppercase();
        [&b"CONNECT"[..], b"TRACE", b"TRACK"].contains(&&*part)
    };
    overrides.contains(&name) && parts.iter().any(bad)
}

/// A request-header that needs no preflight, but for its length.
fn is_safelisted(name: &str, value: &[u8]) -> bool {
    let is_unsafe =
        |byte: &u8| *byte < 0x20 && *byte != b'\t' || b"\"():<>?@[\\]{}\x7f".contains(byte);
    match name {
        "accept" => !value.iter().any(is_unsafe),
        "accept-language" | "content-language" => value
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(byte)),
        "content-type" => {
            let essence = value.split(|byte| *byte == b';').next().unwrap_or_default();
            let essence = stripped(essence, b"\t\n\r ").to_ascii_lowercase();
            let simple = [
                "application/x-www-form-urlencoded",
                "multipart/form-data",
                "text/plain",
            ];
            let is_simple = simple.iter().any(|simple| simple.as_bytes() == essence);
            is_simple && !value.iter().any(is_unsafe)
        }
        "range" => {
            let Some(range) = value.strip_prefix(b"bytes=") else {
                return false;
            };
            let Ok(range) = std::str::from_utf8(range) else {
                return false;
            };
            let Some((start, end)) = range.split_once('-') else {
                return false;
            };
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            let number = |text: &str| text.trim_start_matches('0').to_owned();
            let (low, high) = (number(start), number(end));
            let ordered = low.len() < high.len() || low.len() == high.len() && low <= high;
            !start.is_empty() && digits(start) && digits(end) && (end.is_empty() || ordered)
        }
        _ => false,
    }
}

fn passes_check(call: &Call<'_>, response: &Responded) -> bool {
    match value(response, "access-control-allow-origin") {
        None => false,
        Some(allowed) if allowed == b"*" && !call.include => true,
        Some(allowed) if allowed != call.origin.as_bytes() => false,
        _ => {
            let credentials = value(response, "access-control-allow-credentials");
            !call.include || credentials.as_deref() == Some(b"true")
        }
    }
}

fn passes_preflight(call: &Call<'_>, sent: &Sent, response: &Responded) -> bool {
    let list = |name: &str| -> Option<Vec<Vec<u8>>> {
        let value = value(response, name).unwrap_or_default();
        let parts = value
            .split(|byte| *byte == b',')
            .map(|part| stripped(part, b"\t\n\r "));
        let parts: Vec<Vec<u8>> = parts.filter(|part| !part.is_empty()).collect();
        let odd = |byte: &u8| !byte.is_ascii_alphanumeric() && !b"!#$%&'*+-.^_`|~".contains(byte);
        (!parts.concat().iter().any(odd)).then_some(parts)
    };
    let (Some(methods), Some(names)) = (
        list("access-control-allow-methods"),
        list("access-control-allow-headers"),
    ) else {
        return false;
    };
    let star = |list: &[Vec<u8>]| !call.include && list.contains(&b"*".to_vec());
    let method = ["GET", "HEAD", "POST"].contains(&&*sent.method)
        || methods.contains(&sent.method.as_bytes().to_vec())
        || star(&methods);
    let named = |name: &String| {
        names
            .iter()
            .any(|named| named.eq_ignore_ascii_case(name.as_bytes()))
    };
    let headers = sent
        .asked
        .iter()
        .all(|name| named(name) || (name != "authorization" && star(&names)));
    passes_check(call, response) && (200..=299).contains(&response.status) && method && headers
}

/// The lines of a header in one.
fn value(response: &Responded, name: &str) -> Option<Vec<u8>> {
    let lines = response.headers.iter();
    let lines = lines.filter(|(known, _)| known.to_ascii_lowercase() == name);
    let lines: Vec<Vec<u8>> = lines
        .map(|(_, value)| stripped(value, b"\t\n\r "))
        .collect();
    (!lines.is_empty()).then(|| lines.join(&b", "[..]))
}

fn stripped(text: &[u8], blanks: &[u8]) -> Vec<u8> {
    let start = text.iter().position(|byte| !blanks.contains(byte));
    let end = text.iter().rposition(|byte| !blanks.contains(byte));
    match (start, end) {
        (Some(start), Some(end)) => text[start..=end].to_vec(),
        _ => Vec::new(),
    }
}
