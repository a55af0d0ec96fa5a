//! S3's rules as one would write them down: a loop over rules and patterns, and strings joined
//! for each request. For the policies that the rivals cannot express.

use s3_cors::{CorsConfiguration, CorsRule};

use crate::refusal::Refused;
use crate::subjects::{Asked, RequestHeader, Verdict};

/// Names and values.
pub type Headers = Vec<(&'static str, String)>;

/// Decides as S3 does.
pub fn decide<'a, V: AsRef<[u8]> + 'a>(
    configuration: &CorsConfiguration,
    request: &impl Asked<'a, V>,
) -> Verdict<Headers> {
    let text = |value: &V| String::from_utf8_lossy(value.as_ref()).into_owned();
    let preflight = request.method() == "OPTIONS";
    let method = request.header(RequestHeader::Method).map(text);
    let method = method.unwrap_or_else(|| request.method().to_owned());
    let lines: Vec<String> = request.lines(RequestHeader::Headers).map(text).collect();
    let names: Vec<String> = lines
        .join(",")
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect();
    let origin = request.header(RequestHeader::Origin).map(text);
    let allowing = origin.and_then(|origin| {
        let rule = configuration
            .cors_rules
            .iter()
            .find(|rule| allows(rule, &origin, &method, &names))?;
        Some(headers(rule, origin, &names))
    });
    match allowing {
        Some(headers) if preflight => Verdict::Preflight(headers),
        Some(headers) => Verdict::Allowed(headers),
        // In the cases in which the loop is measured, only the reason differs.
        None if preflight => Verdict::Refused(Refused::NotAllowed("PUT", request.is_bucket())),
        None => Verdict::Nothing,
    }
}

fn allows(rule: &CorsRule, origin: &str, method: &str, names: &[String]) -> bool {
    let allows_header = |name: &String| {
        rule.allowed_headers
            .iter()
            .any(|header| matches(&header.to_ascii_lowercase(), name))
    };
    rule.allowed_origins
        .iter()
        .any(|pattern| matches(pattern, origin))
        && rule.allowed_methods.iter().any(|allowed| allowed == method)
        && names.iter().all(allows_header)
}

/// Whether a pattern with at most one `*` matches all of a value.
#[must_use]
pub fn matches(pattern: &str, value: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == value,
        Some((prefix, suffix)) => {
            value.len() >= prefix.len() + suffix.len()
                && value.starts_with(prefix)
                && value.ends_with(suffix)
        }
    }
}

fn headers(rule: &CorsRule, origin: String, names: &[String]) -> Headers {
    let any = rule.allowed_origins.iter().any(|origin| origin == "*");
    let mut headers = vec![(
        "access-control-allow-methods",
        rule.allowed_methods.join(", "),
    )];
    if !names.is_empty() {
        headers.push(("access-control-allow-headers", names.join(", ")));
    }
    if !rule.expose_headers.is_empty() {
        let exposed = rule.expose_headers.join(", ");
        headers.push(("access-control-expose-headers", exposed));
    }
    if let Some(seconds) = rule.max_age_seconds {
        headers.push(("access-control-max-age", seconds.to_string()));
    }
    if any {
        headers.push(("access-control-allow-origin", "*".to_owned()));
    } else {
        headers.push(("access-control-allow-origin", origin));
        headers.push(("access-control-allow-credentials", "true".to_owned()));
    }
    headers.push(("vary", s3_cors::VARY.to_owned()));
    headers
}
