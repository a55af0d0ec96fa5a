//! Runs one subject in one case, for callgrind, which counts what happens within `counted_call`.

use std::process::ExitCode;

use s3_cors_bench::counted::count;
use s3_cors_bench::subjects::configuration::{self, Step};
use s3_cors_bench::subjects::subject;
use s3_cors_bench::{Case, Group, Kind};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [group, kind, case, calls] = &arguments[..] else {
        return usage();
    };
    let Ok(calls) = calls.parse() else {
        return usage();
    };
    if group == "configuration" {
        let Some(step) = Step::ALL.into_iter().find(|step| step.name() == kind) else {
            return usage();
        };
        if configuration::subject(step, case).is_none() {
            return usage();
        }
        count(calls, || {
            configuration::subject(step, case).expect("it has been made before")
        });
        return ExitCode::SUCCESS;
    }
    let (Some(group), Some(kind), Some(case)) = (
        Group::by_name(group),
        Kind::by_name(kind),
        Case::by_id(case),
    ) else {
        return usage();
    };
    count(calls, || subject(group, kind, case));
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("usage: count tower|axum|actix bare|noop|rival|floor|ours|naive CASE CALLS");
    eprintln!("       count configuration load|compile NAME CALLS");
    ExitCode::from(2)
}
