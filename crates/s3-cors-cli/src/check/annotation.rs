//! Findings as the tools that read them want them: a place in a file, a rule and a message.

use s3_cors::{Place, Position, Problem};
use s3_cors_analysis::lint::{self, LintCode, Severity};

use super::Looked;
use crate::paint::flat;

/// The code of what S3 or its tools would reject, which has no lint's code.
pub(super) const REJECTED: &str = "rejected-configuration";
const REJECTED_DESCRIPTION: &str = "S3 or the AWS CLI would reject the configuration.";

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
    match &file.findings {
        Ok(findings) => findings.iter().map(|found| of_lint(file, found)).collect(),
        Err(_) if file.input.is_unreadable() => Vec::new(),
        Err(error) => error.problems().iter().map(of_problem).collect(),
    }
}

fn of_lint(file: &Looked<'_>, finding: &lint::Finding) -> Annotation {
    let at = |place: &Place| {
        let span = file.input.span(place);
        At {
            name: place.to_string(),
            start: span.map(|span| span.start),
            end: span.map(|span| span.end),
        }
    };
    Annotation {
        severity: finding.severity,
        code: finding.code.as_str(),
        message: flat(&format!("{}; {}", finding.text, finding.help)),
        at: at(&finding.place),
        related: finding.related.iter().map(at).collect(),
    }
}

fn of_problem(problem: &Problem) -> Annotation {
    let mut message = format!("{}; {}", problem.kind(), problem.help());
    if let Some(error) = problem.s3_error() {
        message += &format!("; S3 responds with {error}");
    }
    Annotation {
        severity: Severity::Error,
        code: REJECTED,
        message: flat(&message),
        at: At {
            name: problem.place().to_string(),
            start: problem.place().position(),
            end: None,
        },
        related: Vec::new(),
    }
}

/// Each code with its description and severity.
pub(super) fn codes() -> impl Iterator<Item = (&'static str, &'static str, Severity)> {
    let lints = LintCode::ALL
        .iter()
        .map(|code| (code.as_str(), code.description(), code.severity()));
    std::iter::once((REJECTED, REJECTED_DESCRIPTION, Severity::Error)).chain(lints)
}
