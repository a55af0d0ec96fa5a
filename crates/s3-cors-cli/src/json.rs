//! The output of `--format json`. SCHEMA.md describes it; `schema.json` is its JSON Schema.

use s3_cors::{ConfigError, Place, Problem};
use s3_cors_analysis::RulePosition;
use serde::Serialize;

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
    pub(crate) place: JsonPlace,
    pub(crate) text: String,
    pub(crate) help: String,
    /// Other places that the finding refers to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) related: Vec<JsonPlace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) s3_error: Option<S3Error>,
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

impl From<&Problem> for Finding {
    fn from(problem: &Problem) -> Self {
        Self {
            severity: "error",
            code: None,
            place: problem.place().into(),
            text: problem.kind().to_string(),
            help: problem.help(),
            related: Vec::new(),
            s3_error: problem.s3_error().map(|error| S3Error {
                code: error.code(),
                message: error.message().map(Into::into),
            }),
        }
    }
}

/// All problems of a configuration.
pub(crate) fn findings(error: &ConfigError) -> Vec<Finding> {
    error.problems().iter().map(Finding::from).collect()
}
