//! `s3-cors`: checks, explains, compares and converts S3 CORS configurations, and probes live
//! endpoints against them. The libraries `s3-cors`, `s3-cors-analysis` and `cors-fetch` decide what
//! S3 and browsers do; this crate reads arguments and prints results.

mod app;
mod args;
mod check;
mod convert;
mod diff;
mod explain;
mod generate;
mod input;
mod json;
mod live;
mod paint;
mod password;
mod probe;
mod report;
mod show;
mod snippet;
mod ui;
mod usable;

use std::process::ExitCode;

use args::{Cli, Command, Format};
use clap::Parser;
use clap::error::ErrorKind;
use report::Verdict;

fn main() -> ExitCode {
    // On invalid arguments, the program exits with code 2.
    let cli = Cli::try_parse().unwrap_or_else(|error| wrong_usage(&error));
    cli.color.apply();
    let format = match (cli.format.of_all_commands(), &cli.command) {
        (Some(format), _) => format,
        // It reads the option itself.
        (None, Command::Check(_)) => Format::Text,
        (None, _) => Cli::command_line()
            .error(
                ErrorKind::ArgumentConflict,
                "only `check` has the formats `sarif` and `github`",
            )
            .exit(),
    };
    let report = match &cli.command {
        Command::Check(args) => check::run(args, cli.format),
        Command::Explain(args) => explain::run(args, format),
        Command::Diff(args) => diff::run(args, format),
        Command::Convert(args) => convert::run(args, format),
        Command::Probe(args) => probe::run(args, format),
        Command::Show(args) => show::run(args, format),
        Command::Ui(args) => ui::run(args, format),
        Command::Schema => generate::schema(),
        Command::Completions { shell } => generate::completions(*shell),
        Command::Man { directory } => generate::man(directory.as_deref()),
    };
    report.print().into()
}

/// Ends the process. Clap repeats what it does not understand.
fn wrong_usage(error: &clap::Error) -> ! {
    let shown = std::env::args_os().map(|argument| paint::flat(&argument.to_string_lossy()));
    match Cli::try_parse_from(shown) {
        Err(error) => error.exit(),
        Ok(_) => error.exit(),
    }
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        Self::from(verdict.code())
    }
}

impl Cli {
    /// The whole command, for completions and man pages.
    fn command_line() -> clap::Command {
        <Self as clap::CommandFactory>::command()
    }
}
