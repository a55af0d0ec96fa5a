//! What a rule lacks for what it is likely there for.

use std::collections::HashMap;

use super::reach::Reach;
use super::{Finding, LintCode};
use s3_cors::{CorsConfiguration, CorsRule, Place};

/// What Chromium remembers a preflight for at most, in seconds; Safari less.
const CHROMIUM_MOST: i64 = 7_200;
/// What Firefox remembers a preflight for at most, in seconds.
const FIREFOX_MOST: i64 = 86_400;

pub(super) fn findings(
    index: usize,
    rule: &CorsRule,
    reach: Option<&Reach<'_>>,
    findings: &mut Vec<Finding>,
) {
    let has = |method: &str| rule.allowed_methods.iter().any(|other| other == method);
    let entry_of = |method: &str| {
        let entry = rule
            .allowed_methods
            .iter()
            .position(|other| other == method);
        Place::of_entry(index, "AllowedMethods", entry.unwrap_or_default())
    };
    let lacks = |method| !has(method) && !allowed_elsewhere(rule, method, reach);
    if has("GET") && lacks("HEAD") {
        let text = "GET is allowed, but not HEAD, which it does not imply: headObject of the SDKs \
                    and players that probe with HEAD are blocked";
        let help = "add \"HEAD\" if they are used";
        let finding = Finding::new(LintCode::GetWithoutHead, entry_of("GET"), text.into(), help);
        findings.push(finding);
    }
    if has("PUT") && lacks("POST") {
        let text = "PUT is allowed, but not POST, with which an upload in parts begins and ends";
        let help = "add \"POST\" if large files are uploaded, and \"DELETE\" to abort";
        let finding = Finding::new(LintCode::PutWithoutPost, entry_of("PUT"), text.into(), help);
        findings.push(finding);
    }
    let upload = ["PUT", "POST"].into_iter().find(|method| has(method));
    if let Some(method) = upload {
        if rule.allowed_headers.is_empty() {
            let text = format!(
                "{method} is allowed, but no header: S3 knows no safelist, so a preflight that \
                 asks for Content-Type, Authorization or x-amz-* is refused"
            );
            let help = "add AllowedHeaders with the headers that are sent, or \"*\"";
            let finding =
                Finding::new(LintCode::UploadWithoutHeaders, entry_of(method), text, help);
            findings.push(finding);
        }
        let exposes = |name: &String| name.eq_ignore_ascii_case("etag");
        if !rule.expose_headers.iter().any(exposes) {
            let text = format!(
                "{method} is allowed, but ETag is not exposed: a script cannot read it, and an \
                 upload in parts cannot be completed without it"
            );
            let help = "add \"ETag\" to ExposeHeaders";
            let finding = Finding::new(LintCode::UploadWithoutEtag, entry_of(method), text, help);
            findings.push(finding);
        }
    }
    findings.extend(max_age(index, rule.max_age_seconds));
}

/// Whether other rules allow a method wherever this one allows anything.
fn allowed_elsewhere(rule: &CorsRule, method: &str, reach: Option<&Reach<'_>>) -> bool {
    let Some(reach) = reach else {
        return false;
    };
    let allowing = reach.allowing_method(method);
    rule.allowed_origins.iter().all(|entry| {
        let origin = reach.typical_origin(entry);
        origin.is_none_or(|origin| !(reach.allowing_origin(&origin) & allowing).is_empty())
    })
}

fn max_age(index: usize, seconds: Option<i64>) -> Option<Finding> {
    let (code, text, help) = match seconds {
        None => (
            LintCode::MaxAgeMissing,
            "there is no MaxAgeSeconds, so browsers remember a preflight for 5 seconds".to_owned(),
            "add it, such as 3000",
        ),
        Some(0) => (
            LintCode::MaxAgeZero,
            "MaxAgeSeconds is 0, so every request that needs one has its own preflight; \
             Terraform writes 0 where nothing is set"
                .to_owned(),
            "give a number, such as 3000",
        ),
        Some(seconds) if seconds < 0 => (
            LintCode::MaxAgeNegative,
            format!("MaxAgeSeconds is {seconds}, which browsers do not take"),
            "write 0 to have nothing remembered",
        ),
        Some(seconds) if seconds > FIREFOX_MOST => (
            LintCode::MaxAgeTooLong,
            format!(
                "MaxAgeSeconds is {seconds}, but no browser remembers a preflight for more than \
                 {FIREFOX_MOST}, and Chromium for more than {CHROMIUM_MOST}"
            ),
            "write what is honoured, and do not count on more",
        ),
        Some(seconds) if seconds > CHROMIUM_MOST => (
            LintCode::MaxAgeTooLong,
            format!(
                "MaxAgeSeconds is {seconds}, but Chromium remembers a preflight for no more than \
                 {CHROMIUM_MOST}"
            ),
            "do not count on more",
        ),
        Some(_) => return None,
    };
    let place = Place::of_member(index, "MaxAgeSeconds");
    Some(Finding::new(code, place, text, help))
}

/// Rules that have the same ID.
pub(super) fn duplicate_ids(configuration: &CorsConfiguration, findings: &mut Vec<Finding>) {
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (index, rule) in configuration.cors_rules.iter().enumerate() {
        let Some(id) = &rule.id else {
            continue;
        };
        let known = *first.entry(id).or_insert(index);
        if known != index {
            let text = format!("the ID {id:?} is that of CORSRules[{known}], too");
            let place = Place::of_member(index, "ID");
            let finding =
                Finding::new(LintCode::IdDuplicate, place, text, "give each rule its own");
            findings.push(finding.related([Place::of_member(known, "ID")]));
        }
    }
}
