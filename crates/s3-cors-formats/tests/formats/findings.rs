//! What is found in one entry is found whatever else the file has.

use s3_cors_formats::{Variables, read};

/// A file whose entry no browser can send, and one that no browser can ask for, where the format
/// has it.
const OF_ONE_ENTRY: [(&str, &str, &[&str]); 5] = [
    (
        "azure.json",
        r#"[{"AllowedOrigins":"ws://localhost:3000","AllowedMethods":"GET","AllowedHeaders":"cookie","MaxAgeInSeconds":5,"Service":"blob"}]"#,
        &["origin-never-sent"],
    ),
    (
        "cors.json",
        r#"[{"origin":["ws://localhost:3000"],"method":["GET"],"responseHeader":["cookie"],"maxAgeSeconds":5}]"#,
        &["origin-never-sent"],
    ),
    (
        "cors.json",
        r#"{"rules":[{"allowed":{"origins":["ws://localhost:3000"],"methods":["GET"],"headers":["cookie"]},"maxAgeSeconds":5}]}"#,
        &["origin-never-sent"],
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

#[test]
fn nothing_is_said_of_another_service_that_is_true_of_s3_only() {
    // Google compares requested headers with those that it exposes: none may be removed.
    let google = r#"[{"origin": ["*"], "method": ["GET"], "maxAgeSeconds": 60,
        "responseHeader": ["Content-Type", "Content-Length", "Date", "cookie", "x y"]}]"#;
    let document = read("cors.json", google.as_bytes(), &Variables::default()).unwrap();
    assert_eq!(document.findings(), []);
}

#[test]
fn a_variable_is_said_to_be_unknown_once() {
    let text = "Resources: {B: {Type: AWS::S3::Bucket, Properties: {CorsConfiguration: {CorsRules: [{AllowedOrigins: [!Sub 'https://${Domain}', !Sub 'https://www.${Domain}', !Ref Domain], AllowedMethods: [GET, HEAD], MaxAge: 5}]}}}}";
    let document = read("t.yaml", text.as_bytes(), &Variables::default()).unwrap();
    let findings = document.findings();
    let unknown: Vec<_> = findings.iter().filter(|f| f.code == "not-known").collect();
    assert_eq!(unknown.len(), 1, "{findings:#?}");
    assert_eq!(unknown[0].related.len(), 2);
    assert!(unknown[0].help.contains("--var Domain=VALUE"));
}

#[test]
fn what_cloudformation_sends_for_what_is_left_out_is_said_once_with_the_rule_it_makes() {
    let rule = r#"{"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["PUT", "POST"], "AllowedHeaders": ["*"]}"#;
    let of_template = format!(
        r#"{{"Resources": {{"B": {{"Type": "AWS::S3::Bucket", "Properties": {{"CorsConfiguration": {{"CorsRules": [{rule}, {rule}]}}}}}}}}}}"#
    );
    let property = format!(r#"{{"CorsConfiguration": {{"CorsRules": [{rule}, {rule}]}}}}"#);
    for text in [of_template, property] {
        let document = read("t.json", text.as_bytes(), &Variables::default()).unwrap();
        let findings = document.findings();
        let left_out: Vec<_> = findings
            .iter()
            .filter(|found| found.code.starts_with("max-age"))
            .collect();
        let [found] = left_out[..] else {
            panic!("{findings:#?}");
        };
        assert_eq!(found.code, "max-age-left-out");
        assert_eq!(found.related.len(), 1);
        assert_eq!(
            found.deployed.as_deref(),
            Some(
                r#"{"AllowedHeaders":["*"],"AllowedMethods":["PUT","POST"],"AllowedOrigins":["https://a.example"],"ExposeHeaders":[],"MaxAgeSeconds":0}"#
            )
        );
        let deployed = document.buckets()[0].deployed().unwrap();
        assert_eq!(deployed.cors_rules[1].max_age_seconds, Some(0));
    }
}
