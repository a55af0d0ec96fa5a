//! Other formats: the readers with a megabyte of each kind of nonsense, and conversions of
//! configurations that are made to be expensive.

use s3_cors_formats::{Target, Variables, convert, read};

use crate::comparing::pairs;
use crate::{MB, assert_linear, work};

const BUCKET: &str = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      \
                      CorsConfiguration:\n        CorsRules:\n";

/// A file's name, what is in it, and how that begins, goes on and ends.
const NONSENSE: [(&str, &str, &str, &str, &str); 17] = [
    ("main.tf", "assignments", "", "a = 1\n", ""),
    ("main.tf", "nested lists", "a = ", "[", ""),
    ("main.tf", "interpolations", "a = \"", "${a}", "\"\n"),
    (
        "main.tf",
        "rules",
        "resource \"aws_s3_bucket_cors_configuration\" \"a\" {\n",
        "cors_rule {\n}\n",
        "}\n",
    ),
    ("main.tf.json", "keys", "{", "\"a\":1,", "\"b\":1}"),
    (
        "plan.json",
        "modules",
        "{\"format_version\":\"1.0\",\"planned_values\":{\"root_module\":{\"child_modules\":[",
        "{},",
        "{}]}}}",
    ),
    (
        "template.yaml",
        "rules",
        BUCKET,
        "          - AllowedOrigins: ['a']\n",
        "",
    ),
    ("template.yaml", "keys", "", "a: 1\n", ""),
    ("template.yaml", "anchors", "a: &a 1\nb: [", "*a,", "1]\n"),
    ("template.yaml", "brackets", "a: ", "[", ""),
    (
        "cors.json",
        "rules of Google",
        "[",
        "{\"origin\":[\"a\"]},",
        "{}]",
    ),
    (
        "cors.json",
        "rules of R2",
        "{\"rules\":[",
        "{\"allowed\":{\"origins\":[\"a\"]}},",
        "{}]}",
    ),
    (
        "cors.json",
        "rules of Azure",
        "[",
        "{\"allowedOrigins\":[\"a\"]},",
        "{}]",
    ),
    ("cors.json", "brackets", "", "[", ""),
    (
        "cors.json",
        "escapes",
        "[{\"origin\":[\"",
        "\\u202e",
        "\"]}]",
    ),
    (
        "cors.xml",
        "rules of Azure",
        "<Cors>",
        "<CorsRule></CorsRule>",
        "</Cors>",
    ),
    ("cors.xml", "attributes", "<CorsRule", " a=''", "/>"),
];

#[test]
fn a_file_takes_memory_in_proportion() {
    for (name, what, begin, part, end) in NONSENSE {
        let what = format!("{name}: {what}");
        let read = |bytes: usize| {
            let times = (bytes - begin.len() - end.len()) / part.len();
            let text = [begin, &part.repeat(times), end].concat();
            let counted = work(&what, || {
                let shown = match read(name, text.as_bytes(), &Variables::default()) {
                    Ok(document) => document.findings().len(),
                    Err(error) => error.to_string().len(),
                };
                assert!(shown < 100_000, "{what}: {shown}");
            });
            let bytes = bytes as u64;
            assert!(
                counted.bytes_max < 256 * bytes + 4 * MB,
                "{what}: {}",
                counted.bytes_max
            );
            counted
        };
        assert_linear(&what, &read(128 * 1024), &read(256 * 1024));
    }
}

#[test]
fn a_conversion_has_an_end() {
    // One target of each kind: another file for a bucket, one with an order of its own, one policy
    // for all rules, and a program.
    let targets = [
        Target::CloudFormationYaml,
        Target::Gcs,
        Target::HttpApi,
        Target::CloudFrontFunction,
    ];
    // The others take memory for as many requests at most, but more time than tests have.
    let quick = ["long entries", "halves of a list of names", "long values"];
    let pairs = pairs().into_iter();
    for (what, configuration, _) in pairs.filter(|(what, ..)| quick.contains(what)) {
        for target in targets {
            let what = format!("{what}: {}", target.name());
            let counted = work(&what, || match convert(&configuration, target) {
                Ok(conversion) => {
                    assert!(conversion.differences.len() < 10_000, "{what}");
                    assert!(conversion.output.len() < 16 * 1024 * 1024, "{what}");
                }
                Err(error) => assert!(!error.to_string().is_empty(), "{what}"),
            });
            assert!(
                counted.bytes_max < 256 * MB,
                "{what}: {}",
                counted.bytes_max
            );
        }
    }
}
