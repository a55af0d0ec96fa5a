//! What `--var name=value` fills in.

use s3_cors_formats::{Variables, read};

fn origins(file: &str, text: &str, given: &[(&str, &str)]) -> Vec<String> {
    let mut variables = Variables::default();
    for (name, value) in given {
        variables.set(*name, *value);
    }
    let document = read(file, text.as_bytes(), &variables).unwrap_or_else(|e| panic!("{e}"));
    let bucket = &document.buckets()[0];
    let configuration = bucket
        .written()
        .unwrap_or_else(|unknown| panic!("{unknown:?}"));
    configuration.cors_rules[0].allowed_origins.clone()
}

fn terraform(origins: &str) -> String {
    format!(
        "resource \"aws_s3_bucket_cors_configuration\" \"b\" {{\n  cors_rule {{\n    \
         allowed_methods = [\"GET\"]\n    allowed_origins = {origins}\n  }}\n}}\n"
    )
}

fn template(origins: &str) -> String {
    format!(
        "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      CorsConfiguration:\n        \
         CorsRules:\n          - AllowedMethods: [GET]\n            AllowedOrigins: {origins}\n"
    )
}

#[test]
fn variables_of_terraform_are_filled_in() {
    for (origins_text, given, expected) in [
        (
            r#"["https://${var.d}"]"#,
            vec![("d", "a.example")],
            vec!["https://a.example"],
        ),
        (
            r#"[var.o]"#,
            vec![("o", "https://a.example")],
            vec!["https://a.example"],
        ),
        (
            "var.o",
            vec![("o", r#"["https://a", "https://b"]"#)],
            vec!["https://a", "https://b"],
        ),
        (
            r#"concat(["https://a"], var.o)"#,
            vec![("o", r#"["https://b"]"#)],
            vec!["https://a", "https://b"],
        ),
        (
            r#"true ? ["https://a"] : ["https://b"]"#,
            vec![],
            vec!["https://a"],
        ),
        (r#"tolist(["https://a"])"#, vec![], vec!["https://a"]),
        (r#"["$${x}"]"#, vec![], vec!["${x}"]),
    ] {
        assert_eq!(
            origins("main.tf", &terraform(origins_text), &given),
            expected,
            "{origins_text}"
        );
    }
}

#[test]
fn parameters_and_conditions_of_cloudformation_are_filled_in() {
    for (origins_text, given, expected) in [
        (
            "[!Sub 'https://${D}']",
            vec![("D", "a.example")],
            vec!["https://a.example"],
        ),
        (
            "[!Ref O]",
            vec![("O", "https://a.example")],
            vec!["https://a.example"],
        ),
        (
            "!Ref O",
            vec![("O", "https://a, https://b")],
            vec!["https://a", "https://b"],
        ),
        (
            "!Split [',', !Ref O]",
            vec![("O", "https://a,https://b")],
            vec!["https://a", "https://b"],
        ),
        (
            "[!Join ['', ['https://', !Ref D]]]",
            vec![("D", "a")],
            vec!["https://a"],
        ),
        (
            "!If [C, ['https://a'], ['https://b']]",
            vec![("C", "false")],
            vec!["https://b"],
        ),
        (
            "['https://a', !If [C, 'https://b', !Ref AWS::NoValue]]",
            vec![("C", "false")],
            vec!["https://a"],
        ),
        (
            "[!Sub ['https://${X}', {X: !Ref D}]]",
            vec![("D", "a")],
            vec!["https://a"],
        ),
        (
            "[{'Fn::Sub': 'https://${!D}'}]",
            vec![],
            vec!["https://${D}"],
        ),
    ] {
        assert_eq!(
            origins("t.yaml", &template(origins_text), &given),
            expected,
            "{origins_text}"
        );
    }
}

#[test]
fn anchors_and_merges_are_followed() {
    let text = "\
base: &base
  AllowedMethods: [GET]
  MaxAge: 60
Resources:
  B:
    Type: AWS::S3::Bucket
    Properties:
      CorsConfiguration:
        CorsRules:
          - <<: *base
            AllowedOrigins: &origins ['https://a']
          - <<: [*base]
            MaxAge: 5
            AllowedOrigins: *origins
";
    let document = read("t.yaml", text.as_bytes(), &Variables::default()).unwrap();
    let rules = document.buckets()[0].deployed().unwrap().cors_rules;
    assert_eq!(rules[1].allowed_origins, ["https://a"]);
    assert_eq!(
        (rules[0].max_age_seconds, rules[1].max_age_seconds),
        (Some(60), Some(5))
    );
}
