//! The CloudFront Function in Node, against the engine and against the recorded responses of S3.
//! Skipped where there is no Node.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use s3_cors::{CorsConfiguration, CorsPolicy};
use s3_cors_formats::{Target, convert};
use serde_json::{Value, json};

/// Runs each program with each of its events, and prints a line of JSON for each.
const RUNNER: &str = r"
const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const out = input.map(({ program, request, response }) => {
  const handler = new Function(program + '\nreturn handler;')();
  const at = eventType => ({ version: '1.0', context: { eventType }, viewer: { ip: '192.0.2.1' } });
  const first = handler({ ...at('viewer-request'), request });
  if (first.statusCode) return first;
  return handler({ ...at('viewer-response'), request: first, response });
});
console.log(JSON.stringify(out));
";

struct Case {
    id: String,
    program: String,
    request: Value,
    expected: Value,
    /// Whether the request gets its response from the function.
    preflight: bool,
}

#[test]
fn the_function_responds_as_s3_in_the_whole_corpus() {
    let cases = cases();
    assert!(cases.len() > 400, "{} cases", cases.len());
    let Some(responses) = run(&cases) else {
        eprintln!("no node here: skipped");
        return;
    };
    let mut wrong = Vec::new();
    for (case, response) in cases.iter().zip(&responses) {
        let found = cors_headers(&response["headers"]);
        let expected = expected_headers(&case.expected);
        if found != expected {
            wrong.push(format!("{}: {found:?}, not {expected:?}", case.id));
        }
        if !case.preflight {
            continue;
        }
        if response["statusCode"] != case.expected["status"] {
            wrong.push(format!("{}: status {}", case.id, response["statusCode"]));
        }
        let body = response["body"]["data"].as_str().unwrap_or_default();
        for key in ["Code", "Message", "Method", "ResourceType"] {
            let Some(value) = case.expected["error"][key].as_str() else {
                continue;
            };
            let document = roxmltree::Document::parse(body).unwrap();
            let element = document.descendants().find(|node| node.has_tag_name(key));
            if element.and_then(|node| node.text()) != Some(value) {
                wrong.push(format!("{}: {key} is not {value:?} in {body}", case.id));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The cases of buckets that have rules.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    for entry in std::fs::read_dir(directory).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        for vector in file["vectors"].as_array().unwrap() {
            let has_rules = vector["kind"] == "eval" && vector["bucket_exists"] == true;
            if !has_rules || vector["cors"].is_null() {
                continue;
            }
            let Ok(rules) = CorsConfiguration::from_text(&vector["cors"].to_string()) else {
                continue;
            };
            if CorsPolicy::new(&rules).is_err() {
                continue;
            }
            let Ok(conversion) = convert(&rules, Target::CloudFrontFunction) else {
                continue;
            };
            let Some(request) = request(&vector["request"]) else {
                continue;
            };
            cases.push(Case {
                id: vector["id"].as_str().unwrap().to_owned(),
                program: conversion.output,
                preflight: vector["request"]["method"] == "OPTIONS",
                request,
                expected: vector["expect"].clone(),
            });
        }
    }
    cases
}

/// As CloudFront hands it to a function; none where a header is not text.
fn request(request: &Value) -> Option<Value> {
    let uri = if request["path"] == "bucket" {
        "/"
    } else {
        "/photos/cat.jpg"
    };
    let mut headers: BTreeMap<String, Value> = BTreeMap::new();
    for (name, value) in request["headers"].as_object()? {
        let name = name.to_lowercase();
        let value = match value {
            Value::Array(lines) => {
                let lines: Vec<Value> = lines.iter().map(|line| json!({ "value": line })).collect();
                json!({ "value": lines[0]["value"], "multiValue": lines })
            }
            Value::String(text) if text.is_ascii() => json!({ "value": text }),
            _ => return None,
        };
        headers.insert(name, value);
    }
    Some(json!({ "method": request["method"], "uri": uri, "headers": headers, "querystring": {} }))
}

fn run(cases: &[Case]) -> Option<Vec<Value>> {
    let response = json!({ "statusCode": 200, "headers": {
        "access-control-allow-origin": { "value": "https://left-by-the-origin.example" },
    }});
    let input: Vec<Value> = cases
        .iter()
        .map(|case| {
            json!({ "program": case.program, "request": case.request, "response": response })
        })
        .collect();
    let mut child = Command::new("node")
        .args(["-e", RUNNER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let text = serde_json::to_string(&input).unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "node failed");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

fn is_cors(name: &str) -> bool {
    name.starts_with("access-control-") || name == "vary"
}

fn cors_headers(headers: &Value) -> BTreeMap<String, String> {
    let headers = headers.as_object().unwrap().iter();
    let text = |value: &Value| value["value"].as_str().unwrap().to_owned();
    let headers = headers.map(|(name, value)| (name.clone(), text(value)));
    headers.filter(|(name, _)| is_cors(name)).collect()
}

fn expected_headers(expected: &Value) -> BTreeMap<String, String> {
    let headers = expected["headers"].as_object().unwrap().iter();
    let headers = headers.map(|(name, value)| {
        (
            name.to_lowercase(),
            value.as_str().unwrap_or_default().to_owned(),
        )
    });
    headers.filter(|(name, _)| is_cors(name)).collect()
}

#[test]
fn a_function_for_twenty_rules_fits() {
    let rules: Vec<Value> = (0..20)
        .map(|number| {
            json!({
                "AllowedOrigins": [format!("https://app-{number}.example.com")],
                "AllowedMethods": ["GET", "HEAD", "PUT"],
                "AllowedHeaders": ["content-type", "x-amz-*"],
                "ExposeHeaders": ["ETag"],
                "MaxAgeSeconds": 3600,
            })
        })
        .collect();
    let rules = CorsConfiguration::from_text(&Value::from(rules).to_string()).unwrap();
    let conversion = convert(&rules, Target::CloudFrontFunction).unwrap();
    assert!(
        conversion.output.len() < 10 * 1024,
        "{} bytes",
        conversion.output.len()
    );
    let codes: Vec<_> = conversion
        .differences
        .iter()
        .map(|d| d.code.as_str())
        .collect();
    assert_eq!(codes, ["error-without-headers"]);
}
