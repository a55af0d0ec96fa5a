//! `s3-cors check`

mod annotation;
mod github;
mod sarif;

use std::path::Path;

use annotate_snippets::Level;
use s3_cors::{AppRules, ConfigError, CorsConfiguration};
use s3_cors_analysis::lint::{self, Severity, lint, lint_app_rules};
use serde::Serialize;

use crate::args::{Check, FailOn, OutputFormat};
use crate::input::Input;
use crate::json::{self, Finding, JsonPlace};
use crate::paint::{BAD, BOLD, GOOD, HINT, ODD, count, flat, paint};
use crate::report::{Report, Verdict};
use crate::snippet::{self, Shown};

/// More findings than this are summed up in one line.
const MOST_SHOWN: usize = 100;
/// More related places of a finding than this are summed up in one line.
const MOST_RELATED: usize = 5;

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
    rules: Option<usize>,
    findings: Vec<Finding>,
}

/// A file and what was found in it.
struct Looked<'a> {
    path: &'a Path,
    input: Input,
    /// Whether it holds rules of the app's own.
    is_app: bool,
    findings: Result<Vec<lint::Finding>, ConfigError>,
    verdict: Verdict,
}

impl<'a> Looked<'a> {
    fn at(path: &'a Path, input: Input, fail_on: FailOn) -> Self {
        let findings = input.configuration().map(lint).map_err(Clone::clone);
        Self::found(path, input, false, findings, fail_on)
    }

    fn at_app_rules(path: &'a Path, fail_on: FailOn) -> Self {
        let input = Input::read_app_rules(path);
        let rules = input.configuration().map_err(Clone::clone);
        let rules = rules.and_then(|rules| AppRules::new(rules.cors_rules.clone()));
        let findings = rules.map(|rules| lint_app_rules(&rules));
        Self::found(path, input, true, findings, fail_on)
    }

    fn found(
        path: &'a Path,
        input: Input,
        is_app: bool,
        findings: Result<Vec<lint::Finding>, ConfigError>,
        fail_on: FailOn,
    ) -> Self {
        let verdict = match &findings {
            Ok(findings) => Verdict::found(findings.iter().any(|f| counts(f.severity, fail_on))),
            Err(_) if input.is_unreadable() => Verdict::Failed,
            Err(_) => Verdict::Found,
        };
        Self {
            path,
            input,
            is_app,
            findings,
            verdict,
        }
    }
}

pub(crate) fn run(args: &Check, format: OutputFormat) -> Report {
    let files = args.files.iter();
    let inputs = files.map(|path| (path.as_path(), Input::read(path)));
    report(inputs, args.app.as_deref(), args.fail_on, format)
}

/// Each input with the path that names it, and perhaps a file of the app's own rules.
pub(crate) fn report<'a>(
    inputs: impl IntoIterator<Item = (&'a Path, Input)>,
    app: Option<&'a Path>,
    fail_on: FailOn,
    format: OutputFormat,
) -> Report {
    let inputs = inputs.into_iter();
    let files: Vec<Looked<'_>> = inputs
        .map(|(path, input)| Looked::at(path, input, fail_on))
        .chain(app.map(|path| Looked::at_app_rules(path, fail_on)))
        .collect();
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
        Self {
            file: input.name.clone(),
            list: if file.is_app { "app" } else { "bucket" },
            exit_code: file.verdict.code(),
            rules: input.configuration().ok().map(rules),
            findings: match &file.findings {
                Ok(findings) => findings.iter().map(|f| in_json(input, f)).collect(),
                Err(error) => json::findings(error),
            },
        }
    }
}

fn rules(configuration: &CorsConfiguration) -> usize {
    configuration.cors_rules.len()
}

fn counts(severity: Severity, fail_on: FailOn) -> bool {
    match fail_on {
        FailOn::Info => true,
        FailOn::Warning => severity >= Severity::Warning,
        FailOn::Error => severity >= Severity::Error,
    }
}

fn in_text(file: &Looked<'_>) -> String {
    let input = &file.input;
    let name = paint(BOLD, &input.name);
    let findings = match &file.findings {
        Ok(findings) => findings,
        Err(error) => {
            let errors = count(error.problems().len(), "error", "errors");
            let problems = snippet::problems(input, error);
            return format!("{problems}{name}: {}\n", paint(BAD, errors));
        }
    };
    let mut out = String::new();
    let text = input.text();
    // If there are too many, the least severe are left out.
    let mut indices: Vec<usize> = (0..findings.len()).collect();
    indices.sort_by_key(|&index| findings.get(index).map(|f| std::cmp::Reverse(f.severity)));
    let left_out = indices.split_off(indices.len().min(MOST_SHOWN)).len();
    indices.sort_unstable();
    for finding in indices.into_iter().filter_map(|index| findings.get(index)) {
        let shown = shown(input, finding);
        out.push_str(&snippet::render(&input.name, &text, &shown));
    }
    if left_out > 0 {
        let left_out = count(left_out, "finding is", "findings are");
        out.push_str(&format!(
            "{left_out} not shown (use --format json to see all)\n\n"
        ));
    }
    let rules = input.configuration().map_or(0, rules);
    let rules = count(rules, "rule", "rules");
    let whose = if file.is_app { " of the app's own" } else { "" };
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
    let counted = counted.collect::<Vec<_>>().join(", ");
    let verdict = if counted.is_empty() {
        paint(GOOD, "no problems found").to_string()
    } else {
        counted
    };
    out + &format!("{name}: {rules}{whose}, {verdict}\n")
}

fn shown<'a>(input: &Input, finding: &'a lint::Finding) -> Shown<'a> {
    let span = input.span(&finding.place);
    let related = finding.related.iter().map(|place| {
        let line = input.span(place).map(|span| span.start.line);
        let line = line.map_or_else(String::new, |line| format!(" on line {line}"));
        format!("see {place}{line}")
    });
    let mut notes: Vec<String> = related.collect();
    if let Some(more @ 1..) = notes.len().checked_sub(MOST_RELATED) {
        notes.truncate(MOST_RELATED);
        notes.push(format!("and {more} more (use --format json to see all)"));
    }
    Shown {
        level: match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            _ => Level::INFO,
        },
        code: Some(finding.code.as_str()),
        title: flat(&finding.text),
        position: span.map(|span| span.start),
        end: span.map(|span| span.end.offset),
        label: finding.place.to_string(),
        help: Some(finding.help.clone()),
        notes,
    }
}

fn in_json(input: &Input, finding: &lint::Finding) -> Finding {
    let place = |place| {
        let mut shown = JsonPlace::from(place);
        if let Some(span) = input.span(place) {
            shown.line = Some(span.start.line);
            shown.column = Some(span.start.column);
        }
        shown
    };
    Finding {
        severity: finding.severity.as_str(),
        code: Some(finding.code.as_str()),
        place: place(&finding.place),
        text: finding.text.clone(),
        help: finding.help.clone(),
        related: finding.related.iter().map(place).collect(),
        s3_error: None,
    }
}
