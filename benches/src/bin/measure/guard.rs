//! Fails if the cost of a main case grows.

use std::fs;
use std::path::{Path, PathBuf};

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

fn guarded() -> impl Iterator<Item = (Group, &'static Case)> {
    let cases = || CASES.iter().filter(|case| case.guarded);
    Group::ALL
        .into_iter()
        .flat_map(move |group| cases().map(move |case| (group, case)))
}

fn measure(programs: &Programs) -> Result<Figures> {
    let mut figures = Figures::default();
    let runs: Vec<_> = guarded()
        .map(|(group, case)| (group, case, Kind::Ours))
        .collect();
    programs.count_runs(&runs, &mut figures)?;
    let mut allocations = Figures::default();
    programs.count_allocations(&mut allocations)?;
    for (group, case) in guarded() {
        let counted = allocations.cost(group, case.id, Kind::Ours);
        let counted = counted.unwrap_or_default().allocations;
        figures.cost_mut(group, case.id, Kind::Ours).allocations = counted;
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
        let worse = |&(group, case): &(Group, &Case)| {
            let before = kept.cost(group, case.id, Kind::Ours).unwrap_or_default();
            let now = measured
                .cost(group, case.id, Kind::Ours)
                .unwrap_or_default();
            is_worse(before, now)
        };
        if !guarded().any(|case| worse(&case)) {
            break;
        }
        let again = measure(&programs)?;
        for (group, case) in guarded() {
            let again = again.cost(group, case.id, Kind::Ours).unwrap_or_default();
            let least = measured.cost_mut(group, case.id, Kind::Ours);
            least.instructions = least.instructions.min(again.instructions);
        }
    }
    let mut grown = 0;
    for (group, case) in guarded() {
        let cost = |figures: &Figures| figures.cost(group, case.id, Kind::Ours);
        let now = cost(&measured).unwrap_or_default();
        let Some(before) = cost(&kept) else {
            println!("{:5} {:40} is not in the baseline", group.name(), case.name);
            grown += 1;
            continue;
        };
        let growth = 100.0 * (now.instructions as f64 / before.instructions as f64 - 1.0);
        let worse = is_worse(before, now);
        println!(
            "{:5} {:32} {:>9} -> {:>9} instructions ({growth:+.1} %), {} -> {} allocations{}",
            group.name(),
            case.name,
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
