//! `action.yml` and `.pre-commit-hooks.yaml`, run as GitHub's runner and pre-commit would run them.
//!
//! pre-commit comes from PyPI, into a virtual environment that stays between runs. Where it cannot be
//! had, these tests say so and do nothing, except with `CI=true`.

#![cfg(unix)]

use std::collections::BTreeMap;
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

/// Whether the tool is on the `PATH`, or has to be built.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tool {
    There,
    Missing,
}

/// The environment of a runner.
fn environment(venv: &Path, tool: Tool) -> Vec<(&'static str, String)> {
    let this = Path::new(env!("CARGO_BIN_EXE_s3-cors"));
    let folder = this.parent().expect("a directory");
    // Not that of rustup, where tools that the user has installed lie as well.
    let cargo = Path::new(env!("CARGO")).parent().expect("a directory");
    let first = if tool == Tool::There { folder } else { cargo };
    let venv = venv.display();
    let path = format!(
        "{}:{venv}/bin:/usr/local/bin:/usr/bin:/bin",
        first.display()
    );
    let target = folder.parent().expect("the target directory");
    vec![
        ("PATH", path),
        ("GIT_CONFIG_GLOBAL", "/dev/null".to_owned()),
        // An optimized build would take minutes, and these are compiled already.
        ("S3_CORS_INSTALL_FLAGS", "--debug".to_owned()),
        ("CARGO_TARGET_DIR", target.display().to_string()),
    ]
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

/// A repository with the files of this one that git knows or would add.
fn repository() -> (Directory, String) {
    let copy = Directory::new();
    let listed = git(
        &root(),
        &["ls-files", "--cached", "--others", "--exclude-standard"],
    );
    for file in listed.lines() {
        let (from, to) = (root().join(file), copy.path().join(file));
        // One that is removed, but not yet in a commit.
        if from.exists() {
            std::fs::create_dir_all(to.parent().expect("a directory")).expect("a directory");
            std::fs::copy(from, to).expect("a copy");
        }
    }
    git(copy.path(), &["init", "--quiet"]);
    git(copy.path(), &["add", "."]);
    git(copy.path(), &["commit", "--quiet", "--message", "hook"]);
    let revision = git(copy.path(), &["rev-parse", "HEAD"]);
    (copy, revision)
}

#[test]
fn pre_commit_stops_a_commit_whose_configuration_does_not_work() {
    let Some(venv) = venv() else {
        return;
    };
    let (hook, revision) = repository();
    let (user, home) = (Directory::new(), Directory::new());
    std::fs::create_dir(user.path().join("infra")).expect("a directory");
    user.write(
        ".pre-commit-config.yaml",
        format!(
            "repos:\n- repo: {}\n  rev: {revision}\n  hooks:\n  - id: s3-cors-check\n",
            hook.path().display()
        ),
    );
    git(user.path(), &["init", "--quiet"]);
    let run = |tool: Tool| {
        git(user.path(), &["add", "."]);
        let output = Command::new("pre-commit")
            .args(["run", "--all-files", "--color", "never"])
            .current_dir(user.path())
            .envs(environment(venv, tool))
            .env("PRE_COMMIT_HOME", home.path())
            .output();
        ran(output.expect("pre-commit"))
    };

    // No file is one of CORS.
    user.write("infra/package.json", "{}");
    let nothing = run(Tool::There);
    assert_eq!(nothing.code, Some(0), "{nothing:?}");
    assert!(nothing.stdout.contains("Skipped"), "{nothing:?}");

    user.write("infra/cors.json", GOOD);
    user.write("infra/site-cors.prod.json", GOOD);
    let good = run(Tool::There);
    assert_eq!(good.code, Some(0), "{good:?}");
    assert!(good.stdout.contains("Passed"), "{good:?}");

    user.write("infra/site-cors.prod.json", BAD);
    // Where there is no tool, the hook builds it from its own repository, once.
    for tool in [Tool::There, Tool::Missing, Tool::Missing] {
        let bad = run(tool);
        assert_eq!(bad.code, Some(1), "{bad:?}");
        for part in [
            "Failed",
            "infra/site-cors.prod.json:1:22",
            "origin-trailing-slash",
        ] {
            assert!(bad.stdout.contains(part), "{part} is not in {}", bad.stdout);
        }
    }
}

/// Runs the steps of the action with these inputs, as GitHub's runner does those of a composite
/// action. The last step's result, or that of the first that fails.
fn act(venv: &Path, tool: Tool, directory: &Directory, inputs: &[(&str, &str)]) -> Ran {
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
    let mut variables: BTreeMap<_, _> = environment(venv, tool).into_iter().collect();
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
            .envs(&variables)
            .env("GITHUB_ACTION_PATH", root())
            .env("GITHUB_PATH", temporary.path().join("path"))
            .env("RUNNER_TEMP", temporary.path());
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            bash.env(name, evaluated(value.as_str().expect("a text")));
        }
        let ran = ran(bash.output().expect("bash"));
        // What a step adds to this file is on the `PATH` of the next.
        let added = std::fs::read_to_string(temporary.path().join("path")).expect("a file");
        temporary.write("path", "");
        let known = &variables["PATH"];
        let path = added
            .lines()
            .fold(known.clone(), |path, line| format!("{line}:{path}"));
        variables.insert("PATH", path);
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

    let files = [("files", "cors.json\ninfra/*.json\n")];
    let good = act(venv, Tool::There, &directory, &files);
    assert_eq!((good.code, good.stdout.as_str()), (Some(0), ""), "{good:?}");

    let files = [("files", "**/*.json"), ("sarif", "found.sarif")];
    let bad = act(venv, Tool::There, &directory, &files);
    assert_eq!(bad.code, Some(1), "{bad:?}");
    let start = "::error file=infra/a b/cors.json,line=1,col=22,endColumn=38,";
    assert!(bad.stdout.starts_with(start), "{bad:?}");
    let sarif = std::fs::read_to_string(directory.path().join("found.sarif")).expect("a file");
    let sarif: Value = serde_json::from_str(&sarif).expect("JSON");
    assert_eq!(
        sarif["runs"][0]["results"][0]["ruleId"],
        "origin-trailing-slash"
    );

    let files = [("files", "no/such/*.json")];
    let none = act(venv, Tool::There, &directory, &files);
    assert_eq!(none.code, Some(2), "{none:?}");
    assert!(none.stdout.starts_with("::error "), "{none:?}");
}

