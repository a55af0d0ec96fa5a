//! S3's own forms, which the engine reads.

use s3_cors::{LocatedConfiguration, Place};

use super::Source;
use crate::document::{Bucket, Document, Entry, Format, SourceList, SourceRule};
use crate::finding::Finding;
use crate::position::Span;
use crate::value::Value;
use s3_cors_analysis::lint::Severity;

pub(crate) fn document(source: &Source<'_>) -> Result<Document, Vec<Finding>> {
    let span = |offset: usize| source.lines.span(&(offset..offset + 1));
    let located = LocatedConfiguration::from_text(source.text).map_err(|error| {
        let finding = |problem: &s3_cors::Problem| {
            let place = problem.place();
            let span = place.position().map(|position| span(position.offset));
            let text = problem.kind().to_string();
            let mut finding = Finding::new(Severity::Error, "refused", span, text, problem.help());
            finding.s3_error = problem.s3_error().map(ToString::to_string);
            finding.at("", place)
        };
        error.problems().iter().map(finding).collect::<Vec<_>>()
    })?;
    let whole = source.lines.span(&(0..source.text.len()));
    let at = |place: Place| {
        let found = located.span(&place);
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
            let list = |key: &'static str, entries: &[String]| SourceList {
                span: (!entries.is_empty()).then(|| at(Place::of_member(index, key))),
                entries: entries
                    .iter()
                    .enumerate()
                    .map(|(entry, value)| known(value, at(Place::of_entry(index, key, entry))))
                    .collect(),
                further: None,
            };
            let scalar =
                |key: &'static str, value: String| known(&value, at(Place::of_member(index, key)));
            SourceRule {
                id: rule.id.clone().map(|id| scalar("ID", id)),
                allowed_origins: list("AllowedOrigins", &rule.allowed_origins),
                allowed_methods: list("AllowedMethods", &rule.allowed_methods),
                allowed_headers: list("AllowedHeaders", &rule.allowed_headers),
                expose_headers: list("ExposeHeaders", &rule.expose_headers),
                max_age_seconds: rule
                    .max_age_seconds
                    .map(|age| scalar("MaxAgeSeconds", age.to_string())),
                ..SourceRule::new(at(Place::of_rule(index)))
            }
        });
    Ok(Document {
        format: Format::S3,
        buckets: vec![Bucket {
            name: "CORSRules".to_owned(),
            span: Some(whole),
            rules: rules.collect(),
            further: None,
            ordered: true,
            max_age_when_left_out: None,
        }],
        findings: Vec::new(),
    })
}

fn known(value: &str, span: Span) -> Entry {
    Entry {
        value: Value::literal(value),
        span,
    }
}
