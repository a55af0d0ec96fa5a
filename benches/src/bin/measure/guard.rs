//! Fails if the cost of a main case grows.

use std::fs;
use std::path::{Path, PathBuf};

use s3_cors_bench::policies::OVERLAPPING;
use s3_cors_bench::{CASES, Case, Group, Kind};

use crate::counting::Programs;
use crate::figures::{Cost, Figures};
use crate::table::thousands;
use crate::{PACKAGE, Result};

/// What a call may grow by.
const TOLERANCE: f64 = 0.03;

const RENEW: &str = "cargo run --release -p s3-cors-bench --bin measure -- guard --renew";

fn baseline() -> PathBuf {
    Path::new(PACKAGE).join("baseline.json")
}

/// What is compared with the baseline.
#[derive(Clone, Copy)]
enum Guarded {
    /// Our middleware in a case.
    Call(Group, &'static Case),
    /// The lints of a configuration.
    Lint(&'static str),
}

impl Guarded {
    fn all() -> impl Iterator<Item = Self> {
        // The lint that compares each rule with all later ones is the one that can grow.
        let lints = ["64 KB of rules", OVERLAPPING].map(Self::Lint);
        let calls = calls().map(|(group, case)| Self::Call(group, case));
        calls.chain(lints)
    }

    fn cost(self, figures: &Figures) -> Option<Cost> {
        match self {
            Self::Call(group, case) => figures.cost(group, case.id, Kind::Ours),
            Self::Lint(name) => figures.lint(name),
        }
    }

    fn cost_mut(self, figures: &mut Figures) -> &mut Cost {
        match self {
            Self::Call(group, case) => figures.cost_mut(group, case.id, Kind::Ours),
            Self::Lint(name) => figures.lint_mut(name),
        }
    }

    /// The first two columns.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Call(group, case) => (group.name(), case.name),
            Self::Lint(name) => ("lint", name),
        }
    }
}

fn calls() -> impl Iterator<Item = (Group, &'static Case)> {
    let cases = || CASES.iter().filter(|case| case.guarded);
    Group::ALL
        .into_iter()
        .flat_map(move |group| cases().map(move |case| (group, case)))
}

fn measure(programs: &Programs) -> Result<Figures> {
    let mut figures = Figures::default();
    let runs: Vec<_> = calls()
        .map(|(group, case)| (group, case, Kind::Ours))
        .collect();
    programs.count_runs(&runs, &mut figures)?;
    let mut allocations = Figures::default();
    programs.count_allocations(&mut allocations)?;
    for guarded in Guarded::all() {
        let cost = guarded.cost_mut(&mut figures);
        cost.allocations = guarded.cost(&allocations).unwrap_or_default().allocations;
        if let Guarded::Lint(name) = guarded {
            cost.instructions = programs.count_lint(name)?;
        }
    }
    Ok(figures)
}

/// Writes a new baseline.
pub(crate) fn renew() -> Result<bool> {
    fs::write(baseline(), measure(&Programs::build()?)?.to_json()?)?;
    println!("wrote {}", baseline().display());
    Ok(true)
}

/// Compares with the baseline. Whole calls are compared, not overheads, some of which are about
/// nothing.
pub(crate) fn check() -> Result<bool> {
    let kept = fs::read_to_string(baseline())
        .map_err(|error| format!("{}: {error}\nTo write it: {RENEW}", baseline().display()))?;
    let kept: Figures = serde_json::from_str(&kept)?;
    let programs = Programs::build()?;
    let mut measured = measure(&programs)?;
    // What a heap looks like differs a little from run to run: only what grows every time has.
    for _ in 0..2 {
        let cost = |guarded: Guarded, figures| guarded.cost(figures).unwrap_or_default();
        if !Guarded::all().any(|guarded| is_worse(cost(guarded, &kept), cost(guarded, &measured))) {
            break;
        }
        let again = measure(&programs)?;
        for guarded in Guarded::all() {
            let again = guarded.cost(&again).unwrap_or_default();
            let least = guarded.cost_mut(&mut measured);
            least.instructions = least.instructions.min(again.instructions);
        }
    }
    let mut grown = 0;
    for guarded in Guarded::all() {
        let (group, name) = guarded.names();
        let now = guarded.cost(&measured).unwrap_or_default();
        let Some(before) = guarded.cost(&kept) else {
            println!("{group:5} {name:40} is not in the baseline");
            grown += 1;
            continue;
        };
        let growth = 100.0 * (now.instructions as f64 / before.instructions as f64 - 1.0);
        let worse = is_worse(before, now);
        println!(
            "{group:5} {name:32} {:>9} -> {:>9} instructions ({growth:+.1} %), {} -> {} allocations{}",
            thousands(before.instructions),
            thousands(now.instructions),
            before.allocations,
            now.allocations,
            if worse { "  GROWN" } else { "" },
        );
        grown += usize::from(worse);
    }
    if grown > 0 {
        println!(
            "\n{grown} cases cost more than the baseline allows. If that is intended, or the compiler \
             has changed:\n    {RENEW}"
        );
    }
    Ok(crate::atomics::check(&programs)? && grown == 0)
}

fn is_worse(before: Cost, now: Cost) -> bool {
    now.instructions as f64 > before.instructions as f64 * (1.0 + TOLERANCE)
        || now.allocations > before.allocations
}
