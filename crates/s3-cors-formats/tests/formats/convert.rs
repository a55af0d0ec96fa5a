//! Conversions of a few configurations, looked at closely.

use s3_cors::CorsConfiguration;
use s3_cors_formats::{Conversion, ConvertError, Target, convert};

fn converted(rules: &str, target: Target) -> Result<Conversion, ConvertError> {
    convert(&CorsConfiguration::from_text(rules).unwrap(), target)
}

/// A rule for one origin that has everything.
const ONE: &str = r#"[{"ID": "app", "AllowedOrigins": ["https://app.example"], "AllowedMethods": ["GET", "HEAD", "POST"],
    "AllowedHeaders": ["content-type"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 600}]"#;
/// The user guide's own example: some may write, all may read.
const GUIDE: &str = r#"[
    {"AllowedOrigins": ["https://www.example.com"], "AllowedMethods": ["PUT", "POST", "DELETE"], "AllowedHeaders": ["*"], "MaxAgeSeconds": 60},
    {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "MaxAgeSeconds": 60}]"#;
const WILD: &str = r#"[{"AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["GET"], "AllowedHeaders": ["x-amz-*"], "MaxAgeSeconds": 60}]"#;

/// Rules, a target, and the kinds and codes of what is different; or why it cannot be written.
const CASES: [(&str, Target, &[&str]); 21] = [
    (ONE, Target::Terraform, &[]),
    (ONE, Target::CloudFormationYaml, &[]),
    (ONE, Target::R2, &[]),
    (ONE, Target::CloudFront, &[]),
    (
        ONE,
        Target::Gcs,
        &[
            "widened header-widened",
            "changed credentials-lost",
            "changed expose-headers",
            "changed vary",
            "changed refusal-status",
        ],
    ),
    (ONE, Target::AzureBlobXml, &[]),
    (
        ONE,
        Target::CloudFrontFunction,
        &["denied error-without-headers"],
    ),
    (
        ONE,
        Target::FunctionUrl,
        &["changed vary", "changed refusal-status"],
    ),
    (
        ONE,
        Target::HttpApi,
        &[
            "changed vary",
            "changed preflight-status",
            "changed refusal-status",
        ],
    ),
    (
        ONE,
        Target::Alb,
        &[
            "changed vary",
            "changed preflight-status",
            "changed refusal-status",
        ],
    ),
    (
        ONE,
        Target::RestApi,
        &[
            "changed preflight-status",
            "changed refusal-status",
            "changed left-to-backend",
        ],
    ),
    (GUIDE, Target::Terraform, &[]),
    (GUIDE, Target::AzureBlobArm, &["changed vary"]),
    (
        GUIDE,
        Target::HttpApi,
        &[
            "widened method-widened",
            "widened header-widened",
            "changed credentials-lost",
            "changed method-not-checked",
            "changed allow-origin-value",
            "changed vary",
            "changed preflight-status",
            "changed refusal-status",
        ],
    ),
    (WILD, Target::Terraform, &[]),
    (WILD, Target::R2, &[]),
    (WILD, Target::AzureBlobXml, &[]),
    (
        WILD,
        Target::Gcs,
        &[
            "gcs: none of the origins can be written for it; list the origins one by one, or let the app respond",
        ],
    ),
    (
        WILD,
        Target::FunctionUrl,
        &[
            "function-url: none of the origins can be written for it; list the origins one by one, or let the app respond",
        ],
    ),
    (
        WILD,
        Target::Alb,
        &[
            "alb: none of the origins can be written for it; list the origins one by one, or let the app respond",
        ],
    ),
    (
        WILD,
        Target::CloudFrontHeadersPolicy,
        &[
            "widened header-widened",
            "denied denied",
            "changed method-not-checked",
            "changed vary",
            "changed refusal-status",
            "changed preflight-left-to-backend",
        ],
    ),
];

