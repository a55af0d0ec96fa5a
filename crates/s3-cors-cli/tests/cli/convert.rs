//! `convert` into every form and back.

use crate::run::{Directory, run_with_stdin};

const CORS: &str = r#"[{"AllowedOrigins": ["https://a.test", "https://*.b.test"], "AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["x-<&>"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60, "ID": "one"}]"#;

#[test]
fn every_form_is_written_and_read_back_as_the_same_configuration() {
    let directory = Directory::with(CORS);
    let console = directory.run(&["convert", "cors.json", "--to", "console"]);
    for (form, sign) in [
        ("console", "[\n    {\n        \"ID\": \"one\","),
        ("cli", "{\n    \"CORSRules\": ["),
        (
            "cli-input",
            "{\n    \"CORSConfiguration\": {\n        \"CORSRules\": [",
        ),
        (
            "cloudformation",
            "{\n    \"CorsConfiguration\": {\n        \"CorsRules\": [",
        ),
        (
            "xml",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CORSConfiguration xmlns=",
        ),
    ] {
        let ran = directory.run(&["convert", "cors.json", "--to", form]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{form}");
        assert!(ran.stdout.starts_with(sign), "{form}: {}", ran.stdout);
        let back = run_with_stdin(&["convert", "-", "--to", "console"], ran.stdout.as_bytes());
        assert_eq!(back.stdout, console.stdout, "{form}");
        let json = directory
            .run(&["convert", "cors.json", "--to", form, "--format", "json"])
            .json();
        assert_eq!(json["text"], ran.stdout, "{form}");
        assert_eq!(json["form"], form);
    }
}

#[test]
fn nothing_is_converted_that_s3_would_refuse() {
    let directory = Directory::with("[\n{\"AllowedOrigins\": [\"*\"]}]");
    let ran = directory.run(&["convert", "cors.json", "--to", "xml"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(
        ran.stderr
            .contains("error: the rule has no `AllowedMethods`\n --> cors.json:2:1\n"),
        "{}",
        ran.stderr
    );
    let json = directory
        .run(&["convert", "cors.json", "--to", "xml", "--format", "json"])
        .json();
    assert_eq!(json["failure"]["file"], "cors.json");
    assert_eq!(json["failure"]["findings"][0]["place"]["line"], 2);
}

#[test]
fn a_missing_file_a_directory_and_no_text_are_code_2() {
    let directory = Directory::with(b"\xff\xfe");
    for file in ["missing.json", ".", "cors.json"] {
        let ran = directory.run(&["convert", file, "--to", "cli"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{file}");
        assert!(ran.stderr.starts_with("error: "), "{file}: {}", ran.stderr);
    }
}

/// Uploads by one site, and reading by anybody.
const TWO_RULES: &str = r#"[
    {"AllowedOrigins": ["https://app.example.com"], "AllowedMethods": ["PUT"],
     "AllowedHeaders": ["content-type"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 600},
    {"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"], "MaxAgeSeconds": 600}
]"#;

const TARGETS: [&str; 13] = [
    "terraform",
    "cloudformation-yaml",
    "gcs",
    "azure-blob",
    "azure-blob-arm",
    "r2",
    "cloudfront",
    "cloudfront-headers-policy",
    "cloudfront-function",
    "function-url",
    "http-api",
    "rest-api",
    "alb",
];

#[test]
fn every_target_is_written_with_what_it_changes_and_its_advice_once() {
    let directory = Directory::with(TWO_RULES);
    let mut exact = Vec::new();
    for target in TARGETS {
        let arguments = ["convert", "cors.json", "--to", target, "--allow-widening"];
        let ran = directory.run(&arguments);
        let json = directory.run(&[&arguments[..], &["--format", "json"]].concat());
        if ran.code == Some(2) {
            // Several origins are more than a load balancer takes.
            assert_eq!(target, "alb", "{}", ran.stderr);
            assert!(json.json()["failure"]["message"].is_string());
            continue;
        }
        assert_eq!(ran.code, Some(0), "{target}: {}", ran.stderr);
        assert!(!ran.stdout.is_empty(), "{target}");
        assert_eq!(ran.stderr.matches("advice: ").count(), 1, "{target}");
        let json = json.json();
        assert_eq!(json["output"], ran.stdout, "{target}");
        let differences = json["differences"].as_array().expect("a list");
        for difference in differences {
            let kind = difference["kind"].as_str().expect("a string");
            let code = difference["code"].as_str().expect("a string");
            let shown = format!("{kind}[{code}]: ");
            assert_eq!(ran.stderr.matches(&shown).count(), 1, "{target}: {shown}");
        }
        let is_exact = ran.stderr.contains("exact: ");
        assert_eq!(json["exact"], is_exact, "{target}");
        assert_eq!(differences.is_empty(), is_exact, "{target}");
        if is_exact {
            exact.push(target);
        }
    }
    assert_eq!(
        exact,
        ["terraform", "cloudformation-yaml", "r2", "cloudfront"]
    );
}

#[test]
fn what_would_allow_more_is_not_written_unless_that_is_wanted() {
    let directory = Directory::with(TWO_RULES);
    let arguments = ["convert", "cors.json", "--to", "function-url"];
    let ran = directory.run(&arguments);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    for part in [
        "widened[method-widened]: An origin may use a method that no rule allows it.\n",
        "\n  preflight from https://site.example for PUT\n  S3: 403 without CORS headers\n  function-url: 200 with ",
        "error: function-url would allow requests that the rules do not allow, so nothing is written (--allow-widening writes it all the same)\n",
    ] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    let json = directory
        .run(&[&arguments[..], &["--format", "json"]].concat())
        .json();
    assert_eq!(json["output"], serde_json::Value::Null);
    let widened = &json["differences"][0];
    assert_eq!(widened["kind"], "widened");
    assert_eq!(widened["request"]["method"], "PUT");
    assert_eq!(widened["before"]["status"], 403);
    let ran = directory.run(&[&arguments[..], &["--allow-widening"]].concat());
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains("AllowOrigins"), "{}", ran.stdout);
}

#[test]
fn cloudformation_without_a_max_age_is_not_the_same() {
    let directory = Directory::with(r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#);
    let ran = directory.run(&["convert", "cors.json", "--to", "cloudformation"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.contains("changed[max-age]: "), "{}", ran.stderr);
    let ran = directory.run(&["convert", "cors.json", "--to", "console"]);
    assert_eq!(ran.stderr, "");
}
