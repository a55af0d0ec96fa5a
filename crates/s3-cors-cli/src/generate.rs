//! Shell completions, man pages and the schema of the JSON.

use std::path::Path;

use crate::args::Cli;
use crate::paint::flat;
use crate::report::{Report, Verdict};

pub(crate) fn completions(shell: clap_complete::Shell) -> Report {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command_line(), "s3-cors", &mut script);
    Report::on_stdout(String::from_utf8_lossy(&script).into_owned(), Verdict::Fine)
}

pub(crate) fn man(directory: Option<&Path>) -> Report {
    let Some(directory) = directory else {
        let mut page = Vec::new();
        return match clap_mangen::Man::new(Cli::command_line()).render(&mut page) {
            Ok(()) => {
                let page = String::from_utf8_lossy(&page).into_owned();
                Report::on_stdout(page, Verdict::Fine)
            }
            Err(error) => Report::failed(format!("error: {error}\n")),
        };
    };
    match clap_mangen::generate_to(Cli::command_line(), directory) {
        Ok(()) => Report::on_stdout(String::new(), Verdict::Fine),
        Err(error) => Report::failed(format!(
            "error: {}: {error}\n",
            flat(&directory.to_string_lossy())
        )),
    }
}

pub(crate) fn schema() -> Report {
    Report::on_stdout(include_str!("../schema.json").into(), Verdict::Fine)
}
