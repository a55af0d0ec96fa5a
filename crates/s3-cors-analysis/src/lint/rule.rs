//! Settings that a rule probably lacks.

use std::collections::HashMap;

use super::reach::Reach;
use super::{Finding, LintCode};
use s3_cors::{CorsConfiguration, CorsRule, Place};

/// Chromium's limit for caching preflight responses, in seconds. Safari's is lower.
const CHROMIUM_MOST: i64 = 7_200;
/// Firefox's limit for caching preflight responses, in seconds.
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
        let text = "GET is allowed but HEAD is not, and GET does not imply HEAD: headObject \
                    calls of the SDKs, and media players that probe with HEAD, are blocked";
        let help = "add \"HEAD\" if you use them";
        let finding = Finding::new(LintCode::GetWithoutHead, entry_of("GET"), text.into(), help);
        findings.push(finding);
    }
    if has("PUT") && lacks("POST") {
        let text = "PUT is allowed but POST is not, and multipart uploads start and complete \
                    with POST";
        let help = "add \"POST\" for multipart uploads, and \"DELETE\" to abort them";
        let finding = Finding::new(LintCode::PutWithoutPost, entry_of("PUT"), text.into(), help);
        findings.push(finding);
    }
    let upload = ["PUT", "POST"].into_iter().find(|method| has(method));
    if let Some(method) = upload {
        if rule.allowed_headers.is_empty() {
            let text =
                "uploads are allowed but no headers are: S3 has no safelist, so it refuses a \
                        preflight that asks for Content-Type, Authorization or x-amz-*"
                    .into();
            let help = "add AllowedHeaders with the headers that uploads send, or \"*\"";
            let finding =
                Finding::new(LintCode::UploadWithoutHeaders, entry_of(method), text, help);
            findings.push(finding);
        }
        let exposes = |name: &String| name.eq_ignore_ascii_case("etag");
        if !rule.expose_headers.iter().any(exposes) {
            let text =
                "uploads are allowed but ETag is not exposed: scripts cannot read it, and a \
                        multipart upload cannot be completed without it"
                    .into();
            let help = "add \"ETag\" to ExposeHeaders for multipart uploads";
            let finding = Finding::new(LintCode::UploadWithoutEtag, entry_of(method), text, help);
            findings.push(finding);
        }
    }
    findings.extend(max_age(index, rule.max_age_seconds));
}

/// Whether other rules allow a method for all origins of this rule.
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
            "there is no MaxAgeSeconds, so browsers cache a preflight response for 5 seconds \
             only"
                .to_owned(),
            "add it, for example 3000",
        ),
        Some(0) => (
            LintCode::MaxAgeZero,
            "MaxAgeSeconds is 0, so browsers send a preflight every time; Terraform writes 0 if \
             nothing is set"
                .to_owned(),
            "set a positive number, for example 3000",
        ),
        Some(seconds) if seconds < 0 => (
            LintCode::MaxAgeNegative,
            format!(
                "MaxAgeSeconds is {seconds}, which is no time: by the Fetch standard, browsers \
                 then cache a preflight response for 5 seconds, and Chromium does not cache it"
            ),
            "write 0 to disable caching",
        ),
        Some(seconds) if seconds > FIREFOX_MOST => (
            LintCode::MaxAgeTooLong,
            format!(
                "MaxAgeSeconds is {seconds}, but browsers cache a preflight response for at most \
                 {FIREFOX_MOST} seconds, and Chromium for at most {CHROMIUM_MOST}"
            ),
            "write a value that browsers honour",
        ),
        Some(seconds) if seconds > CHROMIUM_MOST => (
            LintCode::MaxAgeTooLong,
            format!(
                "MaxAgeSeconds is {seconds}, but Chromium caches a preflight response for at \
                 most {CHROMIUM_MOST} seconds"
            ),
            "do not rely on a longer time",
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
            let text = format!("CORSRules[{known}] has the same ID {id:?}");
            let place = Place::of_member(index, "ID");
            let finding = Finding::new(
                LintCode::IdDuplicate,
                place,
                text,
                "give each rule its own ID",
            );
            findings.push(finding.related([Place::of_member(known, "ID")]));
        }
    }
}
