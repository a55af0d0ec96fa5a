//! The CloudFront Function in Node, with the language that CloudFront documents and no more: against the
//! engine, against its evaluator, and against the recorded responses of S3. Skipped where there is no
//! Node.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use s3_cors::{CorsConfiguration, CorsPolicy};
use s3_cors_formats::{
    Deployment, DifferenceCode, DifferenceKind, Request, RequestKind, Target, convert,
    differences_in,
};
use serde_json::{Value, json};

/// Runs each program with its events, in a realm that has what "JavaScript runtime 2.0 features for
/// CloudFront Functions" lists of ECMAScript 5.1, and in strict mode, as it says. Prints a list for each
/// program. CloudFront runs no function for a response of 400 and more (C4).
const RUNNER: &str = r"
const vm = require('vm');
const realm = vm.createContext({}, { codeGeneration: { strings: false, wasm: false } });
vm.runInContext(`{
  const everything = this;
  const kept = {
    Object: 'create defineProperties defineProperty freeze getOwnPropertyDescriptor getOwnPropertyNames ' +
      'getPrototypeOf isExtensible isFrozen isSealed keys preventExtensions seal prototype.hasOwnProperty ' +
      'prototype.isPrototypeOf prototype.propertyIsEnumerable prototype.toString prototype.valueOf',
    String: 'fromCharCode prototype.charAt prototype.concat prototype.indexOf prototype.lastIndexOf ' +
      'prototype.match prototype.replace prototype.search prototype.slice prototype.split prototype.substr ' +
      'prototype.substring prototype.toLowerCase prototype.trim prototype.toUpperCase',
    Array: 'isArray prototype.concat prototype.every prototype.filter prototype.forEach prototype.indexOf ' +
      'prototype.join prototype.lastIndexOf prototype.map prototype.pop prototype.push prototype.reduce ' +
      'prototype.reduceRight prototype.reverse prototype.shift prototype.slice prototype.some ' +
      'prototype.sort prototype.splice prototype.unshift',
    RegExp: 'prototype.exec prototype.test prototype.toString',
    Number: 'prototype.toString', Boolean: '', JSON: 'parse stringify', undefined: '', NaN: '',
  };
  const forbid = (object, prefix, names) => {
    for (const name of Object.getOwnPropertyNames(object)) {
      const inherent = ['prototype', 'constructor', 'length', 'name'].indexOf(name) >= 0;
      // RegExp.prototype.exec reads the flags of a pattern.
      const flag = Object.getOwnPropertyDescriptor(object, name).get;
      if (!inherent && !flag && names.indexOf(prefix + name) < 0) delete object[name];
    }
  };
  for (const name of Object.getOwnPropertyNames(everything)) {
    if (!(name in kept)) { delete everything[name]; continue; }
    const global = everything[name];
    if (!global) continue;
    const names = kept[name].split(' ');
    forbid(global, '', names);
    if (global.prototype) forbid(global.prototype, 'prototype.', names);
  }
}`, realm);
const parse = vm.runInContext('JSON.parse', realm);
const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const out = input.map(({ program, events }) => {
  const handler = vm.runInContext(`(function () { 'use strict';
${program}
return handler; })()`, realm);
  const call = (eventType, more) => handler(parse(JSON.stringify(
    { version: '1.0', context: { eventType }, viewer: { ip: '192.0.2.1' }, ...more })));
  return events.map(({ request, response }) => {
    const first = call('viewer-request', { request });
    if (first.statusCode || response.statusCode >= 400) return first.statusCode ? first : response;
    return call('viewer-response', { request: first, response });
  });
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
    let programs = cases.iter().map(|case| {
        let event = json!({ "request": case.request, "response": response(200) });
        (case.program.as_str(), vec![event])
    });
    let Some(responses) = run(programs) else {
        return;
    };
    let responses: Vec<Value> = responses.into_iter().flatten().collect();
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
    for vector in vectors() {
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
    cases
}

/// All vectors of the corpus.
fn vectors() -> Vec<Value> {
    let mut vectors = Vec::new();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    for entry in std::fs::read_dir(directory).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        vectors.extend_from_slice(file["vectors"].as_array().unwrap());
    }
    vectors
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

/// Of an origin that has CORS headers of its own, which the function replaces.
fn response(status: u16) -> Value {
    json!({ "statusCode": status, "headers": {
        "access-control-allow-origin": { "value": "https://left-by-the-origin.example" },
    }})
}

/// The responses of each program to its events; none without Node.
fn run<'p>(programs: impl Iterator<Item = (&'p str, Vec<Value>)>) -> Option<Vec<Vec<Value>>> {
    let input: Vec<Value> = programs
        .map(|(program, events)| json!({ "program": program, "events": events }))
        .collect();
    let child = Command::new("node")
        .args(["-e", RUNNER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        eprintln!("no node here: skipped");
        return None;
    };
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

/// The configurations of the corpus.
fn configurations() -> Vec<CorsConfiguration> {
    let mut texts = BTreeSet::new();
    for vector in vectors() {
        for member in ["cors", "config"] {
            texts.insert(vector[member].to_string());
        }
    }
    let read = texts.iter().map(|text| CorsConfiguration::from_text(text));
    read.filter_map(Result::ok).collect()
}

/// Each origin, method and header of the rules, and others, each kind of request.
fn requests(rules: &CorsConfiguration) -> Vec<Request> {
    let mut origins = BTreeSet::from(["https://foreign.example".to_owned()]);
    let mut names = BTreeSet::from(["x-foreign".to_owned()]);
    for rule in &rules.cors_rules {
        let instance = |pattern: &String| pattern.replace('*', "a-b.c");
        origins.extend(rule.allowed_origins.iter().map(instance));
        names.extend(rule.allowed_headers.iter().map(instance));
    }
    // Of an origin with another character than ASCII's, browsers send another form.
    let origins = origins.iter().filter(|origin| origin.is_ascii()).take(8);
    let names: Vec<&String> = names.iter().take(4).collect();
    let mut requests = Vec::new();
    for origin in origins {
        for method in ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"] {
            requests.push(Request::actual(origin, method));
            requests.push(Request::actual_with_error(origin, method));
            requests.push(Request::preflight(origin, method, &[]));
            for name in &names {
                requests.push(Request::preflight(origin, method, &[name.as_str()]));
                requests.push(Request::preflight(
                    origin,
                    method,
                    &["x-foreign", name.as_str()],
                ));
            }
        }
    }
    requests
}

/// As CloudFront hands it to the function, with the response of the origin.
fn event(asked: &Request) -> Value {
    let mut headers = json!({ "origin": { "value": asked.origin } });
    let method = match asked.kind {
        RequestKind::Preflight => {
            headers["access-control-request-method"] = json!({ "value": asked.method });
            if !asked.headers.is_empty() {
                let names = asked.headers.join(",");
                headers["access-control-request-headers"] = json!({ "value": names });
            }
            "OPTIONS"
        }
        _ => &asked.method,
    };
    let status = match asked.kind {
        RequestKind::ActualError => 404,
        _ => 200,
    };
    json!({
        "request": { "method": method, "uri": "/key", "headers": headers, "querystring": {} },
        "response": response(status),
    })
}

#[test]
fn the_function_responds_as_its_evaluator_says_and_differs_only_as_reported() {
    let deployed: Vec<_> = configurations()
        .into_iter()
        .filter_map(|rules| {
            let policy = CorsPolicy::new(&rules).ok()?;
            let conversion = convert(&rules, Target::CloudFrontFunction).ok()?;
            Some((policy, requests(&rules), conversion))
        })
        .collect();
    assert!(deployed.len() > 100, "{} configurations", deployed.len());
    let programs = deployed.iter().map(|(_, requests, conversion)| {
        let events = requests.iter().map(event).collect();
        (conversion.output.as_str(), events)
    });
    let Some(responses) = run(programs) else {
        return;
    };
    let mut wrong = Vec::new();
    let mut count = 0;
    for ((policy, requests, conversion), responses) in deployed.iter().zip(&responses) {
        let deployment = Deployment::read(conversion.target, &conversion.output).unwrap();
        let reported: BTreeSet<_> = conversion
            .differences
            .iter()
            .map(|d| d.code.as_str())
            .collect();
        for (asked, response) in requests.iter().zip(responses) {
            count += 1;
            let [expected] = &deployment.responses(asked)[..] else {
                panic!("one response")
            };
            let mut headers = cors_headers(&response["headers"]);
            if asked.kind == RequestKind::ActualError {
                // The origin's own, which the function never sees.
                headers.remove("access-control-allow-origin");
            }
            let lines = expected.headers.iter();
            let lines: BTreeMap<String, String> = lines
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect();
            // Without one, it is the origin's.
            let own = event(asked)["response"]["statusCode"].as_u64();
            let status = expected.status.map(u64::from).or(own);
            if headers != lines || response["statusCode"].as_u64() != status {
                wrong.push(format!("{asked}: {response}, not {expected}"));
            }
            for (kind, code) in differences_in(policy, &deployment, asked) {
                let is_known = kind == DifferenceKind::Denied
                    && code == DifferenceCode::ErrorWithoutHeaders
                    && reported.contains(code.as_str());
                if !is_known {
                    wrong.push(format!("{asked}: {code} is not reported"));
                }
            }
        }
    }
    println!("{count} requests");
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_function_is_written_in_ecmascript_5() {
    let rules =
        r#"[{"AllowedOrigins": ["https://`=>...app.example?.com"], "AllowedMethods": ["GET"]}]"#;
    let rules = CorsConfiguration::from_text(rules).unwrap();
    let program = convert(&rules, Target::CloudFrontFunction).unwrap().output;
    let code = without_strings_and_comments(&program);
    for newer in ["=>", "`", "...", "?.", "??", "**", "#"] {
        assert!(!code.contains(newer), "{newer}");
    }
    let words: BTreeSet<&str> = code
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$')
        .collect();
    for newer in [
        "let", "const", "class", "async", "await", "import", "export", "yield", "super", "of",
        "eval", "Function",
    ] {
        assert!(!words.contains(newer), "{newer}");
    }
    assert!(words.contains("handler") && words.contains("var"), "{code}");
}

/// The program without its literals and comments. Those of regular expressions are on one line and
/// have no quote in them.
fn without_strings_and_comments(program: &str) -> String {
    let mut code = String::new();
    let mut characters = program.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '/' if characters.peek() == Some(&'/') => {
                characters.by_ref().find(|c| *c == '\n');
            }
            '"' | '\'' => {
                while let Some(inner) = characters.next() {
                    match inner {
                        '\\' => drop(characters.next()),
                        end if end == c => break,
                        _ => {}
                    }
                }
            }
            c => code.push(c),
        }
    }
    code
}
