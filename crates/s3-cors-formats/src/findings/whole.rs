//! What the engine finds in a bucket's configuration, on the lines of the user's file.

use std::collections::HashSet;

use s3_cors::{AppRules, Place, ProblemKind};
use s3_cors_analysis::lint::{self, LintCode, lint, lint_app_rules};

use super::{of, related};
use crate::document::{Bucket, Format, SourceRule};
use crate::finding::{Finding, FindingCode, Severity};
use crate::read::name_of;

/// Places that could not be read, by bucket.
pub(super) struct Unread(HashSet<(String, Place)>);

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

    fn has(&self, bucket: &Bucket, place: Place) -> bool {
        self.0.contains(&(bucket.name.clone(), place))
    }
}

/// What `PutBucketCors` refuses.
pub(super) fn refused(
    bucket: &Bucket,
    format: Format,
    unread: &Unread,
    findings: &mut Vec<Finding>,
) {
    // The engine has checked them while it read them: they may be more than a bucket's.
    if format == Format::AppRules {
        return;
    }
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
        findings.push(of(bucket, &place, FindingCode::SplitRule, text, help));
        return;
    }
    for problem in error.problems() {
        let place = problem.place();
        let rule = place.rule().and_then(|at| bucket.rules.get(at));
        let list = rule.and_then(|rule| rule.list(place.key()?));
        let may_be_there = match problem.kind() {
            ProblemKind::NoRules => bucket.further.is_some(),
            ProblemKind::Missing { .. } => list.is_some_and(|list| !list.is_known()),
            _ => false,
        };
        // What could not be read is not missing, too.
        let of_rule = place.rule().map_or_else(Place::document, Place::of_rule);
        let unread = unread.has(bucket, place.clone())
            || (place.entry().is_none() && unread.has(bucket, of_rule));
        if may_be_there || unread {
            continue;
        }
        let (mut text, mut help) = (problem.kind().to_string(), problem.help());
        if let ProblemKind::Missing { key } = problem.kind()
            && let Some(name) = name_of(format, key)
        {
            (text, help) = (text.replace(key, name), help.replace(key, name));
        }
        let mut finding = of(bucket, place, FindingCode::Rejected, text, help);
        finding.s3_error = problem.s3_error().cloned();
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

/// What speaks of S3's own behaviour, or whose advice would spoil another service's rules: Google
/// compares requested headers with those that it exposes.
const OF_S3: [LintCode; 4] = [
    LintCode::OriginAny,
    LintCode::HeaderNeverRequested,
    LintCode::ExposeHeaderUnusual,
    LintCode::ExposeHeaderNoEffect,
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
    for found in by_engine(bucket, format) {
        let code = found.code;
        if OF_S3.contains(&code) && !format.is_s3s() {
            continue;
        }
        let (of_one, of_order) = (OF_ONE_ENTRY.contains(&code), OF_THE_ORDER.contains(&code));
        // The deployment says more of it.
        let left_out = code == LintCode::MaxAgeMissing && bucket.max_age_when_left_out.is_some();
        if (!everything && !of_one) || left_out || (of_order && !bucket.ordered) {
            continue;
        }
        if !known && is_placeholder(bucket, &found.place) {
            continue;
        }
        let span = bucket.span(&found.place);
        let finding = Finding::of_lint(code, span, found.text, found.help);
        let mut finding = finding.at(&bucket.name, found.place);
        finding.severity = found.severity;
        finding.related = related(bucket, &found.related);
        findings.push(finding);
    }
}

fn by_engine(bucket: &Bucket, format: Format) -> Vec<lint::Finding> {
    let rules = bucket.known_part();
    match format {
        Format::AppRules => {
            AppRules::new(rules.cors_rules).map_or_else(|_| Vec::new(), |app| lint_app_rules(&app))
        }
        _ => lint(&rules),
    }
}

fn is_placeholder(bucket: &Bucket, place: &Place) -> bool {
    let rule = place.rule().and_then(|at| bucket.rules.get(at));
    let entry = rule.and_then(|rule| rule.list(place.key()?)?.entries.get(place.entry()?));
    entry.is_some_and(|entry| entry.value.known().is_none())
}
