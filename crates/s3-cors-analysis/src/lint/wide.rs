//! Patterns that are wider than they look. For all patterns except `*` alone, S3 echoes the origin
//! and sends `Access-Control-Allow-Credentials: true`, so every matching page can send requests
//! with the user's cookies.

use psl::Psl;

use super::{Finding, LintCode, browser_origin};
use s3_cors::{CorsRule, Pattern, Place};

pub(super) fn findings(index: usize, rule: &CorsRule, findings: &mut Vec<Finding>) {
    for (entry, origin) in rule.allowed_origins.iter().enumerate() {
        let place = Place::of_entry(index, "AllowedOrigins", entry);
        if Pattern::new(origin).is_any() {
            let text = "for \"*\", S3 sends \"*\" without credentials, so a fetch with \
                        credentials: \"include\" is blocked";
            let help = "list the origins if you need credentials";
            findings.push(Finding::new(LintCode::OriginAny, place, text.into(), help));
            continue;
        }
        let Some((before, after)) = origin.split_once('*') else {
            continue;
        };
        if after.contains('*') || !browser_origin::can_match(&Pattern::new(origin)) {
            continue;
        }
        let credentials = "and S3 allows credentials for it unless the rule lists \"*\"";
        if let Some((code, example)) = open_host(before, after) {
            let text = format!("{origin:?} also matches {example:?}, {credentials}");
            let help = "list the origins, or write \"*.\" before a domain that you own";
            findings.push(Finding::new(code, place.clone(), text, help));
        }
        if !before.contains("://") && !"null".starts_with(origin.trim_end_matches('*')) {
            let host = if after.contains("://") { after } else { "" };
            let example = match host.split_once("://") {
                Some((_, host)) => format!("http://{host}"),
                None if after.starts_with('.') => format!("http://app{after}"),
                None => "http://site.example".to_owned(),
            };
            let open = before.is_empty() || "http".starts_with(before);
            if open && Pattern::new(origin).matches(example.as_bytes()) {
                let text = format!(
                    "{origin:?} also matches {example:?}, whose pages anybody on the network can \
                     modify"
                );
                let help = "start it with \"https://\"";
                findings.push(Finding::new(LintCode::OriginAnyScheme, place, text, help));
            }
        }
    }
}

/// If anybody can get a host that the pattern matches: the code, and an example.
fn open_host(before: &str, after: &str) -> Option<(LintCode, String)> {
    let (scheme, start) = match before.split_once("://") {
        Some((scheme, start)) => (scheme, start),
        // The wildcard covers the scheme only, and the host follows it.
        None if after.contains("://") => return None,
        None => ("https", ""),
    };
    let (end, port) = match after.rsplit_once(':') {
        Some((end, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (end, format!(":{port}"))
        }
        _ => (after, String::new()),
    };
    if end.is_empty() {
        if start.is_empty() {
            let example = format!("{scheme}://site.example{port}");
            return Some((LintCode::OriginAnyHost, example));
        }
        // The wildcard is in the port, or in the brackets of an address.
        let in_port = start
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        if in_port || start.starts_with('[') {
            return None;
        }
        let dot = if start.ends_with('.') { "" } else { "." };
        let example = format!("{scheme}://{start}{dot}site.example{port}");
        return Some((LintCode::OriginOpenEnd, example));
    }
    let whole_labels = end.strip_prefix('.');
    let fixed = whole_labels.or_else(|| end.split_once('.').map(|(_, rest)| rest));
    match fixed {
        // Everything that the wildcard matches belongs to the owner of the domain.
        Some(fixed) if !is_public_suffix(fixed) => return None,
        _ => {}
    }
    let code = match whole_labels {
        Some(_) => LintCode::OriginPublicSuffix,
        None => LintCode::OriginOpenLabel,
    };
    let filler = match code {
        LintCode::OriginPublicSuffix => "site",
        _ => "other",
    };
    Some((code, format!("{scheme}://{start}{filler}{end}{port}")))
}

/// Whether anybody can register a domain directly below this one, according to the public suffix
/// list. A top-level domain that is not on the list counts as private.
pub(super) fn is_public_suffix(domain: &str) -> bool {
    let found = psl::List.suffix(domain.as_bytes());
    found.is_some_and(|suffix| suffix.is_known() && suffix == domain.as_bytes())
}
