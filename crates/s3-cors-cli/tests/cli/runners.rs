//! `action.yml` and `.pre-commit-hooks.yaml`, run as GitHub's runner and pre-commit would run them.
//!
//! pre-commit comes from PyPI, into a virtual environment that stays between runs. Where it cannot be
//! had, these tests say so and do nothing, except with `CI=true`.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::run::{Directory, Ran, ran};

const GOOD: &str = r#"[{"AllowedOrigins": ["https://a.com"], "AllowedMethods": ["GET", "HEAD"], "MaxAgeSeconds": 60}]
"#;
const BAD: &str = r#"[{"AllowedOrigins": ["https://a.com/"], "AllowedMethods": ["GET", "HEAD"], "MaxAgeSeconds": 60}]
"#;

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the repository")
}

/// Where pre-commit and a reader of YAML are installed.
fn venv() -> Option<&'static Path> {
    static VENV: OnceLock<Option<PathBuf>> = OnceLock::new();
    let installed = VENV.get_or_init(|| {
        let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pre-commit");
        let run = |program: &Path, arguments: &[&str]| {
            let output = Command::new(program).args(arguments).output();
            output.is_ok_and(|output| output.status.success())
        };
        let pip = venv.join("bin/pip");
        let place = venv.to_string_lossy();
        let there = venv.join("bin/pre-commit").exists()
            || (run(Path::new("python3"), &["-m", "venv", &place])
                && run(&pip, &["install", "--quiet", "pre-commit==4.7.0"]));
        there.then_some(venv)
    });
    if installed.is_none() {
        let message = "pre-commit cannot be installed from PyPI";
        assert!(std::env::var_os("CI").is_none(), "{message}");
        eprintln!("skipped: {message}");
    }
    installed.as_deref()
}

/// The `PATH` with this tool on it.
fn path(venv: &Path) -> String {
    let tool = Path::new(env!("CARGO_BIN_EXE_s3-cors"));
    let tool = tool.parent().expect("a directory").display();
    format!("{tool}:{}/bin:/usr/local/bin:/usr/bin:/bin", venv.display())
}

#[track_caller]
fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=test", "-c", "user.email=test@example.com"])
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output();
    let ran = ran(output.expect("git"));
    assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.stderr);
    ran.stdout.trim().to_owned()
}

/// A repository with the hook as a clone would have it.
fn hook() -> (Directory, String) {
    let hook = Directory::new();
    let script = "crates/s3-cors-cli/hook/check";
    let place = hook.path().join(script);
    std::fs::create_dir_all(place.parent().expect("a directory")).expect("a directory");
    for file in [script, ".pre-commit-hooks.yaml"] {
        std::fs::copy(root().join(file), hook.path().join(file)).expect("a copy");
    }
    git(hook.path(), &["init", "--quiet"]);
    git(hook.path(), &["add", "."]);
    git(hook.path(), &["commit", "--quiet", "--message", "hook"]);
    let revision = git(hook.path(), &["rev-parse", "HEAD"]);
    (hook, revision)
}

