//! Findings as the tools that read them want them: a place in a file, a rule and a message.

use s3_cors::Place;
use s3_cors_analysis::lint::LintCode;
use s3_cors_formats::{Finding, FindingCode, Position, Severity, Span};

use super::Looked;
use crate::paint::flat;

/// A finding of a file.
#[derive(Debug)]
pub(super) struct Annotation {
    pub(super) severity: Severity,
    pub(super) code: &'static str,
    /// What is wrong and how to fix it, on one line.
    pub(super) message: String,
    pub(super) at: At,
    pub(super) related: Vec<At>,
}

/// A place in a file.
#[derive(Debug)]
pub(super) struct At {
    /// Its name, such as `CORSRules[0]`; empty for the whole file.
    pub(super) name: String,
    pub(super) start: Option<Position>,
    /// The character after the last one, if known.
    pub(super) end: Option<Position>,
}

/// All findings of a file; none if it cannot be read.
pub(super) fn all(file: &Looked<'_>) -> Vec<Annotation> {
    if file.is_unreadable() {
        return Vec::new();
    }
    let named = file.input.names_buckets();
    file.findings.iter().map(|f| of(f, named)).collect()
}

/// Why a file cannot be read.
pub(super) fn unreadable(file: &Looked<'_>) -> String {
    let first = file.findings.first();
    first.map_or_else(String::new, |found| {
        flat(&format!(
            "{}: {}; {}",
            file.input.name, found.text, found.help
        ))
    })
}

fn of(finding: &Finding, named: bool) -> Annotation {
    let at = |place: &Place, span: Option<Span>| {
        let place = place.to_string();
        let name = match (named && !finding.bucket.is_empty(), place.is_empty()) {
            (false, _) => place,
            (true, true) => finding.bucket.clone(),
            (true, false) => format!("{}: {place}", finding.bucket),
        };
        At {
            name,
            start: span.map(|span| span.start),
            // What is empty has no known end.
            end: span.filter(|s| s.start != s.end).map(|span| span.end),
        }
    };
    let mut message = format!("{}; {}", finding.text, finding.help);
    if let Some(error) = &finding.s3_error {
        message += &format!("; S3 responds with {error}");
    }
    if let Some(rule) = &finding.deployed {
        message += &format!("; the bucket gets {rule}");
    }
    let related = finding.related.iter();
    Annotation {
        severity: finding.severity,
        code: finding.code,
        message: flat(&message),
        at: at(&finding.place, finding.span),
        related: related.map(|one| at(&one.place, Some(one.span))).collect(),
    }
}

/// Each code with its description and severity.
pub(super) fn codes() -> impl Iterator<Item = (&'static str, &'static str, Severity)> {
    let lints = LintCode::ALL
        .iter()
        .map(|code| (code.as_str(), code.description(), code.severity()));
    let others = FindingCode::ALL
        .iter()
        .map(|code| (code.as_str(), code.description(), code.severity()));
    others.chain(lints)
}
