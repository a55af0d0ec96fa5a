//! Reads configurations for commands that need a valid one.

use s3_cors::CorsConfiguration;
use s3_cors_formats::Finding;

use crate::args::Format;
use crate::input::{Input, Unusable};
use crate::json::{self, Failure, FailureText};
use crate::paint::{BAD, HINT, flat, paint};
use crate::report::{Report, Verdict};
use crate::snippet;

/// An input and the configuration that its bucket has, or a report that there is none.
pub(crate) fn of(
    command: &str,
    input: Input,
    format: Format,
) -> Result<(Input, CorsConfiguration), Report> {
    match input.configuration() {
        Ok(configuration) => Ok((input, configuration)),
        Err(Unusable::Findings(findings)) => {
            let message = "the configuration is not valid";
            Err(unusable(command, &input, message, &findings, format))
        }
        Err(Unusable::NotKnown(findings)) => {
            let message = "not all values are known before the file is deployed";
            let mut report = unusable(command, &input, message, &findings, format);
            if format == Format::Text {
                let message = format!("{}: {message}", input.name);
                report.stderr += &format!("\n{} {message}\n", paint(BAD, "error:"));
            }
            Err(report)
        }
        Err(Unusable::Choice(message)) => Err(failure(command, &message, format)),
    }
}

fn unusable(
    command: &str,
    input: &Input,
    message: &str,
    findings: &[Finding],
    format: Format,
) -> Report {
    match format {
        Format::Text => {
            Report::failed(snippet::findings(input, findings).trim_end().to_owned() + "\n")
        }
        Format::Json => {
            let failure = FailureText {
                file: Some(&input.name),
                message: message.into(),
                findings: findings
                    .iter()
                    .map(|f| json::Finding::of(input, f))
                    .collect(),
            };
            json::report(command, Verdict::Failed, Failure { failure })
        }
    }
}

/// What to know of an input's rules that is not in them, as text on standard error.
pub(crate) fn with_notes(mut report: Report, inputs: &[&Input], format: Format) -> Report {
    if format == Format::Text {
        for note in inputs.iter().flat_map(|input| input.notes()) {
            report.stderr += &format!("{} {}\n", paint(HINT, "note:"), flat(&note));
        }
    }
    report
}

/// A command that cannot run for another reason.
pub(crate) fn failure(command: &str, message: &str, format: Format) -> Report {
    match format {
        Format::Text => Report::failed(format!("{} {}\n", paint(BAD, "error:"), flat(message))),
        Format::Json => {
            let failure = FailureText {
                file: None,
                message: message.into(),
                findings: Vec::new(),
            };
            json::report(command, Verdict::Failed, Failure { failure })
        }
    }
}
