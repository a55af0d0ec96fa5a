//! Origins that no browser sends, or that are rarely intended.

use super::reach::Reach;
use super::{Finding, LintCode, browser_origin};
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
            // S3 refuses it, so the check reports it.
            continue;
        }
        if let Some((code, text, help)) = never_sent(origin) {
            findings.push(Finding::new(code, place, text, help));
            continue;
        }
        if origin == "null" {
            let text = "\"null\" is the origin of every sandboxed frame and local file, and \
                        anybody can create one; S3 allows credentials for it";
            let help = "serve the page from a real origin, or use \"*\" if the responses are \
                        public";
            findings.push(Finding::new(LintCode::OriginNull, place, text.into(), help));
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

/// Why no browser sends an origin.
fn never_sent(origin: &str) -> Option<(LintCode, String, String)> {
    let sent = |origin: &str| browser_origin::can_match(&Pattern::new(origin));
    if sent(origin) {
        return None;
    }
    // Apply possible fixes one after the other; the first that is needed determines the code.
    let trimmed: String = origin.chars().filter(|c| !c.is_whitespace()).collect();
    let ascii = origin.is_ascii();
    let lower = trimmed.to_ascii_lowercase();
    let (base, rest) = split_path(&lower);
    let with_scheme = match base.contains("://") || base.starts_with('*') {
        true => base.to_owned(),
        false => format!("https://{base}"),
    };
    let without_port = without_default_port(&with_scheme);
    let code = if origin.is_empty() {
        LintCode::OriginNeverSent
    } else if trimmed != origin {
        LintCode::OriginWhitespace
    } else if !ascii {
        LintCode::OriginNotAscii
    } else if !sent(&without_port) {
        LintCode::OriginNeverSent
    } else if rest == "/" {
        LintCode::OriginTrailingSlash
    } else if !rest.is_empty() {
        LintCode::OriginPath
    } else if with_scheme != base {
        LintCode::OriginMissingScheme
    } else if lower != trimmed {
        LintCode::OriginUpperCase
    } else {
        LintCode::OriginDefaultPort
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
    let help = if code == LintCode::OriginNotAscii {
        "write the host in Punycode, starting with \"xn--\"".to_owned()
    } else if sent(&without_port) {
        format!("write {without_port:?}")
    } else {
        "write scheme, host and port, such as \"https://www.example.com\", or remove it".to_owned()
    };
    Some((code, format!("{origin:?} {what}"), help))
}

/// Splits off the path, query or fragment after an origin.
fn split_path(origin: &str) -> (&str, &str) {
    let after_scheme = origin.find("://").map_or(0, |at| at + 3);
    let end = origin
        .char_indices()
        .find(|(at, c)| *at >= after_scheme && matches!(c, '/' | '?' | '#'))
        .map_or(origin.len(), |(at, _)| at);
    origin.split_at_checked(end).unwrap_or((origin, ""))
}

fn without_default_port(origin: &str) -> String {
    let default = match origin.split_once("://") {
        Some(("https", _)) => ":443",
        Some(("http", _)) => ":80",
        _ => return origin.to_owned(),
    };
    origin.strip_suffix(default).unwrap_or(origin).to_owned()
}

/// The domain itself, if its subdomains are allowed but no rule allows the domain.
fn missing_apex(origin: &str, rule: &CorsRule, reach: Option<&Reach<'_>>) -> Option<String> {
    let (scheme, domain) = origin.split_once("://*.")?;
    let apex = format!("{scheme}://{domain}");
    let host = domain.split(':').next().unwrap_or_default();
    let sent = browser_origin::can_match(&Pattern::new(&apex));
    // No site is hosted directly at a public suffix.
    let wanted = sent && !super::wide::is_public_suffix(host);
    (wanted && !allows(&apex, rule, reach)).then_some(apex)
}

/// Whether a localhost origin has no port and no rule allows it with one.
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

/// Whether any rule allows an origin; only this rule is checked if the configuration is not valid.
fn allows(origin: &str, rule: &CorsRule, reach: Option<&Reach<'_>>) -> bool {
    let matches = |entry: &String| Pattern::new(entry).matches(origin.as_bytes());
    match reach {
        Some(reach) => !reach.allowing_origin(origin.as_bytes()).is_empty(),
        None => rule.allowed_origins.iter().any(matches),
    }
}
