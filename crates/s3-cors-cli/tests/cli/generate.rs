//! Help, completions, man pages, and arguments that make no sense.

use crate::run::{Directory, run};
use std::path::Path;

const COMMANDS: [&str; 8] = [
    "check",
    "explain",
    "diff",
    "convert",
    "probe",
    "schema",
    "completions",
    "man",
];

#[test]
fn the_help_of_every_command_has_examples() {
    for command in COMMANDS {
        let ran = run(Path::new("."), &[command, "--help"]);
        assert_eq!(ran.code, Some(0), "{command}");
        let example = format!("\nExamples:\n  s3-cors {command}");
        assert!(ran.stdout.contains(&example), "{command}: {}", ran.stdout);
        if !["schema", "completions", "man"].contains(&command) {
            assert!(ran.stdout.contains("\nExit codes:\n  0  "), "{command}");
        }
    }
    let ran = run(Path::new("."), &["--help"]);
    assert!(
        COMMANDS
            .iter()
            .all(|command| ran.stdout.contains(&format!("\n  {command} ")))
    );
}

#[test]
fn wrong_usage_is_code_2() {
    for arguments in [
        &[][..],
        &["chekc", "cors.json"],
        &["check"],
        &["check", "a", "--fail-on", "sometimes"],
        &["convert", "cors.json"],
        &["convert", "cors.json", "--to", "yaml"],
        &["convert", "cors.json", "--to", "xml", "--format", "sarif"],
        &["diff", "a", "b", "--format", "github"],
        &["schema", "--format", "sarif"],
        &["explain"],
        &["diff", "a"],
        &["probe", "https://a.test"],
        &["probe", "https://a.test", "--config", "a", "--rate", "0"],
        &[
            "probe",
            "https://a.test",
            "--config",
            "a",
            "--max-requests",
            "0",
        ],
        &[
            "probe",
            "https://a.test",
            "--config",
            "a",
            "--timeout",
            "-1",
        ],
        &[
            "probe",
            "https://a.test",
            "https://b.test",
            "https://c.test",
            "--config",
            "a",
        ],
    ] {
        let ran = run(Path::new("."), arguments);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}"
        );
        let said = ["error: ", "Checks, explains, compares and converts"];
        assert!(
            said.iter().any(|said| ran.stderr.starts_with(said)),
            "{arguments:?}: {}",
            ran.stderr
        );
    }
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run(Path::new("."), &["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{shell}");
        for word in COMMANDS.iter().chain(&["include-writes"]) {
            assert!(ran.stdout.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn there_is_a_man_page_for_the_tool_and_for_each_command() {
    let directory = Directory::new();
    let ran = directory.run(&["man"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.contains(".TH s3-cors 1"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Exit codes"), "{}", ran.stdout);

    assert_eq!(directory.run(&["man", "."]).code, Some(0));
    for command in COMMANDS {
        let page = directory.path().join(format!("s3-cors-{command}.1"));
        let page = std::fs::read_to_string(page).expect("a page");
        assert!(page.contains(&format!(".TH s3-cors-{command} 1")), "{page}");
    }
    let ran = directory.run(&["man", "no/such/directory"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.starts_with("error: no/such/directory: "),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_schema_of_the_json_comes_with_the_tool() {
    let ran = run(Path::new("."), &["schema"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(ran.stdout, include_str!("../../schema.json"));
    let help = run(Path::new("."), &["--help"]).stdout;
    assert!(
        help.contains("(see `s3-cors schema`)") && !help.contains("SCHEMA.md"),
        "{help}"
    );
}
