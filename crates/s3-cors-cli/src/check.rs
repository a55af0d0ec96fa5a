//! `s3-cors check`

use serde::Serialize;

use crate::args::{Check, Format};
use crate::input::Input;
use crate::json::{self, Finding};
use crate::paint::{BAD, BOLD, GOOD, count, paint};
use crate::report::{Report, Verdict};
use crate::snippet;

#[derive(Serialize)]
struct Checked {
    files: Vec<CheckedFile>,
}

#[derive(Serialize)]
struct CheckedFile {
    file: String,
    exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<usize>,
    findings: Vec<Finding>,
}

pub(crate) fn run(args: &Check, format: Format) -> Report {
    let mut files = Vec::new();
    let mut text = String::new();
    let mut worst = Verdict::Fine;
    for path in &args.files {
        let input = Input::read(path);
        let verdict = match input.configuration() {
            Ok(_) => Verdict::Fine,
            Err(_) if input.is_unreadable() => Verdict::Failed,
            Err(_) => Verdict::Found,
        };
        worst = worst.max(verdict);
        match format {
            Format::Text => text.push_str(&in_text(&input)),
            Format::Json => files.push(CheckedFile {
                file: input.name.clone(),
                exit_code: verdict.code(),
                rules: input.configuration().ok().map(|c| c.cors_rules.len()),
                findings: input
                    .configuration()
                    .err()
                    .map_or_else(Vec::new, json::findings),
            }),
        }
    }
    match format {
        Format::Text => Report::on_stdout(text, worst),
        Format::Json => json::report("check", worst, Checked { files }),
    }
}

fn in_text(input: &Input) -> String {
    let name = paint(BOLD, &input.name);
    match input.configuration() {
        Ok(configuration) => {
            let rules = count(configuration.cors_rules.len(), "rule", "rules");
            format!(
                "{name}: {rules}, {}\n",
                paint(GOOD, "nothing to find fault with")
            )
        }
        Err(error) => {
            let errors = count(error.problems().len(), "error", "errors");
            format!(
                "{}{name}: {}\n",
                snippet::problems(input, error),
                paint(BAD, errors)
            )
        }
    }
}
