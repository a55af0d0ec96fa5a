//! Counts instructions and allocations, and writes tables and charts.
//!
//! ```sh
//! cargo run --release -p s3-cors-bench --bin measure -- all         # tables, charts, the README
//! cargo run --release -p s3-cors-bench --bin measure -- guard       # as CI does
//! cargo run --release -p s3-cors-bench --bin measure -- guard --renew
//! cargo run --release -p s3-cors-bench --bin measure -- end-to-end  # needs wrk
//! cargo run --release -p s3-cors-bench --bin measure -- threads     # needs two idle cores
//! ```
//!
//! The first three need valgrind.

mod bars;
mod chart;
mod counting;
mod end_to_end;
mod figures;
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
        ["end-to-end"] => end_to_end::run(),
        ["threads"] => threads(),
        _ => Err("usage: measure all | guard [--renew] | end-to-end | threads".into()),
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
    let (text, all_hold) = threads::run()?;
    fs::write(Path::new(PACKAGE).join("results/threads.md"), &text)?;
    println!("{text}");
    Ok(all_hold)
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
    plots::draw(programs.target(), &results)?;
    table::put_into_readme(&figures)?;
    println!("{tables}\n{bars}");
    Ok(all_hold)
}