#[test]
fn what_a_conversion_changes_is_known() {
    let mut wrong = Vec::new();
    for (rules, target, expected) in CASES {
        let found: Vec<String> = match converted(rules, target) {
            Ok(conversion) => {
                let differences = conversion.differences.iter();
                differences
                    .map(|d| format!("{} {}", d.kind.as_str(), d.code))
                    .collect()
            }
            Err(error) => vec![error.to_string()],
        };
        if found != expected {
            wrong.push(format!("{}: {found:?}, not {expected:?}", target.name()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rules_that_overlap_are_rewritten_for_terraform_where_that_is_exact() {
    let rules = r#"[
        {"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET", "PUT"], "MaxAgeSeconds": 1},
        {"AllowedOrigins": ["https://a.example", "https://b.example"], "AllowedMethods": ["GET", "HEAD"], "MaxAgeSeconds": 2}]"#;
    let conversion = converted(rules, Target::Terraform).unwrap();
    assert!(conversion.is_exact(), "{:?}", conversion.differences);
    assert_eq!(conversion.rewritten.len(), 1);
    assert_eq!(conversion.output.matches("cors_rule {").count(), 3);

    let rules = rules.replace(r#""https://a.example", "https://b.example""#, r#""*""#);
    let conversion = converted(&rules, Target::Terraform).unwrap();
    assert!(conversion.rewritten.is_empty());
    let shown = conversion.differences[0].to_string();
    assert!(shown.contains("[credentials-lost]"), "{shown}");
}

#[test]
fn rules_that_say_the_same_are_joined_for_azure() {
    let rule = |origin: u8| {
        format!(
            r#"{{"AllowedOrigins": ["https://{origin}.example"], "AllowedMethods": ["GET"], "MaxAgeSeconds": 1}}"#
        )
    };
    let rules: Vec<String> = (0..9).map(rule).collect();
    let rules = format!("[{}]", rules.join(","));
    let conversion = converted(&rules, Target::AzureBlobXml).unwrap();
    assert_eq!(conversion.output.matches("<CorsRule>").count(), 1);
    assert_eq!(conversion.rewritten.len(), 1);
    assert!(conversion.is_exact(), "{:?}", conversion.differences);
}

#[test]
fn what_a_target_does_not_take_for_its_size_is_an_error() {
    let rule = |number: usize| {
        format!(
            r#"{{"AllowedOrigins": ["https://{number}.example"], "AllowedMethods": ["GET"], "MaxAgeSeconds": {number}}}"#
        )
    };
    let rules = |count| format!("[{}]", (0..count).map(rule).collect::<Vec<_>>().join(","));
    for (target, count, part) in [
        (
            Target::AzureBlobXml,
            6,
            "Azure takes 5 rules at most, and there are 6",
        ),
        (
            Target::CloudFrontFunction,
            100,
            "a function has 10240 bytes at most",
        ),
    ] {
        let error = converted(&rules(count), target).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
        assert!(error.contains("join rules"), "{error}");
    }
}

#[test]
fn every_target_has_advice_and_a_name_of_its_own() {
    for target in Target::ALL {
        assert_eq!(Target::named(target.name()), Some(target));
        assert!(target.advice().ends_with('.'));
    }
}

#[test]
fn s3s_own_forms_say_the_same_but_cloudformation_without_a_max_age() {
    let rules = |age: &str| {
        let text = format!(r#"[{{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]{age}}}]"#);
        CorsConfiguration::from_text(&text).unwrap()
    };
    for dialect in s3_cors::Dialect::ALL {
        let target = Target::S3(dialect);
        assert!(
            convert(&rules(r#", "MaxAgeSeconds": 60"#), target)
                .unwrap()
                .is_exact()
        );
        let without = convert(&rules(""), target).unwrap();
        let codes: Vec<&str> = without
            .differences
            .iter()
            .map(|d| d.code.as_str())
            .collect();
        match dialect {
            s3_cors::Dialect::CloudFormation => assert_eq!(codes, ["max-age"]),
            _ => assert!(without.is_exact(), "{dialect}: {codes:?}"),
        }
    }
}

#[test]
fn a_name_that_only_others_may_request_is_tried_behind_wildcards_of_theirs() {
    let rules = r#"[
        {"AllowedOrigins": ["*"], "AllowedMethods": ["PUT"]},
        {"AllowedOrigins": ["https://*"], "AllowedMethods": ["PUT"],
         "AllowedHeaders": ["*-token", "x-amz-*", "Content-Type"]}]"#;
    let conversion = converted(rules, Target::CloudFrontHeadersPolicy).unwrap();
    let widened =
        |difference: &&s3_cors_formats::Difference| difference.code.as_str() == "header-widened";
    let found = conversion.differences.iter().find(widened).unwrap();
    assert_eq!(found.request.headers, ["content-type"]);
}
