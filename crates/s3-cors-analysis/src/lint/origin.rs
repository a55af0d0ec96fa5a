//! Origins that no browser sends, or that few who write them mean.

use super::reach::Reach;
use super::{Finding, LintCode, wide};
use crate::sendable::{self, lacks_slashes, meant, split_path};
use s3_cors::{CorsRule, Pattern, Place};

pub(super) fn findings(
    index: usize,
    rule: &CorsRule,
    reach: Option<&Reach<'_>>,
    findings: &mut Vec<Finding>,
) {
    for (entry, origin) in rule.allowed_origins.iter().enumerate() {
        let place = Place::of_entry(index, "AllowedOrigins", entry);
        if Pattern::has_multiple_wildcards(origin) {
            // S3 refuses it, and so does the check.
            continue;
        }
        if let Some((code, text, help)) = never_sent(origin) {
            findings.push(Finding::new(code, place, text, help));
            continue;
        }
        if let Some(text) = includes_null(origin) {
            let help =
                "serve the page from a real origin, or use \"*\" if the responses are public";
            findings.push(Finding::new(LintCode::OriginNull, place, text, help));
        } else if let Some(apex) = missing_apex(origin, rule, reach) {
            let text = format!(
                "{origin:?} does not match {apex:?}, because the dot is part of the pattern"
            );
            let help = format!("add {apex:?} if you want to allow it as well");
            findings.push(Finding::new(LintCode::OriginApexMissing, place, text, help));
        } else if lacks_port(origin, rule, reach) {
            let text = format!("{origin:?} has no port, so it only matches the default port");
            let help = format!(
                "add the port of the development server, such as \"{origin}:3000\", or \
                 \"{origin}:*\""
            );
            findings.push(Finding::new(
                LintCode::OriginLocalhostPort,
                place,
                text,
                help,
            ));
        }
    }
}

/// What to say of an entry that matches `null`, unless it is `*`, which says so itself.
fn includes_null(entry: &str) -> Option<String> {
    let pattern = Pattern::new(entry);
    if pattern.is_any() || !pattern.matches(b"null") {
        return None;
    }
    let what = match pattern.is_wildcard() {
        true => format!("{entry:?} also matches \"null\", the origin"),
        false => "\"null\" is the origin".to_owned(),
    };
    Some(format!(
        "{what} of every sandboxed frame and local file, and anybody can create one; S3 \
         allows credentials for it"
    ))
}

/// Why no browser sends an origin.
fn never_sent(entry: &str) -> Option<(LintCode, String, String)> {
    if sendable::example(entry).is_some() {
        return None;
    }
    let meant = meant(entry);
    let (base, rest) = split_path(entry.trim());
    let has_scheme = base.contains("://") || base.starts_with('*');
    let is_lower = |text: &str| !text.bytes().any(|byte| byte.is_ascii_uppercase());
    let code = if meant.is_none() && (entry.is_ascii() || entry.contains('*')) {
        // White space has a name even where more is wrong.
        match () {
            () if entry.is_empty() => LintCode::OriginNeverSent,
            () if entry.contains(char::is_whitespace) => LintCode::OriginWhitespace,
            () if !entry.is_ascii() => LintCode::OriginNotAscii,
            () => LintCode::OriginNeverSent,
        }
    } else if entry.contains(char::is_whitespace) {
        LintCode::OriginWhitespace
    } else if !entry.is_ascii() {
        LintCode::OriginNotAscii
    } else if base.contains('@') || is_socket(base) || lacks_slashes(entry) {
        LintCode::OriginNeverSent
    } else if rest == "/" {
        LintCode::OriginTrailingSlash
    } else if !rest.is_empty() {
        LintCode::OriginPath
    } else if !has_scheme && meant.as_deref() != Some("null") {
        LintCode::OriginMissingScheme
    } else if !is_lower(base) {
        LintCode::OriginUpperCase
    } else if has_default_port(base) {
        LintCode::OriginDefaultPort
    } else {
        LintCode::OriginNeverSent
    };
    let what = match code {
        LintCode::OriginTrailingSlash => "ends with a slash, which no browser's Origin does",
        LintCode::OriginPath => {
            "has more than scheme, host and port, which no browser's Origin does"
        }
        LintCode::OriginMissingScheme => "has no scheme, but every browser's Origin has one",
        LintCode::OriginUpperCase => "has upper-case letters, but browsers send lower case",
        LintCode::OriginDefaultPort => "has the default port, which browsers omit",
        LintCode::OriginWhitespace => "contains white space, which no browser's Origin does",
        LintCode::OriginNotAscii => "has non-ASCII characters, which browsers send in Punycode",
        _ => "is not an origin that a browser can send",
    };
    let help = match meant {
        Some(meant) => format!("write {meant:?}"),
        None if code == LintCode::OriginNotAscii => {
            "write the host in Punycode, starting with \"xn--\"".to_owned()
        }
        None => "write scheme, host and port, such as \"https://www.example.com\", or remove it"
            .to_owned(),
    };
    Some((code, format!("{entry:?} {what}"), help))
}

fn has_default_port(origin: &str) -> bool {
    (origin.starts_with("https://") && origin.ends_with(":443"))
        || (origin.starts_with("http://") && origin.ends_with(":80"))
}

fn is_socket(origin: &str) -> bool {
    origin.starts_with("ws://") || origin.starts_with("wss://")
}

/// The domain itself, if only its subdomains are allowed, by no rule else.
fn missing_apex(origin: &str, rule: &CorsRule, reach: Option<&Reach<'_>>) -> Option<String> {
    let (scheme, domain) = origin.split_once("://*.")?;
    let apex = format!("{scheme}://{domain}");
    // Where anybody can have a subdomain, nobody is at the domain itself.
    let wanted = sendable::is_sendable(&apex) && wide::anybody(origin).is_none();
    (wanted && !allows(&apex, rule, reach)).then_some(apex)
}

/// Whether an origin on this machine stands alone, without the port that it will have.
fn lacks_port(origin: &str, rule: &CorsRule, reach: Option<&Reach<'_>>) -> bool {
    let host = origin.split_once("://").map(|(_, host)| host);
    let local = matches!(host, Some("localhost" | "127.0.0.1" | "[::1]"))
        && (origin.starts_with("http://") || origin.starts_with("https://"));
    let with_port = |entry: &String| {
        let rest = entry.strip_prefix(origin);
        rest.is_some_and(|rest| rest.starts_with(':'))
    };
    local
        && !rule.allowed_origins.iter().any(with_port)
        && !allows(&format!("{origin}:3000"), rule, reach)
}

/// Whether any rule allows an origin; this rule, if the configuration is not valid.
fn allows(origin: &str, rule: &CorsRule, reach: Option<&Reach<'_>>) -> bool {
    let matches = |entry: &String| Pattern::new(entry).matches(origin.as_bytes());
    match reach {
        Some(reach) => !reach.allowing_origin(origin.as_bytes()).is_empty(),
        None => rule.allowed_origins.iter().any(matches),
    }
}
