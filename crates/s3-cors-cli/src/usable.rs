//! Reads configurations for commands that need a valid one.

use s3_cors::{ConfigError, CorsConfiguration};

use crate::args::Format;
use crate::input::Input;
use crate::json::{self, Failure, FailureText};
use crate::report::{Report, Verdict};
use crate::snippet;

/// An input and its configuration, or a report that S3 would reject it.
pub(crate) fn of(
    command: &str,
    input: Input,
    format: Format,
) -> Result<(Input, CorsConfiguration), Report> {
    match input.configuration().cloned() {
        Ok(configuration) => Ok((input, configuration)),
        Err(error) => Err(unusable(command, &input, error, format)),
    }
}

/// A report that a file is not usable.
pub(crate) fn unusable(
    command: &str,
    input: &Input,
    error: &ConfigError,
    format: Format,
) -> Report {
    match format {
        Format::Text => {
            Report::failed(snippet::problems(input, error).trim_end().to_owned() + "\n")
        }
        Format::Json => {
            let failure = FailureText {
                file: Some(&input.name),
                message: "the configuration is not valid".into(),
                findings: json::findings(error),
            };
            json::report(command, Verdict::Failed, Failure { failure })
        }
    }
}

/// A command that cannot run for another reason.
pub(crate) fn failure(command: &str, message: &str, format: Format) -> Report {
    match format {
        Format::Text => Report::failed(format!(
            "{} {}\n",
            crate::paint::paint(crate::paint::BAD, "error:"),
            crate::paint::flat(message)
        )),
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
