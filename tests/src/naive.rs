//! A second engine, written from the description of S3's behaviour alone: loops over rules and
//! patterns, values joined and copied at every step. Slow, and short enough to be believed.

use crate::corpus::Rule;

/// The bucket that is asked.
#[derive(Debug, Clone, Copy)]
pub enum Bucket<'a> {
    /// There is none.
    Missing,
    /// It has no CORS configuration.
    WithoutConfiguration,
    /// It has these rules.
    WithRules(&'a [Rule]),
}

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method.
    pub method: String,
    /// Whether the path names the bucket itself.
    pub is_bucket: bool,
    /// The header lines, names in any case.
    pub headers: Vec<(String, Vec<u8>)>,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The app's answer, for want of an `Origin`.
    NotCors,
    /// The app's answer, for want of a rule.
    NotAllowed(Lacking),
    /// The app's answer with headers.
    Allowed(Headers),
    /// 200 with headers.
    Preflight(Headers),
    /// An error.
    Refused(Refused),
}

/// What no rule is left for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lacking {
    /// There is no bucket.
    Bucket,
    /// There is no configuration.
    Configuration,
    /// The origin.
    Origin,
    /// The method.
    Method,
    /// This header, in any case, after those before it.
    Header(Vec<u8>),
}

/// The headers of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers {
    /// The rule they come from.
    pub rule: usize,
    /// The lines, names in lower case, in S3's order.
    pub lines: Vec<(&'static str, Vec<u8>)>,
}

/// An error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The status.
    pub status: u16,
    /// `Code`
    pub code: &'static str,
    /// `Message`
    pub message: String,
    /// `Method`
    pub method: Option<String>,
    /// `ResourceType`
    pub resource_type: Option<&'static str>,
    /// What no rule was left for, if it came to that.
    pub lacking: Option<Lacking>,
}

const NOT_ALLOWED: &str = "CORSResponse: This CORS request is not allowed. This is usually because \
    the evalution of Origin, request method / Access-Control-Request-Method or \
    Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

/// Decides a request.
#[must_use]
pub fn decide(bucket: Bucket<'_>, request: &Request) -> Verdict {
    let origin = value(request, "origin");
    let asked = value(request, "access-control-request-method");
    if request.method != "OPTIONS" {
        let Some(origin) = origin else {
            return Verdict::NotCors;
        };
        let method = asked.unwrap_or_else(|| request.method.clone().into_bytes());
        return match headers(bucket, request, &origin, &method) {
            Ok(headers) => Verdict::Allowed(headers),
            Err(lacking) => Verdict::NotAllowed(lacking),
        };
    }
    let Some(origin) = origin else {
        return bad_request("Insufficient information. Origin request header needed.".into());
    };
    let method = asked.unwrap_or_else(|| b"OPTIONS".to_vec());
    let method = String::from_utf8_lossy(&method).into_owned();
    let known = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
    if !known.contains(&method.as_str()) {
        return bad_request(format!("Invalid Access-Control-Request-Method: {method}"));
    }
    match headers(bucket, request, &origin, method.as_bytes()) {
        Ok(headers) => Verdict::Preflight(headers),
        Err(lacking) => {
            let (message, about_bucket) = match lacking {
                Lacking::Bucket => ("CORSResponse: Bucket not found", true),
                Lacking::Configuration => {
                    ("CORSResponse: CORS is not enabled for this bucket.", true)
                }
                _ => (NOT_ALLOWED, request.is_bucket),
            };
            Verdict::Refused(Refused {
                status: 403,
                code: "AccessForbidden",
                message: message.into(),
                method: Some(method),
                resource_type: Some(if about_bucket { "BUCKET" } else { "OBJECT" }),
                lacking: Some(lacking),
            })
        }
    }
}

fn bad_request(message: String) -> Verdict {
    Verdict::Refused(Refused {
        status: 400,
        code: "BadRequest",
        message,
        method: None,
        resource_type: None,
        lacking: None,
    })
}