#[test]
fn the_action_builds_the_tool_where_there_is_none() {
    let Some(venv) = venv() else {
        return;
    };
    let directory = Directory::with(BAD);
    let ran = act(venv, Tool::Missing, &directory, &[("files", "cors.json")]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let start = "::error file=cors.json,line=1,col=22,endColumn=38,";
    assert!(ran.stdout.starts_with(start), "{ran:?}");
}

#[test]
fn an_input_of_the_action_is_never_part_of_its_script() {
    let Some(venv) = venv() else {
        return;
    };
    let directory = Directory::with(GOOD);
    let hostile = "$(touch a)\n`touch b`\n; touch c\n--fail-on\n\"; touch d; \"";
    let inputs = [("files", hostile), ("fail-on", "info; touch e")];
    let ran = act(venv, Tool::There, &directory, &inputs);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    for name in ["a", "b", "c", "d", "e"] {
        assert!(!directory.path().join(name).exists(), "{name}");
    }
}

#[test]
fn the_archive_of_a_release_is_the_one_that_binstall_looks_for() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let metadata: Value = serde_json::from_str(&ran(output.expect("cargo")).stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let tool = packages
        .iter()
        .find(|package| package["name"] == "s3-cors-cli");
    let tool = tool.expect("this package");
    let binstall = &tool["metadata"]["binstall"];
    let target = "x86_64-unknown-linux-gnu";
    let field = |key: &str| tool[key].as_str().expect("a text").to_owned();
    // `.tgz` is what binstall takes `tgz` for.
    assert_eq!(binstall["pkg-fmt"], "tgz");
    let filled = |key: &str| {
        let template = binstall[key].as_str().expect("a template").to_owned();
        [
            ("repo", field("repository")),
            ("version", field("version")),
            ("target", target.to_owned()),
            ("archive-format", "tgz".to_owned()),
            ("bin", "s3-cors".to_owned()),
            ("binary-ext", String::new()),
        ]
        .into_iter()
        .fold(template, |text, (name, value)| {
            text.replace(&format!("{{ {name} }}"), &value)
        })
    };

    let place = Directory::new();
    let output = Command::new(root().join(".ci/archive"))
        .args([target, env!("CARGO_BIN_EXE_s3-cors")])
        .arg(place.path())
        .output();
    let packed = ran(output.expect("bash"));
    assert_eq!(packed.code, Some(0), "{packed:?}");
    let archive = Path::new(packed.stdout.trim());
    let name = archive.file_name().expect("a name").to_string_lossy();
    let release = format!(
        "{}/releases/download/v{}",
        field("repository"),
        field("version")
    );
    assert_eq!(filled("pkg-url"), format!("{release}/{name}"));

    let output = Command::new("tar")
        .arg("-xzf")
        .arg(archive)
        .current_dir(place.path())
        .output();
    assert_eq!(ran(output.expect("tar")).code, Some(0));
    let unpacked = place.path().join(filled("bin-dir"));
    let said = ran(Command::new(&unpacked)
        .arg("--version")
        .output()
        .expect("it"));
    assert_eq!(said.stdout, format!("s3-cors {}\n", field("version")));
    for file in ["README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        assert!(unpacked.with_file_name(file).exists(), "{file}");
    }
}
