//! `s3-cors check`

mod annotation;
mod github;
mod sarif;

use std::path::Path;

use s3_cors_formats::{Bucket, Finding, FindingCode, Severity};
use serde::Serialize;

use crate::args::{Check, FailOn, OutputFormat};
use crate::input::Input;
use crate::json;
use crate::paint::{BAD, BOLD, GOOD, HINT, ODD, count, paint};
use crate::report::{Report, Verdict};
use crate::{snippet, usable};

#[derive(Serialize)]
struct Checked {
    files: Vec<CheckedFile>,
}

#[derive(Serialize)]
struct CheckedFile {
    file: String,
    list: &'static str,
    exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Resource>,
    findings: Vec<json::Finding>,
}

/// A bucket of a file that is not in one of S3's own forms.
#[derive(Serialize)]
struct Resource {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    rules: usize,
    /// The rules that the bucket gets, if they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    deployed: Option<serde_json::Value>,
}

/// A file and what was found in it.
struct Looked<'a> {
    path: &'a Path,
    input: Input,
    /// Whether it holds rules of the app's own.
    is_app: bool,
    findings: Vec<Finding>,
    verdict: Verdict,
}

impl<'a> Looked<'a> {
    /// Of many files, some have no bucket: `check infra/*.tf`.
    fn at(path: &'a Path, input: Input, fail_on: FailOn, many: bool) -> Self {
        let is_app = input.is_app_rules();
        let mut findings = input.findings();
        let no_bucket = FindingCode::NoBucket.as_str();
        for finding in findings.iter_mut().filter(|f| many && f.code == no_bucket) {
            finding.severity = Severity::Info;
        }
        let verdict = match findings.iter().any(Finding::is_unreadable) {
            true => Verdict::Failed,
            false => Verdict::found(findings.iter().any(|f| counts(f.severity, fail_on))),
        };
        Self {
            path,
            input,
            is_app,
            findings,
            verdict,
        }
    }

    fn is_unreadable(&self) -> bool {
        self.verdict == Verdict::Failed
    }

    /// The buckets that were looked at.
    fn buckets(&self) -> Vec<&Bucket> {
        self.input.buckets().unwrap_or_default()
    }

    fn rules(&self) -> usize {
        let buckets = self.buckets().into_iter();
        buckets.map(|bucket| bucket.rules().len()).sum()
    }
}

pub(crate) fn run(args: &Check, format: OutputFormat) -> Report {
    let files = args.files.iter();
    let inputs = files.map(|path| (path.as_path(), Input::read(path, &args.pick)));
    report(inputs, args.app.as_deref(), args.fail_on, format)
}

/// Each input with the path that names it, and perhaps a file of the app's own rules.
pub(crate) fn report<'a>(
    inputs: impl IntoIterator<Item = (&'a Path, Input)>,
    app: Option<&'a Path>,
    fail_on: FailOn,
    format: OutputFormat,
) -> Report {
    let inputs: Vec<_> = inputs.into_iter().collect();
    let many = inputs.len() > 1;
    let app = app.map(|path| (path, Input::read_app_rules(path)));
    let mut files = Vec::new();
    for (path, input) in inputs.into_iter().chain(app) {
        if let Err(message) = input.buckets() {
            let format = format
                .of_all_commands()
                .unwrap_or(crate::args::Format::Text);
            return usable::failure("check", &message, format);
        }
        files.push(Looked::at(path, input, fail_on, many));
    }
    let worst = files.iter().map(|file| file.verdict).max();
    let worst = worst.unwrap_or(Verdict::Fine);
    match format {
        OutputFormat::Text => {
            let texts = files.iter().map(in_text);
            Report::on_stdout(texts.collect(), worst)
        }
        OutputFormat::Json => {
            let files = files.iter().map(CheckedFile::from).collect();
            json::report("check", worst, Checked { files })
        }
        OutputFormat::Sarif => sarif::report(&files, worst),
        OutputFormat::Github => github::report(&files, worst),
    }
}

impl From<&Looked<'_>> for CheckedFile {
    fn from(file: &Looked<'_>) -> Self {
        let input = &file.input;
        let named = match input.names_buckets() {
            true => file.buckets(),
            false => Vec::new(),
        };
        Self {
            file: input.name.clone(),
            list: if file.is_app { "app" } else { "bucket" },
            exit_code: file.verdict.code(),
            format: input.document().map(|document| document.format().as_str()),
            rules: input.document().map(|_| file.rules()),
            resources: named.into_iter().map(Resource::from).collect(),
            findings: file
                .findings
                .iter()
                .map(|finding| json::Finding::of(input, finding))
                .collect(),
        }
    }
}

impl From<&Bucket> for Resource {
    fn from(bucket: &Bucket) -> Self {
        let deployed = bucket.deployed().ok();
        let deployed = deployed.map(|rules| rules.to_text(s3_cors::Dialect::Cli));
        Self {
            name: bucket.name().to_owned(),
            line: bucket.span_of_resource().map(|span| span.start.line),
            rules: bucket.rules().len(),
            deployed: deployed.and_then(|text| serde_json::from_str(&text).ok()),
        }
    }
}

fn counts(severity: Severity, fail_on: FailOn) -> bool {
    match fail_on {
        FailOn::Info => true,
        FailOn::Warning => severity >= Severity::Warning,
        FailOn::Error => severity >= Severity::Error,
    }
}

fn in_text(file: &Looked<'_>) -> String {
    let Looked {
        input, findings, ..
    } = file;
    let number = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let counted = [
        (Severity::Error, BAD, "error", "errors"),
        (Severity::Warning, ODD, "warning", "warnings"),
        (Severity::Info, HINT, "note", "notes"),
    ]
    .into_iter()
    .filter(|(severity, ..)| number(*severity) > 0)
    .map(|(severity, style, one, several)| {
        paint(style, count(number(severity), one, several)).to_string()
    });
    let mut parts = Vec::new();
    if let Some(document) = input.document() {
        if !document.format().is_s3s_own() {
            parts.push(document.format().name().to_owned());
        }
        if input.names_buckets() {
            parts.push(count(file.buckets().len(), "bucket", "buckets"));
        }
        let whose = if file.is_app { " of the app's own" } else { "" };
        parts.push(count(file.rules(), "rule", "rules") + whose);
    }
    let before = parts.len();
    parts.extend(counted);
    if parts.len() == before {
        parts.push(paint(GOOD, "no problems found").to_string());
    }
    let name = paint(BOLD, &input.name);
    let findings = snippet::findings(input, findings);
    format!("{findings}{name}: {}\n", parts.join(", "))
}
