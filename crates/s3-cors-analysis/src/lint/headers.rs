//! Header names that browsers cannot ask for, and exposed headers that make no difference.

use super::{Finding, LintCode};
use s3_cors::{CorsRule, Pattern, Place};

/// Whether an entry matches only names that [scripts cannot set](cors_fetch::is_forbidden_header).
fn only_forbidden(entry: &str) -> bool {
    let lower = entry.to_ascii_lowercase();
    match lower.split_once('*') {
        None => cors_fetch::is_forbidden_header(&lower),
        // Of the forbidden names, only those that start with `sec-` or `proxy-` are unlimited in
        // number; a wildcard elsewhere matches names that are not forbidden.
        Some((prefix, _)) => ["sec-", "proxy-"]
            .iter()
            .any(|start| prefix.starts_with(start)),
    }
}

pub(super) fn findings(index: usize, rule: &CorsRule, findings: &mut Vec<Finding>) {
    for (entry, header) in rule.allowed_headers.iter().enumerate() {
        if Pattern::has_multiple_wildcards(header) {
            // S3 refuses it, and so does the check.
            continue;
        }
        let (text, help) = if !cors_fetch::is_token(header) {
            (
                format!("{header:?} is not a header name, so no browser can ask for it"),
                "write a single name, such as \"x-amz-date\", or a pattern such as \"x-amz-*\"",
            )
        } else if only_forbidden(header) {
            (
                format!(
                    "browsers never ask for {header:?}, because scripts cannot set it: the \
                     browser does, and needs no permission for it"
                ),
                "remove it",
            )
        } else {
            continue;
        };
        let place = Place::of_entry(index, "AllowedHeaders", entry);
        findings.push(Finding::new(
            LintCode::HeaderNeverRequested,
            place,
            text,
            help,
        ));
    }
    for (entry, header) in rule.expose_headers.iter().enumerate() {
        let place = || Place::of_entry(index, "ExposeHeaders", entry);
        let lower = header.to_ascii_lowercase();
        if cors_fetch::is_safelisted_response_header(&lower) {
            let text = format!("scripts can read {header:?} even if it is not exposed");
            let code = LintCode::ExposeHeaderNoEffect;
            findings.push(Finding::new(
                code,
                place(),
                text,
                "remove it, or keep it for clarity",
            ));
        } else if cors_fetch::is_forbidden_response_header(&lower) {
            let text = format!("scripts can never read {header:?}, even if it is exposed");
            let code = LintCode::ExposeHeaderNoEffect;
            findings.push(Finding::new(code, place(), text, "remove it"));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let odd =
            cors_fetch::is_token(header) && header.bytes().any(|byte| byte != b'*' && !plain(byte));
        if odd {
            let text = format!(
                "{header:?} has characters other than letters, digits and \"-\"; S3 may refuse them"
            );
            let help = "rename the header if S3 refuses it";
            findings.push(Finding::new(
                LintCode::ExposeHeaderUnusual,
                place(),
                text,
                help,
            ));
        }
    }
}
