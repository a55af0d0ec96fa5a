//! The readers of Terraform, CloudFormation and the rest: a megabyte of each kind of nonsense, and
//! what refers to itself.

use s3_cors_formats::{MAX_FILE_BYTES, Variables, read};

use crate::{MB, assert_linear, work};

const MIB: usize = 1024 * 1024;

const BUCKET: &str = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      \
                      CorsConfiguration:\n        CorsRules:";
const TERRAFORM: &str = "resource \"aws_s3_bucket_cors_configuration\" \"a\" {\n";

/// What each is, the file, and how it begins, goes on and ends.
const NONSENSE: [(&str, &str, &str, &str, &str); 22] = [
    (
        "nested lists in JSON",
        "a.json",
        "{\"Resources\":[",
        "[],",
        "[]]}",
    ),
    (
        "rules of Google",
        "a.json",
        "[",
        "{\"origin\":[\"a\"]},",
        "{}]",
    ),
    ("brackets in JSON", "a.json", "", "[", ""),
    (
        "escapes in JSON",
        "a.json",
        "[{\"origin\":[\"",
        "\\u202e",
        "\"]}]",
    ),
    (
        "keys of Terraform's JSON",
        "a.tf.json",
        "{",
        "\"a\":1,",
        "\"b\":1}",
    ),
    (
        "modules of a plan",
        "plan.json",
        "{\"format_version\":\"1.0\",\"planned_values\":{\"root_module\":{\"child_modules\":[",
        "{},",
        "{}]}}}",
    ),
    (
        "rules of R2",
        "a.json",
        "{\"rules\":[",
        "{\"allowed\":{\"origins\":[\"a\"]}},",
        "{}]}",
    ),
    (
        "rules of Azure in JSON",
        "a.json",
        "[",
        "{\"allowedOrigins\":[\"a\"]},",
        "{}]",
    ),
    (
        "rules of Azure in XML",
        "a.xml",
        "<Cors>",
        "<CorsRule></CorsRule>",
        "</Cors>",
    ),
    ("attributes in XML", "a.xml", "<CorsRule", " a=''", "/>"),
    ("brackets in YAML", "a.yaml", "a: ", "[", ""),
    ("lists in YAML", "a.yaml", "a: [", "[],", "]"),
    ("dashes in YAML", "a.yaml", "", "- ", "a"),
    ("keys of YAML", "a.yaml", "Resources:\n", "  a: 1\n", ""),
    ("aliases in YAML", "a.yaml", "a: &a 1\nb: [", "*a,", "1]\n"),
    ("tags of YAML", "a.yaml", "Resources: [", "!Ref a,", "]"),
    (
        "rules of a template",
        "a.yaml",
        BUCKET,
        "\n          - {}",
        "\n",
    ),
    ("lists in HCL", "a.tf", "a = [", "1,", "1]\n"),
    ("parentheses in HCL", "a.tf", "a = ", "(", ""),
    ("attributes in HCL", "a.tf", "", "a = 1\n", ""),
    ("rules in HCL", "a.tf", TERRAFORM, "cors_rule {\n}\n", "}\n"),
    ("templates in HCL", "a.tf", "a = \"", "${a}", "\"\n"),
];

fn text(bytes: usize, begin: &str, part: &str, end: &str) -> String {
    [begin, &part.repeat(bytes / part.len()), end].concat()
}

fn read_all(file: &str, text: &str) {
    match read(file, text.as_bytes(), &Variables::default()) {
        Ok(document) => assert!(document.findings().len() <= 10_000),
        Err(error) => assert!(error.to_string().len() < 100_000),
    }
}

#[test]
fn a_megabyte_of_a_template_takes_no_more_than_its_share() {
    for (what, file, begin, part, end) in NONSENSE {
        let taken = |bytes: usize| {
            let text = text(bytes, begin, part, end);
            work(what, || read_all(file, &text))
        };
        assert_linear(what, &taken(MIB / 4), &taken(MIB / 2));
        let whole = taken(MIB);
        assert!(whole.bytes_max < 256 * MB, "{what}: {}", whole.bytes_max);
    }
}

#[test]
fn an_alias_takes_no_room_however_often_it_is_repeated() {
    let mut bomb = String::from("a0: &a0 ['x','x','x','x','x','x','x','x','x','x']\n");
    for level in 1..60 {
        let ten = format!("*a{},", level - 1).repeat(10);
        bomb.push_str(&format!("a{level}: &a{level} [{ten}]\n"));
    }
    let of_rules = format!("{bomb}{BUCKET} *a59\n");
    let of_origins = format!(
        "{bomb}{BUCKET}\n          - AllowedOrigins: *a59\n            AllowedMethods: [GET]\n"
    );
    let rule = "rule: &rule {AllowedOrigins: ['https://a.example'], AllowedMethods: [GET]}\n";
    let repeated = format!("{rule}{BUCKET}{}\n", "\n          - *rule".repeat(MIB / 18));
    for (what, text) in [
        ("rules that are 10^60", of_rules),
        ("origins that are 10^60", of_origins),
        ("one rule a hundred thousand times", repeated),
    ] {
        let taken = work(what, || read_all("a.yaml", &text));
        assert!(taken.bytes_max < 256 * MB, "{what}: {}", taken.bytes_max);
    }
}

#[test]
fn ten_thousand_levels_are_refused_with_the_place() {
    let nested = |open: &str, close: &str| open.repeat(10_000) + &close.repeat(10_000);
    for (file, text) in [
        ("a.json", format!("{{\"Resources\": {}}}", nested("[", "]"))),
        ("a.yaml", format!("Resources: {}", nested("{a: ", "}"))),
        ("a.tf", format!("a = {}\n", nested("[", "]"))),
    ] {
        let taken = work(file, || {
            let error = read(file, text.as_bytes(), &Variables::default()).expect_err(file);
            assert!(error.findings()[0].span.is_some(), "{error}");
        });
        assert!(taken.bytes_max < 16 * MB, "{file}: {}", taken.bytes_max);
    }
}

#[test]
fn a_file_that_is_too_long_is_not_looked_at() {
    for (file, bytes, expected) in [
        ("a.json", MAX_FILE_BYTES + 1, "is longer than 8 MiB"),
        ("a.tf", 2 * MIB + 1, "is longer than 2 MiB"),
        ("a.yaml", 2 * MIB + 1, "is longer than 2 MiB"),
    ] {
        let text = vec![b'a'; bytes];
        let taken = work(file, || {
            let error = read(file, &text, &Variables::default()).expect_err("it is too long");
            assert!(error.to_string().contains(expected), "{error}");
        });
        assert!(taken.bytes_max < MB, "{file}: {}", taken.bytes_max);
    }
}
