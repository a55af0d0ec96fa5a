//! What the deployment makes of the rules.

use s3_cors::Place;
use s3_cors_analysis::lint::LintCode;

use super::of;
use crate::document::{Bucket, Format};
use crate::engine;
use crate::finding::{Finding, Severity};
use crate::normalise;

/// `MaxAgeSeconds` is sent though the file does not have it.
pub(super) fn left_out(bucket: &Bucket, format: Format, findings: &mut Vec<Finding>) {
    let Some(seconds) = bucket.max_age_when_left_out else {
        return;
    };
    let (who, name) = match format {
        Format::CloudFormation => ("CloudFormation", "MaxAge"),
        Format::Terraform | Format::TerraformShow => ("Terraform's provider", "max_age_seconds"),
        Format::GoogleCloudStorage => ("Google Cloud Storage", "maxAgeSeconds"),
        Format::Azure => ("Azure Storage", "MaxAgeInSeconds"),
        Format::R2 | Format::S3 => return,
    };
    for (index, rule) in bucket.rules.iter().enumerate() {
        if rule.max_age_seconds.is_some() {
            continue;
        }
        let place = Place::of_member(index, "MaxAgeSeconds");
        let then = match seconds {
            0 => "so browsers send a preflight each time",
            _ => "so browsers remember a preflight for so long",
        };
        let text = format!("{name} is left out, and {who} makes it {seconds}, {then}");
        let help = format!("write {name}, such as 3600");
        let finding = of(
            bucket,
            &place,
            Severity::Info,
            "max-age-left-out",
            text,
            help,
        );
        findings.push(finding);
    }
}

/// Rules that overlap have no defined meaning in a set.
pub(super) fn order(bucket: &Bucket, known: bool, findings: &mut Vec<Finding>) {
    // What S3 refuses has no order to speak of, and may be any length.
    if !known || bucket.known_part().check().is_err() {
        return;
    }
    let rules = engine::parts(&bucket.known_part());
    let overlaps = normalise::overlaps(&rules);
    let help = match normalise::disjoint(&rules) {
        Some(rewritten) if !overlaps.is_empty() => format!(
            "write rules that do not overlap: {}",
            normalise::in_words(&rewritten)
        ),
        _ => {
            "write the rules so that no request matches two, or keep them in an ordered form, such \
              as CloudFormation or `aws s3api put-bucket-cors`"
                .to_owned()
        }
    };
    for (earlier, later) in overlaps {
        let text = format!(
            "this rule and rule {} match the same requests and respond differently, but Terraform \
             keeps the rules as a set, without their order",
            earlier + 1
        );
        let place = Place::of_rule(later);
        let mut finding = of(
            bucket,
            &place,
            Severity::Warning,
            LintCode::RuleOrderMatters.as_str(),
            text,
            help.as_str(),
        );
        finding
            .related
            .extend(bucket.span(&Place::of_rule(earlier)));
        findings.push(finding);
    }
}