#[test]
fn pre_commit_stops_a_commit_whose_configuration_does_not_work() {
    let Some(venv) = venv() else {
        return;
    };
    let (hook, revision) = hook();
    let user = Directory::new();
    std::fs::create_dir(user.path().join("infra")).expect("a directory");
    user.write(
        ".pre-commit-config.yaml",
        format!(
            "repos:\n- repo: {}\n  rev: {revision}\n  hooks:\n  - id: s3-cors-check\n",
            hook.path().display()
        ),
    );
    git(user.path(), &["init", "--quiet"]);
    let run = || {
        git(user.path(), &["add", "."]);
        let output = Command::new("pre-commit")
            .args(["run", "--all-files", "--color", "never"])
            .current_dir(user.path())
            .env("PATH", path(venv))
            .env("PRE_COMMIT_HOME", hook.path().join("home"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output();
        ran(output.expect("pre-commit"))
    };

    // No file is one of CORS.
    user.write("infra/package.json", "{}");
    let nothing = run();
    assert_eq!(nothing.code, Some(0), "{nothing:?}");
    assert!(nothing.stdout.contains("Skipped"), "{nothing:?}");

    user.write("infra/cors.json", GOOD);
    user.write("infra/site-cors.prod.json", GOOD);
    let good = run();
    assert_eq!(good.code, Some(0), "{good:?}");
    assert!(good.stdout.contains("Passed"), "{good:?}");

    user.write("infra/site-cors.prod.json", BAD);
    let bad = run();
    assert_eq!(bad.code, Some(1), "{bad:?}");
    for part in [
        "Failed",
        "infra/site-cors.prod.json:1:22",
        "origin-trailing-slash",
    ] {
        assert!(bad.stdout.contains(part), "{part} is not in {}", bad.stdout);
    }
}

/// Runs the steps of the action with these inputs, as GitHub's runner does those of a composite
/// action. The last step's result, or that of the first that fails.
fn act(venv: &Path, directory: &Directory, inputs: &[(&str, &str)]) -> Ran {
    let python = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))";
    let output = Command::new(venv.join("bin/python"))
        .args(["-c", python])
        .arg(root().join("action.yml"))
        .output();
    let action: Value = serde_json::from_str(&ran(output.expect("python")).stdout).expect("JSON");
    assert_eq!(action["runs"]["using"], "composite");
    let evaluated = |text: &str| {
        let mut text = text.to_owned();
        for (name, input) in action["inputs"].as_object().expect("inputs") {
            let given = inputs.iter().find(|(known, _)| known == name);
            let value = given.map_or(input["default"].as_str(), |(_, value)| Some(*value));
            let value = value.unwrap_or_else(|| panic!("{name} is required"));
            text = text.replace(&format!("${{{{ inputs.{name} }}}}"), value);
        }
        assert!(!text.contains("${{"), "{text}");
        text
    };
    let temporary = Directory::new();
    temporary.write("path", "");
    let mut last = None;
    for step in action["runs"]["steps"].as_array().expect("steps") {
        assert_eq!(step["shell"], "bash");
        temporary.write(
            "step.sh",
            evaluated(step["run"].as_str().expect("a script")),
        );
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-e", "-o", "pipefail"])
            .arg(temporary.path().join("step.sh"))
            .current_dir(directory.path())
            .env("PATH", path(venv))
            .env("GITHUB_ACTION_PATH", root())
            .env("GITHUB_PATH", temporary.path().join("path"))
            .env("RUNNER_TEMP", temporary.path());
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            bash.env(name, evaluated(value.as_str().expect("a text")));
        }
        let ran = ran(bash.output().expect("bash"));
        let failed = ran.code != Some(0);
        last = Some(ran);
        if failed {
            break;
        }
    }
    last.expect("a step")
}

#[test]
fn the_action_annotates_the_line_and_fails() {
    let Some(venv) = venv() else {
        return;
    };
    let directory = Directory::with(GOOD);
    std::fs::create_dir_all(directory.path().join("infra/a b")).expect("directories");
    directory.write("infra/a b/cors.json", BAD);
    directory.write("infra/cors.json", GOOD);

    let good = act(venv, &directory, &[("files", "cors.json\ninfra/*.json\n")]);
    assert_eq!((good.code, good.stdout.as_str()), (Some(0), ""), "{good:?}");

    let bad = act(
        venv,
        &directory,
        &[("files", "**/*.json"), ("sarif", "found.sarif")],
    );
    assert_eq!(bad.code, Some(1), "{bad:?}");
    let start = "::error file=infra/a b/cors.json,line=1,col=22,endColumn=38,";
    assert!(bad.stdout.starts_with(start), "{bad:?}");
    let sarif = std::fs::read_to_string(directory.path().join("found.sarif")).expect("a file");
    let sarif: Value = serde_json::from_str(&sarif).expect("JSON");
    assert_eq!(
        sarif["runs"][0]["results"][0]["ruleId"],
        "origin-trailing-slash"
    );

    let none = act(venv, &directory, &[("files", "no/such/*.json")]);
    assert_eq!(none.code, Some(2), "{none:?}");
    assert!(none.stdout.starts_with("::error "), "{none:?}");
}

#[test]
fn an_input_of_the_action_is_never_part_of_its_script() {
    let Some(venv) = venv() else {
        return;
    };
    let directory = Directory::with(GOOD);
    let hostile = "$(touch a)\n`touch b`\n; touch c\n--fail-on\n\"; touch d; \"";
    let ran = act(
        venv,
        &directory,
        &[("files", hostile), ("fail-on", "info; touch e")],
    );
    assert_eq!(ran.code, Some(2), "{ran:?}");
    for name in ["a", "b", "c", "d", "e"] {
        assert!(!directory.path().join(name).exists(), "{name}");
    }
}

#[test]
fn the_metadata_for_binstall_names_a_file_for_each_target() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let metadata: Value = serde_json::from_str(&ran(output.expect("cargo")).stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let tool = packages
        .iter()
        .find(|package| package["name"] == "s3-cors-cli");
    let binstall = &tool.expect("this package")["metadata"]["binstall"];
    for (key, parts) in [
        ("pkg-url", &["{ repo }", "{ version }", "{ target }"][..]),
        ("bin-dir", &["{ bin }", "{ binary-ext }"]),
    ] {
        let value = binstall[key].as_str().expect("a template");
        assert!(parts.iter().all(|part| value.contains(part)), "{value}");
    }
}
