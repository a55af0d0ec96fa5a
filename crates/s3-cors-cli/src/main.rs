//! `s3-cors`: checks, explains, compares and converts S3 CORS configurations, and probes live
//! endpoints against them. The libraries `s3-cors`, `s3-cors-analysis` and `cors-fetch` decide what
//! S3 and browsers do; this crate reads arguments and prints results.

mod args;
mod check;
mod convert;
mod diff;
mod explain;
mod generate;
mod input;
mod json;
mod paint;
mod probe;
mod report;
mod show;
mod snippet;
mod ui;
mod usable;

use std::process::ExitCode;

use args::{Cli, Command};
use clap::Parser;
use report::Verdict;

fn main() -> ExitCode {
    // On invalid arguments, clap exits with code 2 itself.
    let cli = Cli::parse();
    cli.color.apply();
    let format = cli.format;
    let report = match &cli.command {
        Command::Check(args) => check::run(args, format),
        Command::Explain(args) => explain::run(args, format),
        Command::Diff(args) => diff::run(args, format),
        Command::Convert(args) => convert::run(args, format),
        Command::Probe(args) => probe::run(args, format),
        Command::Show(args) => show::run(args, format),
        Command::Ui(args) => ui::run(args, format),
        Command::Completions { shell } => generate::completions(*shell),
        Command::Man { directory } => generate::man(directory.as_deref()),
    };
    report.print().into()
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
