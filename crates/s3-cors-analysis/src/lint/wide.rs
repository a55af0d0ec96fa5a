//! Patterns that are wider than they look. For all patterns except `*` alone, S3 echoes the origin
//! and sends `Access-Control-Allow-Credentials: true` (F30, F31), so every matching page can send
//! requests with the user's cookies.

use std::ops::Range;

use psl::Psl;
use s3_cors::{CorsRule, Pattern, Place};

use super::{Finding, LintCode, hosters};
use crate::sendable;

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
        if !Pattern::new(origin).is_wildcard() || Pattern::has_multiple_wildcards(origin) {
            continue;
        }
        if let Some((code, example)) = anybody(origin) {
            let text = format!(
                "{origin:?} also matches {example:?}, and S3 allows credentials for it unless \
                 the rule lists \"*\""
            );
            let help = "list the origins, or write \"*.\" before a domain that you own";
            findings.push(Finding::new(code, place.clone(), text, help));
        }
        if let Some(example) = unencrypted(origin) {
            let text = format!(
                "{origin:?} also matches {example:?}, whose pages anybody on the network can modify"
            );
            let help = "start it with \"https://\"";
            findings.push(Finding::new(LintCode::OriginAnyScheme, place, text, help));
        }
    }
}

/// An origin over `http` that a pattern matches, if it leaves the scheme open.
fn unencrypted(entry: &str) -> Option<String> {
    let pattern = Pattern::new(entry);
    if pattern.prefix().starts_with(b"http://") || pattern.prefix().starts_with(b"https") {
        return None;
    }
    let (before, after) = entry.split_once('*')?;
    let scheme = if after.contains("://") {
        "http"
    } else {
        "http://"
    };
    let rest = scheme.strip_prefix(before)?;
    ["app", "site.example", ""].into_iter().find_map(|host| {
        let origin = match after.split_once("://") {
            Some(_) => format!("{before}{rest}{after}"),
            None => format!("{before}{rest}{host}{after}"),
        };
        let found = origin.starts_with("http://")
            && pattern.matches(origin.as_bytes())
            && sendable::is_sendable(&origin);
        found.then_some(origin)
    })
}

/// Whether a pattern matches an origin whose domain, or address, anybody can have, and such an
/// origin.
///
/// What can stand for the `*` is tried out. A host that results is anybody's if the label that
/// people register, after the public suffix list, comes from the `*`.
pub(super) fn anybody(entry: &str) -> Option<(LintCode, String)> {
    let (before, after) = entry.split_once('*')?;
    let heads: Vec<&str> = match before.contains("://") {
        true => vec![""],
        false if after.contains("://") => return None,
        false => ["https://", "http://"]
            .into_iter()
            .filter_map(|scheme| scheme.strip_prefix(before))
            .collect(),
    };
    let hosts = hosts(before, after);
    let mut tried = heads
        .iter()
        .flat_map(|head| hosts.iter().map(move |host| (*head, host)));
    tried.find_map(|(head, host)| {
        let origin = format!("{before}{head}{host}{after}");
        let start = before.len() + head.len();
        let code = opened(&origin, start..start + host.len())?;
        Some((code, origin))
    })
}

/// Hosts, or parts of them, that anybody could put in place of the `*`, the plainest first.
fn hosts(before: &str, after: &str) -> Vec<String> {
    let end = after.split(':').next().unwrap_or_default();
    let mut hosts: Vec<String> = Vec::new();
    if end.is_empty() {
        let dot = match before {
            "" => "",
            _ if before.ends_with("://") || before.ends_with('.') => "",
            _ if "https://".starts_with(before) || "http://".starts_with(before) => "",
            _ => ".",
        };
        hosts.push(format!("{dot}site.example"));
        hosts.extend(["[2001:db8::1]", "2001:db8::1]"].map(str::to_owned));
    } else if end == "." || end == "]" {
        hosts.extend(["site.example", "2001:db8::1", "[2001:db8::1"].map(str::to_owned));
    } else if end.starts_with('.') {
        hosts.extend(["site", "site.other"].map(str::to_owned));
    } else {
        hosts.extend(["other", "site.other"].map(str::to_owned));
    }
    // Where people get domains, as far as what follows the `*` is the end of such a place.
    let ends = hosters::SUFFIXES.iter().filter_map(|suffix| {
        let rest = format!(".{suffix}");
        let rest = rest.strip_suffix(end)?;
        (!end.is_empty() && !rest.is_empty()).then(|| format!("site{rest}"))
    });
    hosts.extend(ends);
    hosts
}

/// What part of an origin's host the wildcard opens to anybody, if it does.
fn opened(origin: &str, wildcard: Range<usize>) -> Option<LintCode> {
    if !sendable::is_sendable(origin) {
        return None;
    }
    let (scheme, authority) = origin.split_once("://")?;
    if !matches!(scheme, "https" | "http") {
        return None;
    }
    let start = scheme.len() + "://".len();
    if authority.starts_with('[') {
        // Addresses are nobody's domain: whoever gets one of those that match is let in.
        let end = start + authority.find(']')?;
        let open = wildcard.start <= start + 1 && wildcard.end >= end;
        return open.then_some(LintCode::OriginAnyHost);
    }
    let host = authority.split(':').next()?;
    let host = host.strip_suffix('.').unwrap_or(host);
    let suffix = psl::List.suffix(host.as_bytes())?;
    let registered = psl::List.domain(host.as_bytes())?;
    let listed = std::str::from_utf8(registered.as_bytes()).ok()?;
    let domain = hosters::unlisted_domain(host).unwrap_or(listed);
    let label = domain.split('.').next()?;
    let end = start + host.len();
    let label_start = end - domain.len();
    let label_end = label_start + label.len();
    if wildcard.start >= label_end || wildcard.end <= label_start {
        return None;
    }
    // An unknown top-level domain is somebody's own, unless the wildcard brings it along.
    if !suffix.is_known() && wildcard.end < end {
        return None;
    }
    Some(if wildcard.start <= start && wildcard.end >= end {
        LintCode::OriginAnyHost
    } else if wildcard.end >= end {
        LintCode::OriginOpenEnd
    } else if wildcard.start <= label_start && wildcard.end >= label_end {
        LintCode::OriginPublicSuffix
    } else {
        LintCode::OriginOpenLabel
    })
}
