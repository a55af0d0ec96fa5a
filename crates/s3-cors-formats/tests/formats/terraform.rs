//! What is written for Terraform, held against `terraform` itself. Skipped where there is none.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use s3_cors::CorsConfiguration;
use s3_cors_formats::{Target, convert};

/// A directory that is removed in the end.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let name = format!("s3-cors-formats-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Says so where nobody can miss it: the test harness drops what a passing test prints, but not what
/// is written to stderr itself.
fn skipped() {
    const SKIPPED: &str = "\nSKIPPED: there is no `terraform` on PATH, so what is written for \
                           Terraform was not held against it.\n";
    // Without a stderr there is nobody to tell.
    let _ = std::io::stderr().write_all(SKIPPED.as_bytes());
}

fn written() -> String {
    let rules = CorsConfiguration::from_text(
        r#"[{"ID": "a \"b\" ${c} %{d} \\ é",
             "AllowedOrigins": ["https://app.example.com", "https://*.example.org"],
             "AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["x-${y}"],
             "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60},
            {"AllowedOrigins": ["*"], "AllowedMethods": ["HEAD"]}]"#,
    )
    .unwrap();
    convert(&rules, Target::Terraform).unwrap().output
}

#[test]
fn what_is_written_is_formatted_as_terraform_does() {
    let directory = Directory::new("fmt");
    let file = directory.0.join("main.tf");
    std::fs::write(&file, written()).unwrap();
    let Ok(output) = Command::new("terraform")
        .args(["fmt", "-check", "-diff"])
        .arg(&file)
        .output()
    else {
        return skipped();
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

/// Without the provider Terraform parses everything and then asks for the provider.
#[test]
fn terraform_validates_as_far_as_it_goes_without_the_provider() {
    let directory = Directory::new("validate");
    // The provider's own type is not there, but a built-in one takes the same expressions.
    let block = written().replace("resource \"aws_s3_bucket_cors_configuration\" \"this\" {\n  bucket = aws_s3_bucket.this.id\n", "locals {\n");
    let mut number = 0;
    let mut text = String::new();
    for line in block.lines() {
        match line.trim() {
            "cors_rule {" => {
                number += 1;
                text.push_str(&format!("  rule_{number} = {{\n"));
            }
            _ => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text.push_str("output \"id\" {\n  value = local.rule_1.id\n}\n");
    std::fs::write(directory.0.join("main.tf"), text).unwrap();
    let run = |arguments: &[&str]| {
        Command::new("terraform")
            .args(arguments)
            .current_dir(&directory.0)
            .output()
    };
    let Ok(init) = run(&["init", "-backend=false", "-input=false"]) else {
        return skipped();
    };
    assert!(
        init.status.success(),
        "{}",
        String::from_utf8_lossy(&init.stderr)
    );
    let valid = run(&["validate"]).unwrap();
    assert!(
        valid.status.success(),
        "{}",
        String::from_utf8_lossy(&valid.stderr)
    );
    // What Terraform makes of the strings is what they were.
    let applied = run(&["apply", "-auto-approve", "-input=false", "-no-color"]).unwrap();
    assert!(
        applied.status.success(),
        "{}",
        String::from_utf8_lossy(&applied.stderr)
    );
    let id = run(&["output", "-raw", "id"]).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&id.stdout),
        "a \"b\" ${c} %{d} \\ é"
    );
}
