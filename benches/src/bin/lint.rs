//! Lints a configuration as `s3-cors check` does, for callgrind.
//!
//! A program of its own: with more callers of the engine's functions in it, the compiler would inline
//! fewer of them in `count`, and requests would seem to cost more.

use std::process::ExitCode;

use s3_cors::CorsConfiguration;
use s3_cors_analysis::lint::lint;
use s3_cors_bench::Subject;
use s3_cors_bench::counted::count;
use s3_cors_bench::policies::texts;
use s3_cors_bench::subjects::SentResponse;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let parsed = match &arguments[..] {
        [name, calls] => calls.parse().ok().zip(linted(name)),
        _ => None,
    };
    let Some((calls, linted)) = parsed else {
        eprintln!("usage: lint NAME CALLS");
        return ExitCode::from(2);
    };
    count(calls, || Box::new(linted.clone()));
    ExitCode::SUCCESS
}

/// A configuration; a call lints it.
#[derive(Clone)]
struct Linted(CorsConfiguration);

fn linted(name: &str) -> Option<Linted> {
    let (_, text) = texts().into_iter().find(|(known, _)| *known == name)?;
    CorsConfiguration::from_text(&text).ok().map(Linted)
}

impl Subject for Linted {
    fn prepare(&mut self, _: usize) {}

    fn call(&mut self) -> u16 {
        if lint(&self.0).is_empty() { 200 } else { 422 }
    }

    fn respond(&mut self) -> SentResponse {
        SentResponse {
            status: self.call(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }
}
