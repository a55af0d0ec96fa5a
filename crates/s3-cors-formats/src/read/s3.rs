//! S3's own forms, which the engine reads.

use s3_cors::{ConfigError, CorsRule, LocatedConfiguration, Place, ProblemKind};

use super::Source;
use crate::document::{Bucket, Document, Entry, Format, SourceList, SourceRule};
use crate::finding::{Finding, FindingCode};
use crate::position::{Lines, Span};
use crate::value::Value;

pub(crate) fn document(source: &Source<'_>) -> Result<Document, Vec<Finding>> {
    located(
        LocatedConfiguration::from_text(source.text),
        Format::S3,
        source,
    )
}

/// Rules of an app's own.
pub(crate) fn app_rules(source: &Source<'_>) -> Result<Document, Vec<Finding>> {
    let read = LocatedConfiguration::app_rules_from_slice(source.text.as_bytes());
    located(read, Format::AppRules, source)
}

fn located(
    read: Result<LocatedConfiguration, ConfigError>,
    format: Format,
    source: &Source<'_>,
) -> Result<Document, Vec<Finding>> {
    let located = read.map_err(|error| problems(&error, Some(source.lines)))?;
    let whole = source.lines.span(&(0..source.text.len()));
    let at = |place: &Place| {
        let found = located.span(place);
        found.map_or(whole, |found| {
            source.lines.span(&(found.start.offset..found.end.offset))
        })
    };
    let rules = located
        .configuration()
        .cors_rules
        .iter()
        .enumerate()
        .map(|(index, rule)| {
            let whole_rule = at(&Place::of_rule(index));
            // What the text does not have is said to stand in its rule.
            let member = |key: &'static str| {
                Some(at(&Place::of_member(index, key))).filter(|span| *span != whole_rule)
            };
            let list = |key: &'static str, entries: &[String]| SourceList {
                span: member(key),
                entries: entries
                    .iter()
                    .enumerate()
                    .map(|(entry, value)| known(value, at(&Place::of_entry(index, key, entry))))
                    .collect(),
                further: None,
            };
            let scalar =
                |key: &'static str, value: String| member(key).map(|span| known(&value, span));
            SourceRule {
                id: rule.id.clone().and_then(|id| scalar("ID", id)),
                allowed_origins: list("AllowedOrigins", &rule.allowed_origins),
                allowed_methods: list("AllowedMethods", &rule.allowed_methods),
                allowed_headers: list("AllowedHeaders", &rule.allowed_headers),
                expose_headers: list("ExposeHeaders", &rule.expose_headers),
                max_age_seconds: rule
                    .max_age_seconds
                    .and_then(|age| scalar("MaxAgeSeconds", age.to_string())),
                ..SourceRule::new(whole_rule)
            }
        });
    let rules: Vec<SourceRule> = rules.collect();
    // The engine knows what CloudFormation makes of a member that is left out (F190).
    let left_out = |(rule, read): (&SourceRule, &CorsRule)| {
        rule.max_age_seconds
            .is_none()
            .then_some(read.max_age_seconds?)
    };
    let max_age_when_left_out = rules
        .iter()
        .zip(&located.configuration().cors_rules)
        .find_map(left_out);
    Ok(Document {
        format,
        buckets: vec![Bucket {
            name: "CORSRules".to_owned(),
            span: Some(whole),
            rules,
            further: None,
            ordered: true,
            max_age_when_left_out,
        }],
        findings: Vec::new(),
    })
}

/// What the engine says is wrong. It knows where each begins, not where it ends.
pub(crate) fn problems(error: &ConfigError, lines: Option<&Lines<'_>>) -> Vec<Finding> {
    let finding = |problem: &s3_cors::Problem| {
        let place = problem.place();
        let position = place.position().zip(lines);
        let span = position.map(|(at, lines)| lines.span(&(at.offset..at.offset)));
        let code = match problem.kind() {
            ProblemKind::Unreadable { .. } => FindingCode::Unreadable,
            _ => FindingCode::Rejected,
        };
        let mut finding = Finding::new(code, span, problem.kind().to_string(), problem.help());
        finding.s3_error = problem.s3_error().cloned();
        finding.at("", place.clone())
    };
    error.problems().iter().map(finding).collect()
}

fn known(value: &str, span: Span) -> Entry {
    Entry {
        value: Value::literal(value),
        span,
    }
}
