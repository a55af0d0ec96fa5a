//! The map in CONTRIBUTING.md, and the workflows: nothing of the repository is missing in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::repository::{root, text};

/// The words of a text, where a path is one word for each of its parts.
fn words(text: &str) -> BTreeSet<&str> {
    let part = |c: char| !(c.is_alphanumeric() || c == '_' || c == '-');
    text.split(part).collect()
}

/// The names in a folder, without extensions.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut names: Vec<_> = paths
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

fn stages() -> Vec<String> {
    let justfile = text(&root().join("justfile"));
    let line = justfile
        .lines()
        .find_map(|line| line.strip_prefix("stages := \""));
    let line = line.expect("the stages").trim_end_matches('"');
    line.split(' ').map(str::to_owned).collect()
}

#[test]
fn the_map_names_every_crate_every_module_of_the_engine_and_every_suite() {
    let contributing = text(&root().join("CONTRIBUTING.md"));
    let words = words(&contributing);
    let mut missing = Vec::new();
    for folder in [
        "crates",
        "crates/s3-cors/src",
        "tests/suite",
        "tests/sources/suite",
    ] {
        for name in names(&root().join(folder)) {
            if name != "lib" && !words.contains(&*name) {
                missing.push(format!("{folder}/{name}"));
            }
        }
    }
    for name in names(&root().join("crates")) {
        let tests = root().join("crates").join(&name).join("tests");
        if tests.is_dir() {
            for suite in names(&tests) {
                if suite != "corpus" && !words.contains(&*suite) {
                    missing.push(format!("crates/{name}/tests/{suite}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "not in CONTRIBUTING.md: {missing:?}");
}

#[test]
fn the_table_of_stages_and_the_workflow_name_every_stage() {
    let stages = stages();
    assert!(stages.len() > 9, "{stages:?}");
    let contributing = text(&root().join("CONTRIBUTING.md"));
    let rows: String = contributing
        .lines()
        .filter(|line| line.starts_with("| `"))
        .filter_map(|line| line.split('|').nth(1))
        .collect();
    let workflow = text(&root().join(".github/workflows/ci.yml"));
    let run: Vec<_> = workflow
        .lines()
        .filter_map(|line| line.trim().strip_prefix("stages: "))
        .flat_map(|stages| stages.split(' '))
        .collect();
    for stage in &stages {
        assert!(rows.contains(&format!("`{stage}`")), "{stage} has no row");
        assert!(run.contains(&&**stage), "{stage} is not in ci.yml");
    }
    assert_eq!(run.len(), stages.len(), "{run:?}");
}

#[test]
fn workflows_call_recipes_that_exist() {
    let justfile = text(&root().join("justfile"));
    let recipes: BTreeSet<_> = justfile
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()) && line.contains(':'))
        .filter_map(|line| line.split([' ', ':']).next())
        .collect();
    let mut called = 0;
    for name in names(&root().join(".github/workflows")) {
        let workflow = text(&root().join(format!(".github/workflows/{name}.yml")));
        for rest in workflow.split("just ").skip(1) {
            let recipe = rest.split([' ', '\n', ';']).next().unwrap_or_default();
            // `.ci/need just nightly` names a program.
            if recipe != "nightly" {
                called += 1;
                assert!(recipes.contains(recipe), "{name}.yml: {recipe}");
            }
        }
    }
    assert!(called > 5, "only {called} were found");
}
