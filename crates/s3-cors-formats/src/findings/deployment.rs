//! What the deployment makes of the rules.

use s3_cors::{Dialect, Place};
use s3_cors_analysis::lint::{LintCode, Severity};

use super::{lint, of, related};
use crate::document::{Bucket, Format};
use crate::engine;
use crate::finding::{Finding, FindingCode};
use crate::normalise;

/// `MaxAgeSeconds` is sent though the file does not have it; said once for all rules of a bucket.
pub(super) fn left_out(bucket: &Bucket, format: Format, findings: &mut Vec<Finding>) {
    let Some(seconds) = bucket.max_age_when_left_out else {
        return;
    };
    let (who, name) = match format {
        Format::CloudFormation | Format::S3 | Format::AppRules => ("CloudFormation", "MaxAge"),
        Format::Terraform | Format::TerraformShow => ("Terraform's provider", "max_age_seconds"),
        Format::GoogleCloudStorage => ("Google Cloud Storage", "maxAgeSeconds"),
        Format::Azure => ("Azure Storage", "MaxAgeInSeconds"),
        Format::R2 => return,
    };
    let without = bucket.rules.iter().enumerate();
    let without = without.filter(|(_, rule)| rule.max_age_seconds.is_none());
    let places: Vec<Place> = without
        .map(|(index, _)| Place::of_member(index, "MaxAgeSeconds"))
        .collect();
    let Some((first, others)) = places.split_first() else {
        return;
    };
    let then = match seconds {
        0 => "so browsers send a preflight each time",
        _ => "so browsers remember a preflight for so long",
    };
    let more = match others.len() {
        0 => String::new(),
        1 => " (and in 1 more rule)".to_owned(),
        more => format!(" (and in {more} more rules)"),
    };
    let text = format!("{name} is left out{more}, and {who} makes it {seconds}, {then}");
    let help = format!("write {name}, such as 3600");
    let mut finding = of(bucket, first, FindingCode::MaxAgeLeftOut, text, help);
    finding.related = related(bucket, others);
    finding.deployed = first.rule().and_then(|rule| deployed(bucket, format, rule));
    findings.push(finding);
}

/// A rule as the bucket gets it, if all of it is known.
fn deployed(bucket: &Bucket, format: Format, rule: usize) -> Option<String> {
    if !format.is_s3s() {
        return None;
    }
    let configuration = bucket.deployed().ok()?;
    let rule = engine::parts(&configuration).into_iter().nth(rule)?;
    let text = engine::configuration([rule]).to_text(Dialect::Console);
    let mut rules: Vec<serde_json::Value> = serde_json::from_str(&text).ok()?;
    let mut rule = rules.pop()?;
    // CloudFormation sends the empty list, too (F190).
    if matches!(format, Format::CloudFormation | Format::S3) {
        let members = rule.as_object_mut()?;
        members
            .entry("ExposeHeaders")
            .or_insert_with(|| serde_json::json!([]));
    }
    Some(rule.to_string())
}

/// Rules that overlap have no defined meaning in a set.
pub(super) fn order(bucket: &Bucket, known: bool, findings: &mut Vec<Finding>) {
    // What S3 refuses has no order to speak of, and may be any length.
    if !known || bucket.known_part().check().is_err() {
        return;
    }
    let rules = engine::parts(&bucket.known_part());
    let overlaps = normalise::overlaps(&rules);
    if overlaps.is_empty() {
        return;
    }
    let help = match normalise::disjoint(&rules) {
        Some(rewritten) => format!(
            "write rules that do not overlap: {}",
            normalise::in_words(&rewritten)
        ),
        None => "write the rules so that no request matches two, or keep them in an ordered form, \
                 such as CloudFormation or `aws s3api put-bucket-cors`"
            .to_owned(),
    };
    for (earlier, later) in overlaps {
        let earlier = Place::of_rule(earlier);
        let text = format!(
            "this rule and {earlier} match the same requests and respond differently, but \
             Terraform keeps the rules as a set, without their order"
        );
        let place = Place::of_rule(later);
        let code = LintCode::RuleOrderMatters;
        let mut finding = lint(bucket, &place, code, text, help.as_str());
        finding.severity = Severity::Warning;
        finding.related = related(bucket, [&earlier]);
        findings.push(finding);
    }
}
