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
