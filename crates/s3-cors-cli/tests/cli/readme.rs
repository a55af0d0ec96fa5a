//! The terminal sessions in the READMEs are real.
//!
//! `UPDATE_README=1 cargo test -p s3-cors-cli readme` rewrites them.

use std::path::Path;

use s3_cors::CorsPolicy;

use crate::fake_server::{Server, bucket};
use crate::run::run;

/// What the session calls the server that stands in for a CDN.
const CDN: &str = "https://cdn.example.com";

/// CloudFront that forwards no header to its bucket.
fn cdn() -> Server {
    let policy = CorsPolicy::from_path(session().join("fixed.json")).expect("a configuration");
    Server::responding(move |request| {
        let mut forwarded = request.clone();
        forwarded.headers.retain(|(name, _)| name != "origin");
        bucket(&policy, &forwarded)
            .with("x-cache", "Miss from cloudfront")
            .with("x-amz-cf-id", "GrRUI0AQWxMzQSmn")
    })
}

fn session() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/session"))
}

#[test]
fn the_session_in_the_readme_is_what_really_happens() {
    assert_replayed("README.md", 4);
}

#[test]
fn the_session_on_the_front_page_is_what_really_happens() {
    assert_replayed("../../README.md", 3);
}

#[track_caller]
fn assert_replayed(file: &str, least: usize) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let readme = std::fs::read_to_string(&file).expect("the README");
    let address = format!("http://{}", cdn().address);
    let mut replayed = String::new();
    let mut commands = 0;
    let mut code = None;
    let mut in_session = false;
    let mut lines = readme.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            in_session = line == "```console";
        }
        let command = line.strip_prefix("$ ").filter(|_| in_session);
        let Some(command) = command else {
            if !in_session || line.starts_with("```") {
                replayed.push_str(line);
                replayed.push('\n');
            }
            continue;
        };
        replayed.push_str(line);
        replayed.push('\n');
        let mut command = command.to_owned();
        while command.ends_with('\\') {
            let more = lines.next().expect("the command's next line");
            replayed.push_str(more);
            replayed.push('\n');
            command.pop();
            command.push_str(more);
        }
        let words: Vec<String> = command
            .split_whitespace()
            .map(|word| word.replace(CDN, &address))
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match &words[..] {
            ["s3-cors", arguments @ ..] => {
                let ran = run(session(), arguments);
                code = ran.code;
                replayed.push_str(&(ran.stdout + &ran.stderr).replace(&address, CDN));
                commands += 1;
            }
            ["echo", "$?"] => replayed.push_str(&format!("{}\n", code.expect("a code"))),
            ["cat", file] => {
                let text = std::fs::read_to_string(session().join(file)).expect("a file");
                replayed.push_str(&text);
            }
            other => panic!("what is {other:?}?"),
        }
    }
    assert!(commands >= least, "{commands} commands");
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(file, replayed).expect("the README");
    } else {
        assert!(
            replayed == readme,
            "the session has changed; UPDATE_README=1 rewrites it:\n{replayed}"
        );
    }
}

#[test]
fn the_readme_lists_every_command_and_form() {
    let readme = include_str!("../../README.md");
    for word in [
        "check",
        "explain",
        "diff",
        "convert",
        "probe",
        "show",
        "ui",
        "completions",
        "man",
    ] {
        assert!(readme.contains(&format!("s3-cors {word}")), "{word}");
    }
    for form in s3_cors_formats::Target::all().map(s3_cors_formats::Target::name) {
        assert!(readme.contains(&format!("`{form}`")), "{form}");
    }
}
