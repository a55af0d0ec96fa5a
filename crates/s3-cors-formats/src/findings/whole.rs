//! What the engine finds in a bucket's configuration, on the lines of the user's file.

use std::collections::HashSet;

use s3_cors::{Place, ProblemKind};
use s3_cors_analysis::lint::{LintCode, lint};

use super::of;
use crate::document::{Bucket, Format, SourceRule};
use crate::finding::{Finding, Severity};

/// Places that could not be read, by bucket.
pub(super) struct Unread(HashSet<(String, String)>);

impl Unread {
    pub(super) fn of(by_reader: &[Finding]) -> Self {
        let errors = by_reader
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        Self(
            errors
                .map(|finding| (finding.bucket.clone(), finding.place.clone()))
                .collect(),
        )
    }

    fn has(&self, bucket: &Bucket, place: &str) -> bool {
        self.0.contains(&(bucket.name.clone(), place.to_owned()))
    }
}

/// What `PutBucketCors` refuses.
pub(super) fn refused(bucket: &Bucket, unread: &Unread, findings: &mut Vec<Finding>) {
    let Err(error) = bucket.known_part().check() else {
        return;
    };
    if is_split(bucket) {
        let count = bucket.rules.len();
        let text = format!(
            "{count} rules with one member each look like one rule with a dash before every member"
        );
        let help = "keep the dash before the first member only";
        let place = Place::of_rule(0);
        findings.push(of(
            bucket,
            &place,
            Severity::Error,
            "split-rule",
            text,
            help,
        ));
        return;
    }
    for problem in error.problems() {
        let place = problem.place();
        let list = place
            .rule()
            .and_then(|at| bucket.rules.get(at))
            .and_then(|rule| {
                let mut lists = rule.lists().into_iter();
                lists
                    .find(|(key, _)| place.key() == Some(key))
                    .map(|(_, list)| list)
            });
        let may_be_there = match problem.kind() {
            ProblemKind::NoRules => bucket.further.is_some(),
            ProblemKind::Missing { .. } => list.is_some_and(|list| !list.is_known()),
            _ => false,
        };
        // What could not be read is not missing, too.
        let of_rule = place
            .rule()
            .map_or_else(String::new, |at| Place::of_rule(at).to_string());
        let unread = unread.has(bucket, &place.to_string())
            || (place.entry().is_none() && unread.has(bucket, &of_rule));
        if may_be_there || unread {
            continue;
        }
        let (text, help) = (problem.kind().to_string(), problem.help());
        let mut finding = of(bucket, place, Severity::Error, "refused", text, help);
        finding.s3_error = problem.s3_error().map(ToString::to_string);
        findings.push(finding);
    }
}

/// Whether no rule has more than one member.
fn is_split(bucket: &Bucket) -> bool {
    let members = |rule: &SourceRule| {
        let lists = rule
            .lists()
            .iter()
            .filter(|(_, list)| list.span.is_some())
            .count();
        lists + rule.scalars().count()
    };
    bucket.rules.len() > 1 && bucket.rules.iter().all(|rule| members(rule) == 1)
}

/// What speaks of one entry alone, whatever else the bucket has.
const OF_ONE_ENTRY: [LintCode; 21] = [
    LintCode::OriginTrailingSlash,
    LintCode::OriginPath,
    LintCode::OriginMissingScheme,
    LintCode::OriginUpperCase,
    LintCode::OriginDefaultPort,
    LintCode::OriginWhitespace,
    LintCode::OriginNotAscii,
    LintCode::OriginNeverSent,
    LintCode::OriginNull,
    LintCode::OriginAny,
    LintCode::OriginAnyHost,
    LintCode::OriginPublicSuffix,
    LintCode::OriginOpenLabel,
    LintCode::OriginOpenEnd,
    LintCode::OriginAnyScheme,
    LintCode::HeaderNeverRequested,
    LintCode::ExposeHeaderUnusual,
    LintCode::ExposeHeaderNoEffect,
    LintCode::MaxAgeTooLong,
    LintCode::MaxAgeZero,
    LintCode::MaxAgeNegative,
];

/// What depends on the order of the rules.
const OF_THE_ORDER: [LintCode; 4] = [
    LintCode::RuleOrderMatters,
    LintCode::RuleUnreachable,
    LintCode::OriginUnreachable,
    LintCode::MethodUnreachable,
];

/// What S3 accepts and is probably not meant.
pub(super) fn lints(bucket: &Bucket, format: Format, known: bool, findings: &mut Vec<Finding>) {
    let everything = known && format.is_s3s();
    for found in lint(&bucket.known_part()) {
        let code = found.code;
        let (of_one, of_order) = (OF_ONE_ENTRY.contains(&code), OF_THE_ORDER.contains(&code));
        // The deployment says more of it.
        let left_out = code == LintCode::MaxAgeMissing && bucket.max_age_when_left_out.is_some();
        if (!everything && !of_one) || left_out || (of_order && !bucket.ordered) {
            continue;
        }
        if !known && is_placeholder(bucket, &found.place) {
            continue;
        }
        let mut finding = of(
            bucket,
            &found.place,
            found.severity,
            code.as_str(),
            found.text,
            found.help,
        );
        finding.related = found
            .related
            .iter()
            .filter_map(|place| bucket.span(place))
            .collect();
        findings.push(finding);
    }
}

fn is_placeholder(bucket: &Bucket, place: &Place) -> bool {
    let rule = place.rule().and_then(|at| bucket.rules.get(at));
    let entry = rule.and_then(|rule| {
        let list = rule
            .lists()
            .into_iter()
            .find(|(key, _)| place.key() == Some(key));
        list.and_then(|(_, list)| list.entries.get(place.entry()?))
    });
    entry.is_some_and(|entry| entry.value.known().is_none())
}
