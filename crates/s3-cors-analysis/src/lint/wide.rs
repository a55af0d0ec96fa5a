//! Patterns that are wider than they look. All but `*` itself are answered with the origin and
//! `Access-Control-Allow-Credentials: true`, so whoever they let in comes with the user's cookies.

use psl::Psl;

use super::{Finding, LintCode, browser_origin};
use s3_cors::{CorsRule, Pattern, Place};

pub(super) fn findings(index: usize, rule: &CorsRule, findings: &mut Vec<Finding>) {
    for (entry, origin) in rule.allowed_origins.iter().enumerate() {
        let place = Place::of_entry(index, "AllowedOrigins", entry);
        if Pattern::new(origin).is_any() {
            let text = "\"*\" is answered with \"*\" and without credentials, so a fetch with \
                        credentials: \"include\" is blocked";
            let help = "list the origins if credentials are needed";
            findings.push(Finding::new(LintCode::OriginAny, place, text.into(), help));
            continue;
        }
        let Some((before, after)) = origin.split_once('*') else {
            continue;
        };
        if after.contains('*') || !browser_origin::can_match(&Pattern::new(origin)) {
            continue;
        }
        let answered = "and is answered with credentials unless the rule holds \"*\"";
        if let Some((code, example)) = open_host(before, after) {
            let text = format!("{origin:?} also matches {example:?}, {answered}");
            let help = "list the origins, or put \"*.\" before a domain of your own";
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
                    "{origin:?} also matches {example:?}, whose pages anybody on the way can \
                     change"
                );
                let help = "begin it with \"https://\"";
                findings.push(Finding::new(LintCode::OriginAnyScheme, place, text, help));
            }
        }
    }
}

/// Whether anybody can have a host that the pattern matches, and an example.
fn open_host(before: &str, after: &str) -> Option<(LintCode, String)> {
    let (scheme, start) = match before.split_once("://") {
        Some((scheme, start)) => (scheme, start),
        // The wildcard stands for the scheme alone, and the host is what follows.
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
        // A wildcard for the port, or within it, or within the brackets of an address.
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
        // Whatever the wildcard stands for belongs to whoever has the domain.
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

/// Whether anybody can have a domain right under this one, after the public suffix list. A
/// top-level domain that the list does not know is somebody's own.
pub(super) fn is_public_suffix(domain: &str) -> bool {
    let found = psl::List.suffix(domain.as_bytes());
    found.is_some_and(|suffix| suffix.is_known() && suffix == domain.as_bytes())
}
