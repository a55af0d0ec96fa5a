//! `explain --fetch`: the browser's side; the judgement is the library's.

use crate::run::Directory;

const CORS: &str = r#"[
    {
        "AllowedOrigins": ["https://app.example.com"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["x-amz-*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 60
    },
    {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}
]"#;

#[test]
fn a_fetch_that_needs_no_preflight_is_readable() {
    let directory = Directory::with(CORS);
    let arguments = [
        "explain",
        "cors.json",
        "--origin",
        "https://app.example.com",
        "--fetch",
    ];
    let ran = directory.run(&arguments);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(0), ""),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("The browser sends no preflight"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout
            .contains("allowed: the script can read the response\n"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("\n  hidden headers: x-amz-request-id"),
        "{}",
        ran.stdout
    );
    let json = directory
        .run(&[&arguments[..], &["--format", "json"]].concat())
        .json();
    let readable = json["readable_headers"].as_array().expect("a list");
    assert!(readable.contains(&"etag".into()), "{json}");
}

#[test]
fn a_preflight_that_s3_refuses_is_explained_from_both_sides() {
    let directory = Directory::with(CORS);
    let arguments = [
        "explain",
        "cors.json",
        "--origin",
        "https://app.example.com",
        "--fetch",
        "--method",
        "PUT",
        "--header",
        "Content-Type: image/jpeg",
    ];
    let ran = directory.run(&arguments);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    for part in [
        "The browser sends a preflight, because ",
        "  access-control-request-headers: content-type\n",
        "blocked: ",
        "the console says something like: ",
        "see https://fetch.spec.whatwg.org/#",
        "What S3 does:",
        "help: add \"content-type\" to CORSRules[0].AllowedHeaders\n",
    ] {
        assert!(
            ran.stdout.contains(part),
            "{part:?} is not in {}",
            ran.stdout
        );
    }
    let json = directory
        .run(&[&arguments[..], &["--format", "json"]].concat())
        .json();
    assert_eq!(json["outcome"], "blocked");
    assert_eq!(json["failure"]["cors"], true);
    assert_eq!(json["preflight"]["method"], "OPTIONS");
}

#[test]
fn symptoms_have_their_exit_code() {
    let directory = Directory::with(CORS);
    for (arguments, code, reason) in [
        (
            &["--origin", "https://other.test"][..],
            0,
            "`*` is enough without credentials",
        ),
        (
            &["--origin", "https://other.test", "--credentials", "include"],
            1,
            "`*` is not enough with them",
        ),
        (
            &[
                "--origin",
                "https://app.example.com",
                "--credentials",
                "include",
            ],
            0,
            "an echoed origin is",
        ),
        (&["--origin", "null"], 0, "`*` takes null"),
        (
            &[
                "--origin",
                "http://a.test",
                "--url",
                "http://a.test/x",
                "-X",
                "PUT",
            ],
            0,
            "the same origin",
        ),
        (
            &["--origin", "https://a.test", "--url", "http://b.test/"],
            1,
            "mixed content",
        ),
        (
            &["--origin", "https://app.example.com", "-X", "TRACE"],
            1,
            "a forbidden method",
        ),
        (&["--origin", "example.com"], 2, "no URL"),
    ] {
        let arguments = [&["explain", "cors.json", "--fetch"], arguments].concat();
        let ran = directory.run(&arguments);
        assert_eq!(ran.code, Some(code), "{reason}: {}", ran.stdout);
        directory
            .run(&[&arguments[..], &["--format", "json"]].concat())
            .json();
    }
}

#[test]
fn options_that_make_no_sense_together_are_wrong_usage() {
    let directory = Directory::with(CORS);
    for arguments in [
        &["--fetch"][..],
        &["--fetch", "--origin", "https://a.test", "--actual"],
        &["--fetch", "--origin", "https://a.test", "--apply", "cli"],
        &["--origin", "https://a.test", "--url", "https://b.test/"],
        &["--origin", "https://a.test", "--credentials", "include"],
    ] {
        let ran = directory.run(&[&["explain", "cors.json"], arguments].concat());
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_header_value_beyond_latin_1_throws_and_one_within_is_sent_as_its_byte() {
    let directory = Directory::with(CORS);
    let fetch = |value: &str| {
        directory.run(&[
            "explain",
            "cors.json",
            "--origin",
            "https://app.example.com",
            "--fetch",
            "--header",
            &format!("x-amz-a: {value}"),
        ])
    };
    let ran = fetch("\u{100}");
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert!(ran.stdout.contains("blocked: "), "{}", ran.stdout);
    assert!(!ran.stdout.contains("The browser sends"), "{}", ran.stdout);
    let ran = fetch("\u{e9}");
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
}
