//! Counts instructions and allocations, and writes tables and charts.
//!
//! ```sh
//! cargo run --release -p s3-cors-bench --bin measure -- all         # tables, charts, the README
//! cargo run --release -p s3-cors-bench --bin measure -- guard       # as CI does
//! cargo run --release -p s3-cors-bench --bin measure -- guard --renew
//! cargo run --release -p s3-cors-bench --bin measure -- end-to-end  # needs wrk
//! cargo run --release -p s3-cors-bench --bin measure -- threads     # needs two idle cores
//! cargo run --release -p s3-cors-bench --bin measure -- plots       # needs an idle machine
//! cargo run --release -p s3-cors-bench --bin measure -- footprint   # builds six apps
//! ```
//!
//! The first three need valgrind.

mod atomics;
mod bars;
mod chart;
mod counting;
mod end_to_end;
mod figures;
// Its wrapper around the compiler is a shell script.
#[cfg(unix)]
mod footprint;
mod guard;
mod plots;
mod table;
mod threads;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use s3_cors_bench::CASES;

use crate::counting::Programs;
use crate::figures::Figures;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// This package.
const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["all"] => all(),
        ["guard"] => guard::check(),
        ["guard", "--renew"] => guard::renew(),
        ["end-to-end"] => end_to_end(),
        ["threads"] => threads(),
        ["plots"] => plots(),
        #[cfg(unix)]
        ["footprint"] => footprint(),
        _ => Err(
            "usage: measure all | guard [--renew] | end-to-end | threads | plots | footprint"
                .into(),
        ),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Measures what threads that share a policy cost each other, and writes the results.
fn threads() -> Result<bool> {
    let (counts, few) = atomics::table(&Programs::build()?, &threads::CASES)?;
    println!("{counts}");
    let (times, close) = threads::run()?;
    println!("{times}");
    let text = format!("# Threads that share a policy\n\n{counts}\n{times}");
    fs::write(Path::new(PACKAGE).join("results/threads.md"), text)?;
    Ok(few && close)
}

/// Measures requests per second, and writes the results.
fn end_to_end() -> Result<bool> {
    let (text, all_hold) = end_to_end::run()?;
    fs::write(Path::new(PACKAGE).join("results/end-to-end.md"), &text)?;
    println!("{text}");
    Ok(all_hold)
}

/// Times allowed GETs and writes the plots.
fn plots() -> Result<bool> {
    plots::draw(
        Programs::build()?.target(),
        &Path::new(PACKAGE).join("results"),
    )?;
    Ok(true)
}

/// Measures what it costs to depend on this project, and writes the results and the README.
#[cfg(unix)]
fn footprint() -> Result<bool> {
    let text = footprint::run()?;
    fs::write(Path::new(PACKAGE).join("results/footprint.md"), &text)?;
    table::put_into_readme("footprint", &text)?;
    println!("{text}");
    Ok(true)
}

/// Measures everything, writes the results and returns whether all limits hold.
fn all() -> Result<bool> {
    let programs = Programs::build()?;
    let mut figures = Figures::default();
    programs.count(CASES, &mut figures)?;
    programs.count_allocations(&mut figures)?;
    let loading = programs.count_loading()?;
    let scales = chart::measure(&programs)?;

    let results = Path::new(PACKAGE).join("results");
    fs::create_dir_all(&results)?;
    fs::write(results.join("figures.json"), figures.to_json()?)?;
    let tables = table::of_all(&figures) + "\n" + &table::of_loading(&loading);
    let (bars, all_hold) = bars::table(&figures);
    fs::write(results.join("tables.md"), &tables)?;
    fs::write(results.join("bars.md"), &bars)?;
    for (name, svg) in chart::draw(&scales) {
        fs::write(results.join(name), svg)?;
    }
    table::put_into_readme("benchmarks", &table::main_cases(&figures))?;
    println!("{tables}\n{bars}");
    Ok(all_hold)
}
