//! Header names that browsers cannot ask for, and exposed headers that make no difference.

use super::{Finding, LintCode};
use s3_cors::{CorsRule, Pattern, Place};

/// [Fetch, "CORS-safelisted response-header name"]: headers that scripts can always read.
///
/// [Fetch, "CORS-safelisted response-header name"]: https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
const ALWAYS_READABLE: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];

/// [Fetch, "forbidden response-header name"]: headers that scripts can never read.
///
/// [Fetch, "forbidden response-header name"]: https://fetch.spec.whatwg.org/#forbidden-response-header-name
const NEVER_READABLE: [&str; 2] = ["set-cookie", "set-cookie2"];

pub(super) fn findings(index: usize, rule: &CorsRule, findings: &mut Vec<Finding>) {
    for (entry, header) in rule.allowed_headers.iter().enumerate() {
        let token = cors_fetch::is_token(header);
        if !token && !Pattern::has_multiple_wildcards(header) {
            let place = Place::of_entry(index, "AllowedHeaders", entry);
            let text = format!("{header:?} is not a header name, so no browser can ask for it");
            let help = "write a single name, such as \"x-amz-date\", or a pattern such as \
                        \"x-amz-*\"";
            findings.push(Finding::new(
                LintCode::HeaderNeverRequested,
                place,
                text,
                help,
            ));
        }
    }
    for (entry, header) in rule.expose_headers.iter().enumerate() {
        let place = || Place::of_entry(index, "ExposeHeaders", entry);
        let lower = header.to_ascii_lowercase();
        if ALWAYS_READABLE.contains(&lower.as_str()) {
            let text = format!("scripts can read {header:?} even if it is not exposed");
            let code = LintCode::ExposeHeaderNoEffect;
            findings.push(Finding::new(
                code,
                place(),
                text,
                "remove it, or keep it for clarity",
            ));
        } else if NEVER_READABLE.contains(&lower.as_str()) {
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