/// All lines joined by `, `; nothing if that is empty.
fn value(request: &Request, name: &str) -> Option<Vec<u8>> {
    let joined = lines(request, name)?.join(&b", "[..]);
    (!joined.is_empty()).then_some(joined)
}

fn lines(request: &Request, name: &str) -> Option<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for (known, line) in &request.headers {
        if known.to_lowercase() == name {
            found.push(line.clone());
        }
    }
    (!found.is_empty()).then_some(found)
}

fn requested_headers(request: &Request) -> Vec<Vec<u8>> {
    let mut names = Vec::new();
    let lines = lines(request, "access-control-request-headers").unwrap_or_default();
    for name in lines.join(&b","[..]).split(|byte| *byte == b',') {
        let blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
        let start = name.iter().position(|byte| !blank(byte));
        let end = name.iter().rposition(|byte| !blank(byte));
        if let (Some(start), Some(end)) = (start, end) {
            names.push(name[start..=end].to_ascii_lowercase());
        }
    }
    names
}

fn headers(
    bucket: Bucket<'_>,
    request: &Request,
    origin: &[u8],
    method: &[u8],
) -> Result<Headers, Lacking> {
    let rules = match bucket {
        Bucket::Missing => return Err(Lacking::Bucket),
        Bucket::WithoutConfiguration => return Err(Lacking::Configuration),
        Bucket::WithRules(rules) => rules,
    };
    let names = requested_headers(request);
    let mut any_origin = false;
    let mut any_method = false;
    // How many of the names the rules that allow the rest allow, before the first they do not.
    let mut most_names = 0;
    for (index, rule) in rules.iter().enumerate() {
        if !rule
            .allowed_origins
            .iter()
            .any(|pattern| matches(pattern.as_bytes(), origin))
        {
            continue;
        }
        any_origin = true;
        if !rule
            .allowed_methods
            .iter()
            .any(|allowed| allowed.as_bytes() == method)
        {
            continue;
        }
        any_method = true;
        let allowed = names
            .iter()
            .take_while(|name| allows_header(rule, name))
            .count();
        if allowed == names.len() {
            return Ok(answer(rule, index, origin, &names));
        }
        most_names = most_names.max(allowed);
    }
    Err(match (any_origin, any_method) {
        (false, _) => Lacking::Origin,
        (true, false) => Lacking::Method,
        (true, true) => Lacking::Header(names[most_names].clone()),
    })
}

fn allows_header(rule: &Rule, name: &[u8]) -> bool {
    let patterns = rule.allowed_headers.iter();
    patterns
        .map(|pattern| pattern.to_ascii_lowercase())
        .any(|pattern| matches(pattern.as_bytes(), name))
}

/// Whether a pattern matches a whole value.
fn matches(pattern: &[u8], value: &[u8]) -> bool {
    match pattern {
        [] => value.is_empty(),
        [b'*', rest @ ..] => (0..=value.len()).any(|skipped| matches(rest, &value[skipped..])),
        [byte, rest @ ..] => value.first() == Some(byte) && matches(rest, &value[1..]),
    }
}

fn answer(rule: &Rule, index: usize, origin: &[u8], names: &[Vec<u8>]) -> Headers {
    let star = rule.allowed_origins.contains(&"*".to_owned());
    let mut lines = vec![
        (
            "access-control-allow-origin",
            if star { b"*".to_vec() } else { origin.to_vec() },
        ),
        (
            "access-control-allow-methods",
            rule.allowed_methods.join(", ").into_bytes(),
        ),
    ];
    if !names.is_empty() {
        lines.push(("access-control-allow-headers", names.join(&b", "[..])));
    }
    if !rule.expose_headers.is_empty() {
        let exposed = rule.expose_headers.join(", ");
        lines.push(("access-control-expose-headers", exposed.into_bytes()));
    }
    if let Some(seconds) = rule.max_age_seconds {
        lines.push(("access-control-max-age", seconds.to_string().into_bytes()));
    }
    if !star {
        lines.push(("access-control-allow-credentials", b"true".to_vec()));
    }
    let vary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
    lines.push(("vary", vary.as_bytes().to_vec()));
    Headers { rule: index, lines }
}
