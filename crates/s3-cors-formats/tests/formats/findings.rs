//! What is found in one entry is found whatever else the file has.

use s3_cors_formats::{Variables, read};

/// A file whose entry no browser can send, and one that no browser can ask for, where the format
/// has it.
const OF_ONE_ENTRY: [(&str, &str, &[&str]); 5] = [
    (
        "azure.json",
        r#"[{"AllowedOrigins":"ws://localhost:3000","AllowedMethods":"GET","AllowedHeaders":"cookie","MaxAgeInSeconds":5,"Service":"blob"}]"#,
        &["origin-never-sent", "header-never-requested"],
    ),
    (
        "cors.json",
        r#"[{"origin":["ws://localhost:3000"],"method":["GET"],"responseHeader":["cookie"],"maxAgeSeconds":5}]"#,
        &["origin-never-sent", "header-never-requested"],
    ),
    (
        "cors.json",
        r#"{"rules":[{"allowed":{"origins":["ws://localhost:3000"],"methods":["GET"],"headers":["cookie"]},"maxAgeSeconds":5}]}"#,
        &["origin-never-sent", "header-never-requested"],
    ),
    (
        "main.tf",
        "resource \"aws_s3_bucket_cors_configuration\" \"a\" {\n  cors_rule {\n    allowed_origins = [\"ws://localhost:3000\", var.other]\n    allowed_methods = [\"GET\", \"HEAD\"]\n    allowed_headers = [\"cookie\"]\n    max_age_seconds = 5\n  }\n}\n",
        &["origin-never-sent", "header-never-requested"],
    ),
    (
        "template.yaml",
        "Resources: {B: {Type: AWS::S3::Bucket, Properties: {CorsConfiguration: {CorsRules: [{AllowedOrigins: ['ws://localhost:3000', !Ref Other], AllowedMethods: [GET, HEAD], AllowedHeaders: [cookie], MaxAge: 5}]}}}}",
        &["origin-never-sent", "header-never-requested"],
    ),
];

#[test]
fn what_no_browser_sends_is_found_in_every_format_and_beside_unknown_values() {
    for (file, text, expected) in OF_ONE_ENTRY {
        let document = read(file, text.as_bytes(), &Variables::default()).unwrap();
        let findings = document.findings();
        for code in expected {
            let count = findings.iter().filter(|found| found.code == *code).count();
            assert_eq!(count, 1, "{code} in {text}: {findings:#?}");
        }
    }
}
