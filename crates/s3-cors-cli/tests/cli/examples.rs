//! Every example of the help works, in the shell that it is written for.

#![cfg(unix)]

use std::process::Command;

use crate::run::{Directory, ran};

const CORS: &str = r#"[{
    "AllowedOrigins": ["https://app.example.com"],
    "AllowedMethods": ["GET", "HEAD", "PUT", "POST"],
    "AllowedHeaders": ["content-type"],
    "ExposeHeaders": ["ETag"],
    "MaxAgeSeconds": 3000
}]
"#;

const TERRAFORM: &str = r#"resource "aws_s3_bucket_cors_configuration" "site" {
  cors_rule {
    allowed_origins = ["https://${var.domain}"]
    allowed_methods = ["GET", "HEAD"]
    max_age_seconds = 3000
  }
}
"#;

const TEMPLATE: &str = "\
Resources:
  Uploads:
    Type: AWS::S3::Bucket
    Properties:
      CorsConfiguration:
        CorsRules: [{AllowedOrigins: ['*'], AllowedMethods: [GET, HEAD], MaxAge: 3000}]
  Assets:
    Type: AWS::S3::Bucket
    Properties:
      CorsConfiguration:
        CorsRules: [{AllowedOrigins: ['*'], AllowedMethods: [GET], MaxAge: 60}]
";

/// What stands in for the AWS CLI.
const AWS: &str = "#!/bin/sh\n[ \"$1 $2\" = 's3api get-bucket-cors' ] && cat cors.json\n";

/// The examples of a help, with those joined that go over several lines.
fn examples(help: &str) -> Vec<String> {
    let (_, after) = help.split_once("Examples:\n").expect("examples");
    let text = after.replace("\\\n", " ");
    let lines = text.lines().take_while(|line| line.starts_with("  "));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn every_example_of_the_help_works() {
    use std::os::unix::fs::PermissionsExt;

    let directory = Directory::with(CORS);
    std::fs::create_dir(directory.path().join("buckets")).expect("a directory");
    for name in ["old.json", "new.json", "buckets/a.json"] {
        directory.write(name, CORS);
    }
    directory.write("app-cors.json", CORS.replace("POST", "PATCH"));
    directory.write("main.tf", TERRAFORM);
    directory.write("template.yaml", TEMPLATE);
    directory.write("aws", AWS);
    let aws = directory.path().join("aws");
    std::fs::set_permissions(aws, std::fs::Permissions::from_mode(0o755)).expect("its owner");
    let tool = std::path::Path::new(env!("CARGO_BIN_EXE_s3-cors"));
    let path = format!(
        "{}:{}:/usr/bin:/bin",
        directory.path().display(),
        tool.parent().expect("a directory").display()
    );
    let mut number = 0;
    for command in [
        "", "check", "explain", "diff", "convert", "probe", "show", "schema",
    ] {
        let help = directory.run(
            &[command, "--help"]
                .map(str::trim)
                .into_iter()
                .filter(|a| !a.is_empty())
                .collect::<Vec<_>>(),
        );
        for example in examples(&help.stdout) {
            // What would go out to the network only says what it would send.
            let example = match example.contains(" probe ") && !example.contains("--dry-run") {
                true => format!("{example} --dry-run"),
                false => example,
            };
            let mut shell = Command::new("sh");
            shell.args(["-c", &example]).current_dir(directory.path());
            let ran = ran(shell.env("PATH", &path).output().expect("a shell"));
            // An explanation may end in "not allowed"; nothing may fail.
            assert!(matches!(ran.code, Some(0 | 1)), "{example}: {ran:?}");
            assert_eq!(ran.stderr, "", "{example}");
            number += 1;
        }
    }
    assert!(number > 20, "{number} examples");
}
