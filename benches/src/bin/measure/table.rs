//! The tables.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use s3_cors_bench::{CASES, Case, Group, Kind};

use crate::counting::Loading;
use crate::figures::{Cost, Figures};
use crate::{PACKAGE, Result};

/// The overheads of all groups.
pub(crate) fn of_all(figures: &Figures) -> String {
    let mut text = String::from(
        "Instructions and allocations per call on top of the bare service. In axum the whole router is \
         wrapped, as in the README's code; preflights then never reach it and cost less than without.\n",
    );
    for group in Group::ALL {
        let _ = writeln!(
            text,
            "\n## {}\n\n{}",
            group.name(),
            of_group(figures, group, CASES.iter())
        );
    }
    text
}

/// What configurations cost.
pub(crate) fn of_loading(counted: &[Loading]) -> String {
    let mut text = String::from(
        "## Configurations\n\n| configuration | text, bytes | policy, bytes | to load, instructions | to \
         compile, instructions | to lint, instructions |\n|---|--:|--:|--:|--:|--:|\n",
    );
    for loading in counted {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            loading.name,
            thousands(loading.text_bytes),
            thousands(loading.policy_bytes),
            thousands(loading.load),
            thousands(loading.compile),
            thousands(loading.lint),
        );
    }
    text
}

fn of_group<'a>(figures: &Figures, group: Group, cases: impl Iterator<Item = &'a Case>) -> String {
    let mut text = format!(
        "| case | bare | {} | naive | floor | ours | ours, replaceable |\n\
         |---|--:|--:|--:|--:|--:|--:|\n",
        group.rival()
    );
    for case in cases {
        let Some(base) = figures.cost(group, case.id, Kind::Bare) else {
            continue;
        };
        let _ = write!(
            text,
            "| {} | {} / {} ",
            case.name,
            thousands(base.instructions),
            base.allocations
        );
        for kind in [
            Kind::Rival,
            Kind::Naive,
            Kind::Floor,
            Kind::Ours,
            Kind::Shared,
        ] {
            let overhead = figures.overhead(group, case.id, kind);
            let _ = write!(text, "| {} ", overhead.map_or("–".to_owned(), signed));
        }
        text.push_str("|\n");
    }
    text
}

/// Writes a table between the two markers of that name in the README.
pub(crate) fn put_into_readme(name: &str, table: &str) -> Result<()> {
    let path = Path::new(PACKAGE).join("../README.md");
    let readme = fs::read_to_string(&path)?;
    let missing = || format!("README.md: no marker for {name}");
    let begin = format!("<!-- {name}: begin -->\n");
    let (before, rest) = readme.split_once(&begin).ok_or_else(missing)?;
    let end = format!("<!-- {name}: end -->\n");
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    let text = [before, &begin, "\n", table.trim(), "\n\n", &end, after].concat();
    fs::write(path, text)?;
    Ok(())
}

/// The cases that the README shows.
const MAIN: [&str; 16] = [
    "no-origin",
    "get-not-allowed",
    "get-allowed",
    "app-5-headers",
    "app-20-headers",
    "app-vary",
    "get-1000-origins",
    "get-1-wildcard",
    "get-1000-wildcards",
    "get-100-rules",
    "get-10000-buckets",
    "preflight-allowed",
    "preflight-refused-origin",
    "preflight-refused-header",
    "preflight-100-rules",
    "allowed-8k",
];

/// The main cases of all groups side by side.
pub(crate) fn main_cases(figures: &Figures) -> String {
    let mut text = String::from("| |");
    for group in Group::ALL {
        let _ = write!(
            text,
            " {}: {} | floor | ours |",
            group.name(),
            group.rival()
        );
    }
    text.push_str("\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for case in MAIN.into_iter().filter_map(Case::by_id) {
        let _ = write!(text, "| {} ", case.name);
        for group in Group::ALL {
            for kind in [Kind::Rival, Kind::Floor, Kind::Ours] {
                let overhead = figures.overhead(group, case.id, kind);
                let _ = write!(text, "| {} ", overhead.map_or("–".to_owned(), signed));
            }
        }
        text.push_str("|\n");
    }
    text
}

fn signed(cost: Cost) -> String {
    let sign = if cost.instructions < 0 { "" } else { "+" };
    format!(
        "{sign}{} / {:+}",
        thousands(cost.instructions),
        cost.allocations
    )
}

/// A number with commas.
pub(crate) fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}
