//! `check --format sarif` and `--format github`: what code scanning and GitHub Actions read.

use std::sync::OnceLock;

use serde_json::Value;

use crate::run::{Directory, Ran, run_with_stdin};

/// A file without a finding, one with lints, one that S3 would reject, and one with hostile names.
const GOOD: &str = r#"[{"AllowedOrigins": ["https://a.com"], "AllowedMethods": ["GET", "HEAD"], "MaxAgeSeconds": 60}]"#;
const LINTS: &str = r#"[
    {
        "AllowedOrigins": ["https://a.com/", "*"],
        "AllowedMethods": ["PUT", "POST"],
        "AllowedHeaders": ["*"]
    },
    {"AllowedOrigins": ["https://b.com"],
     "AllowedMethods": ["PUT", "POST"], "AllowedHeaders": ["*"]}
]"#;
const REJECTED: &str = r#"[{"AllowedOrigins": ["https://*.*"], "AllowedMethods": ["PATCH"]}]"#;
const HOSTILE: &str = "[{\"AllowedOrigins\": [\"https://a.com/100%\\n::error::x,y:z\"], \
                       \"AllowedMethods\": [\"GET\", \"HEAD\"], \"MaxAgeSeconds\": 60}]";

fn directory() -> Directory {
    let directory = Directory::new();
    for (name, text) in [
        ("good.json", GOOD),
        ("lints.json", LINTS),
        ("rejected.json", REJECTED),
        ("a b,c.json", HOSTILE),
    ] {
        directory.write(name, text);
    }
    directory
}

/// The schema of OASIS, as the crate `serde-sarif` 0.8.0 (MIT) has it.
fn schema() -> &'static jsonschema::Validator {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        // Two patterns have a stray bracket, which ECMAScript takes for itself and Rust does not.
        let schema = include_str!("sarif-schema-2.1.0.json").replace("{2}]?$", "{2}$");
        let schema = serde_json::from_str(&schema).expect("JSON");
        jsonschema::validator_for(&schema).expect("a schema")
    })
}

#[track_caller]
fn sarif(ran: &Ran) -> Value {
    let value: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let errors: Vec<String> = schema()
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{}", ran.stdout);
    assert_eq!(ran.stderr, "");
    value
}

#[test]
fn the_schema_of_sarif_refuses_what_is_none() {
    let wrong = serde_json::json!({"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]});
    assert!(!schema().is_valid(&wrong));
}

#[test]
fn sarif_has_each_finding_at_its_place() {
    let directory = directory();
    let ran = directory.run(&[
        "check",
        "good.json",
        "./lints.json",
        "rejected.json",
        "a b,c.json",
        "--format",
        "sarif",
    ]);
    assert_eq!(ran.code, Some(1));
    let value = sarif(&ran);
    let run = &value["runs"][0];
    let results = run["results"].as_array().expect("a list");
    let found: Vec<String> = results
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            format!(
                "{}:{}:{} {} {}",
                place["artifactLocation"]["uri"].as_str().expect("a path"),
                place["region"]["startLine"],
                place["region"]["startColumn"],
                result["level"].as_str().expect("a level"),
                result["ruleId"].as_str().expect("a rule"),
            )
        })
        .collect();
    for expected in [
        "lints.json:3:28 error origin-trailing-slash",
        "lints.json:3:46 note origin-any",
        "lints.json:4:28 note upload-without-etag",
        "rejected.json:1:22 error rejected-configuration",
        "rejected.json:1:57 error rejected-configuration",
        "a%20b%2Cc.json:1:22 error origin-whitespace",
    ] {
        assert!(
            found.contains(&expected.to_owned()),
            "{expected} is not in {found:#?}"
        );
    }
    for result in results {
        let rule = result["ruleIndex"].as_u64().expect("an index");
        let rule = &run["tool"]["driver"]["rules"][usize::try_from(rule).expect("small")];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    let etag = results
        .iter()
        .find(|result| result["ruleId"] == "upload-without-etag")
        .expect("it is found");
    let related = &etag["relatedLocations"][0]["physicalLocation"]["region"];
    assert_eq!(related["startLine"], 8, "{etag:#}");
    assert_eq!(run["invocations"][0]["exitCode"], 1);
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn sarif_is_valid_where_there_is_nothing_to_say_and_where_a_file_is_missing() {
    let directory = directory();
    let ran = directory.run(&["check", "good.json", "--format", "sarif"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(sarif(&ran)["runs"][0]["results"], Value::Array(Vec::new()));

    let ran = directory.run(&["check", "no such.json", "good.json", "--format", "sarif"]);
    assert_eq!(ran.code, Some(2));
    let value = sarif(&ran);
    let invocation = &value["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!(
        notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "no%20such.json"
    );

    let ran = run_with_stdin(&["check", "-", "--format", "sarif"], LINTS.as_bytes());
    assert_eq!(ran.code, Some(1));
    sarif(&ran);
}

#[test]
fn github_gets_a_command_for_each_finding() {
    let directory = directory();
    let ran = directory.run(&["check", "good.json", "lints.json", "--format", "github"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let expected = "::error file=lints.json,line=3,col=28,endColumn=44,title=s3-cors \
                    origin-trailing-slash::\"https://a.com/\" ends with a slash, which no \
                    browser's Origin does; write \"https://a.com\"";
    assert!(lines.contains(&expected), "{lines:#?}");
    let etag = lines
        .iter()
        .find(|line| line.contains("upload-without-etag"))
        .expect("it is found");
    assert!(
        etag.starts_with("::notice file=lints.json,line=4,col=28,"),
        "{etag}"
    );
    assert!(
        etag.ends_with("%0Asee CORSRules[1].AllowedMethods[0] on line 8"),
        "{etag}"
    );
    // A rule goes over several lines.
    let order = lines.iter().find(|line| line.contains("line=7,endLine=8,"));
    assert!(order.is_some(), "{lines:#?}");
    assert!(
        lines.iter().all(|line| line.starts_with("::")),
        "{lines:#?}"
    );
}

#[test]
fn what_s3_rejects_and_what_cannot_be_read_are_errors_for_github() {
    let directory = directory();
    let ran = directory.run(&["check", "rejected.json", "none.json", "--format", "github"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), ""));
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:#?}");
    let start = "::error file=rejected.json,line=1,col=22,title=s3-cors rejected-configuration::";
    assert!(lines[0].starts_with(start), "{}", lines[0]);
    assert!(
        lines[2].starts_with("::error file=none.json,title=s3-cors::"),
        "{}",
        lines[2]
    );
}

#[test]
fn nothing_in_a_file_can_give_a_command_of_its_own() {
    let directory = directory();
    let ran = directory.run(&["check", "a b,c.json", "--format", "github"]);
    assert_eq!(ran.code, Some(1));
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(
        lines[0].starts_with("::error file=a b%2Cc.json,line=1,"),
        "{lines:?}"
    );
    assert!(lines[0].contains("100%25"), "{lines:?}");
}
