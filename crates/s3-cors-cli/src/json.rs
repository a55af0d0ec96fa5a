//! The output of `--format json`. SCHEMA.md describes it; `schema.json` is its JSON Schema.

use s3_cors::{Place, S3Error as Rejection};
use s3_cors_analysis::RulePosition;
use s3_cors_formats::{FindingCode, Span};
use serde::Serialize;

use crate::input::Input;
use crate::paint::escaped_json;
use crate::report::{Report, Verdict};

/// The version of the format. It increases when a member is removed or changes its meaning, not
/// when one is added.
const FORMAT_VERSION: u32 = 1;

/// The members that all commands share.
#[derive(Serialize)]
struct Document<'a, T> {
    format_version: u32,
    command: &'a str,
    exit_code: u8,
    #[serde(flatten)]
    content: T,
}

pub(crate) fn report(command: &str, verdict: Verdict, content: impl Serialize) -> Report {
    let document = Document {
        format_version: FORMAT_VERSION,
        command,
        exit_code: verdict.code(),
        content,
    };
    match serde_json::to_string_pretty(&document) {
        Ok(text) => Report::on_stdout(escaped_json(&text) + "\n", verdict),
        Err(error) => Report::failed(format!("error: {error}\n")),
    }
}

/// A command that could not run.
#[derive(Serialize)]
pub(crate) struct Failure<'a> {
    pub(crate) failure: FailureText<'a>,
}

#[derive(Serialize)]
pub(crate) struct FailureText<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<&'a str>,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) findings: Vec<Finding>,
}

/// One problem in a file.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    pub(crate) severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<&'static str>,
    /// The resource in the file, if the file names its buckets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource: Option<String>,
    pub(crate) place: JsonPlace,
    pub(crate) text: String,
    pub(crate) help: String,
    /// Other places that the finding refers to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) related: Vec<JsonPlace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) s3_error: Option<S3Error>,
    /// The rule as the deployment makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deployed: Option<serde_json::Value>,
}

#[derive(Debug, Serialize)]
pub(crate) struct S3Error {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// The list that a rule is in.
pub(crate) fn list(rule: RulePosition) -> &'static str {
    match rule {
        RulePosition::Bucket(_) => "bucket",
        RulePosition::App(_) => "app",
    }
}

/// A place in a file.
#[derive(Debug, Serialize)]
pub(crate) struct JsonPlace {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<usize>,
}

impl From<&Place> for JsonPlace {
    fn from(place: &Place) -> Self {
        let position = place.position();
        Self {
            path: place.to_string(),
            rule: place.rule(),
            key: place.key().map(Into::into),
            entry: place.entry(),
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
        }
    }
}

impl JsonPlace {
    fn at(place: &Place, span: Option<Span>) -> Self {
        Self {
            line: span.map(|span| span.start.line),
            column: span.map(|span| span.start.column),
            ..Self::from(place)
        }
    }
}

/// The code of a finding. What S3 rejects, and a file that cannot be read, have none.
pub(crate) fn code(finding: &s3_cors_formats::Finding) -> Option<&'static str> {
    let without = [FindingCode::Rejected, FindingCode::Unreadable];
    let without = without.iter().any(|code| code.as_str() == finding.code);
    (!without).then_some(finding.code)
}

impl Finding {
    /// A finding of a file.
    pub(crate) fn of(input: &Input, finding: &s3_cors_formats::Finding) -> Self {
        let named = input.names_buckets() && !finding.bucket.is_empty();
        let rejection = |error: &Rejection| S3Error {
            code: error.code(),
            message: error.message().map(Into::into),
        };
        Self {
            severity: finding.severity.as_str(),
            code: code(finding),
            resource: named.then(|| finding.bucket.clone()),
            place: JsonPlace::at(&finding.place, finding.span),
            text: finding.text.clone(),
            help: finding.help.clone(),
            related: finding
                .related
                .iter()
                .map(|related| JsonPlace::at(&related.place, Some(related.span)))
                .collect(),
            s3_error: finding.s3_error.as_ref().map(rejection),
            deployed: finding
                .deployed
                .as_ref()
                .and_then(|rule| serde_json::from_str(rule).ok()),
        }
    }
}

/// Where rules come from that are not in one of S3's own forms.
#[derive(Debug, Serialize)]
pub(crate) struct Source {
    format: &'static str,
    resource: String,
    notes: Vec<String>,
}

impl Source {
    pub(crate) fn of(input: &Input) -> Option<Self> {
        let (document, bucket) = input.bucket().ok()?;
        let notes = input.notes();
        let shown = !document.format().is_s3s_own() || !notes.is_empty();
        shown.then(|| Self {
            format: document.format().as_str(),
            resource: bucket.name().to_owned(),
            notes,
        })
    }
}
