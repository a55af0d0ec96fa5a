//! Files that are made to hurt: refused with a clear error, or read in bounded time and memory.

use s3_cors_formats::{Variables, read};

const DEEP: usize = 10_000;
const MIB: usize = 1024 * 1024;

/// Reads it, and what is said of it.
fn outcome(file: &str, text: &str) -> String {
    match read(file, text.as_bytes(), &Variables::default()) {
        Ok(document) => {
            let findings = document.findings();
            format!(
                "{} buckets, {} findings",
                document.buckets().len(),
                findings.len()
            )
        }
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn refused(file: &str, text: &str, expected: &str) {
    let outcome = outcome(file, text);
    let first: String = outcome.chars().take(300).collect();
    assert!(outcome.contains(expected), "{first}");
}

#[test]
fn deep_nesting_is_refused_with_its_place() {
    let nested = |open: &str, close: &str| open.repeat(DEEP) + &close.repeat(DEEP);
    refused(
        "a.json",
        &nested("[", "]"),
        "nested more than 100 levels deep",
    );
    refused(
        "a.json",
        &nested("{\"Resources\":", "1}").replace("1}1}", "}}"),
        "JSON",
    );
    refused(
        "a.yaml",
        &format!("a: {}", nested("[", "]")),
        "nested more than 100 levels deep",
    );
    refused(
        "a.yaml",
        &format!("a: {}", nested("{a: ", "}")),
        "nested more than 100 levels deep",
    );
    let mut indented = String::new();
    for level in 0..1400 {
        indented.push_str(&" ".repeat(level));
        indented.push_str("a:\n");
    }
    refused("a.yaml", &indented, "nested more than 100 levels deep");
    refused(
        "a.yaml",
        &format!("{}a", "- ".repeat(DEEP)),
        "nested more than 100 levels deep",
    );
    refused("a.tf", &format!("a = {}", nested("[", "]")), "is not HCL");
    refused("a.tf", &format!("a = {}", nested("(", ")")), "is not HCL");
    refused("a.tf", &nested("a {\n", "}\n"), "is not HCL");
    refused(
        "a.tf",
        &format!("a = \"{}\"", "${\"".repeat(DEEP)),
        "is not HCL",
    );
    refused("a.tf", &format!("a = {}1", "!".repeat(DEEP)), "is not HCL");
    let xml = format!(
        "<CorsRule>{}{}</CorsRule>",
        "<a>".repeat(DEEP),
        "</a>".repeat(DEEP)
    );
    outcome("a.xml", &xml);
}

#[test]
fn a_mebibyte_is_read_or_refused() {
    let origins = "\"https://example.com\", ".repeat(MIB / 23);
    let rule =
        format!("cors_rule {{\nallowed_origins = [{origins}]\nallowed_methods = [\"GET\"]\n}}");
    let text = format!("resource \"aws_s3_bucket_cors_configuration\" \"a\" {{\n{rule}\n}}\n");
    assert!(outcome("a.tf", &text).starts_with("1 buckets"));
    let rules = "cors_rule {\n}\n".repeat(MIB / 14);
    let text = format!("resource \"aws_s3_bucket_cors_configuration\" \"a\" {{\n{rules}\n}}\n");
    assert!(outcome("a.tf", &text).starts_with("1 buckets"));
    let buckets = "resource \"aws_s3_bucket_cors_configuration\" \"a\" {\ncors_rule {\n}\n}\n";
    outcome("a.tf", &buckets.repeat(MIB / buckets.len()));
    let google = format!("[{}{{}}]", "{\"origin\":[\"a\"]},".repeat(MIB / 17));
    assert!(outcome("cors.json", &google).starts_with("1 buckets"));
    let lines = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      CorsConfiguration:\n        CorsRules:\n";
    let rules = "          - AllowedOrigins: ['é']\n".repeat(MIB / 36);
    assert!(outcome("a.yaml", &format!("{lines}{rules}")).starts_with("1 buckets"));
    refused("a.tf", &" ".repeat(9 * MIB), "is longer than 8 MiB");
}

#[test]
fn aliases_do_not_multiply() {
    let mut bomb = String::from("a0: &a0 ['x','x','x','x','x','x','x','x','x','x']\n");
    for level in 1..60 {
        let before = level - 1;
        let ten = format!("*a{before},").repeat(10);
        bomb.push_str(&format!("a{level}: &a{level} [{ten}]\n"));
    }
    let bucket = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      CorsConfiguration:\n        CorsRules:";
    let lists = format!("{bucket} *a59\n");
    outcome("a.yaml", &format!("{bomb}{lists}"));
    let origins =
        format!("{bucket}\n          - AllowedOrigins: *a59\n            AllowedMethods: [GET]\n");
    outcome("a.yaml", &format!("{bomb}{origins}"));

    let mut conditions = String::from("c0: &c0 'https://example.com'\n");
    for level in 1..90 {
        let before = level - 1;
        conditions.push_str(&format!(
            "c{level}: &c{level} !Join ['', [*c{before}, *c{before}]]\n"
        ));
    }
    let origins = format!(
        "{bucket}\n          - AllowedOrigins: [*c89]\n            AllowedMethods: [GET]\n"
    );
    outcome("a.yaml", &format!("{conditions}{origins}"));

    let mut rules = String::from(
        "rule: &rule\n  AllowedOrigins: ['https://example.com']\n  AllowedMethods: [GET]\n",
    );
    rules.push_str(bucket);
    rules.push_str(&"\n          - *rule".repeat(100_000));
    refused("a.yaml", &rules, "1 buckets");

    let merges = format!(
        "m: &m {{{}}}\n",
        (0..900).map(|n| format!("k{n}: 1,")).collect::<String>()
    );
    let many = "  - <<: *m\n".repeat(2000);
    outcome("a.yaml", &format!("{merges}l:\n{many}"));
    refused("a.yaml", "a: &a [*a]\nResources: {}\n", "alias");
}

#[test]
fn locals_do_not_multiply_or_go_in_circles() {
    let bucket = "resource \"aws_s3_bucket_cors_configuration\" \"a\" {\ncors_rule {\nallowed_origins = local.a0\nallowed_methods = [\"GET\"]\n}\n}\n";
    let mut locals = String::from("locals {\n");
    for level in 0..30 {
        let next = level + 1;
        locals.push_str(&format!(
            "a{level} = concat(local.a{next}, local.a{next})\n"
        ));
    }
    assert!(
        outcome("a.tf", &format!("{locals}a30 = [\"x\"]\n}}\n{bucket}")).starts_with("1 buckets")
    );
    let circle = format!("locals {{\na0 = local.a1\na1 = local.a0\n}}\n{bucket}");
    assert!(outcome("a.tf", &circle).starts_with("1 buckets"));
}

#[test]
fn nothing_of_a_file_breaks_a_line_of_a_message() {
    for text in [
        "{\"rules\": [{\"allowed\": {\"origins\": \"a\\u202e\\u2028b\"}, \"\\u0007\\n\": 1}]}",
        "[{\"origin\": [\"https://a\\u2029\\u202eb/\"], \"\\u2066\\u0085\": []}]",
        "Resources: {\"\\u2028B\": {Type: AWS::S3::Bucket, Properties: {CorsConfiguration: {CorsRules: [{\"\\e\": 1}]}}}}",
    ] {
        let document = match read("cors.json", text.as_bytes(), &Variables::default()) {
            Ok(document) => document,
            Err(error) => panic!("{error}"),
        };
        for finding in document.findings() {
            let shown = finding.to_string();
            let breaks = |c: char| {
                c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            };
            assert!(!shown.contains(breaks), "{shown:?}");
        }
    }
}

/// Whoever opens a named pipe waits for somebody who writes.
#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_refused_before_it_is_opened() {
    use s3_cors_formats::read_path;

    let name = format!("s3-cors-formats-pipe-{}", std::process::id());
    let pipe = std::env::temp_dir().join(name);
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    let refused = |path: &std::path::Path| {
        let error = read_path(path, &Variables::default()).expect_err("no regular file");
        error.to_string()
    };
    // Were the pipe opened, this would be read.
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || {
            use std::io::Write;
            let mut opened = std::fs::File::options().write(true).open(pipe)?;
            opened.write_all(b"[]")
        }
    });
    let told = refused(&pipe);
    // Whoever writes may still wait for whoever reads.
    let held = std::fs::File::options().read(true).write(true).open(&pipe);
    std::fs::remove_file(&pipe).expect("a pipe");
    let _ = writer.join().expect("no panic");
    drop(held.expect("a pipe"));
    let help = "give the path of a regular file";
    assert!(
        told.contains(&format!("it is a named pipe; {help}")),
        "{told}"
    );
    let told = refused("/dev/zero".as_ref());
    assert!(told.contains(&format!("it is a device; {help}")), "{told}");
}
