//! Origins that no browser sends, or that few who write them mean.

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
            // S3 refuses it, and so does the check.
            continue;
        }
        if let Some((code, text, help)) = never_sent(origin) {
            findings.push(Finding::new(code, place, text, help));
            continue;
        }
        if origin == "null" {
            let text = "\"null\" is the origin of every sandboxed frame and local file, and \
                        anybody can make one; it is answered with credentials";
            let help = "give the page an origin of its own, or use \"*\" if the answers are public";
            findings.push(Finding::new(LintCode::OriginNull, place, text.into(), help));
        } else if let Some(apex) = missing_apex(origin, rule, reach) {
            let text = format!("{origin:?} does not match {apex:?}, for its dot counts");
            let help = format!("add {apex:?} if it is meant, too");
            findings.push(Finding::new(LintCode::OriginApexMissing, place, text, help));
        } else if lacks_port(origin, rule, reach) {
            let text = format!("{origin:?} has no port, and so only stands for port 80 or 443");
            let help = format!(
                "add the development server's, such as \"{origin}:3000\", or \"{origin}:*\""
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

/// What keeps an origin from being any browser's.
fn never_sent(origin: &str) -> Option<(LintCode, String, String)> {
    let sent = |origin: &str| browser_origin::can_match(&Pattern::new(origin));
    if sent(origin) {
        return None;
    }
    // The changes that could help, one after the other; the first that is needed gives the name.
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
        LintCode::OriginTrailingSlash => "ends with a slash, and no browser's Origin does",
        LintCode::OriginPath => "has more than scheme, host and port, and no browser's Origin does",
        LintCode::OriginMissingScheme => "has no scheme, and every browser's Origin has",
        LintCode::OriginUpperCase => "has upper-case letters, and browsers send lower case",
        LintCode::OriginDefaultPort => "names the default port, which browsers leave out",
        LintCode::OriginWhitespace => "has white space in it, and no browser's Origin does",
        LintCode::OriginNotAscii => "has characters outside ASCII, which browsers send in Punycode",
        _ => "is no origin that a browser could send",
    };
    let help = if code == LintCode::OriginNotAscii {
        "write the host as browsers do, beginning with \"xn--\"".to_owned()
    } else if sent(&without_port) {
        format!("write {without_port:?}")
    } else {
        "write scheme, host and port, such as \"https://www.example.com\", or remove it".to_owned()
    };
    Some((code, format!("{origin:?} {what}"), help))
}

/// An origin, and the path, query or fragment after it.
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

/// The domain itself, if only its subdomains are allowed, by no rule else.
fn missing_apex(origin: &str, rule: &CorsRule, reach: Option<&Reach<'_>>) -> Option<String> {
    let (scheme, domain) = origin.split_once("://*.")?;
    let apex = format!("{scheme}://{domain}");
    let host = domain.split(':').next().unwrap_or_default();
    let sent = browser_origin::can_match(&Pattern::new(&apex));
    // Nobody is at a public suffix.
    let wanted = sent && !super::wide::is_public_suffix(host);
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
