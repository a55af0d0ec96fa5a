//! `--format sarif`: SARIF 2.1.0, which code scanning reads.
//!
//! Source: [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).

use std::path::{Component, Path};

use s3_cors_formats::Severity;
use serde_json::{Value, json};

use super::Looked;
use super::annotation::{self, At};
use crate::paint::flat;
use crate::report::{Report, Verdict};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn report(files: &[Looked<'_>], verdict: Verdict) -> Report {
    let codes: Vec<_> = annotation::codes().collect();
    let rules: Vec<Value> = codes
        .iter()
        .map(|(code, description, severity)| {
            json!({
                "id": code,
                "shortDescription": {"text": description},
                "defaultConfiguration": {"level": level(*severity)},
            })
        })
        .collect();
    let results = files.iter().flat_map(|file| {
        let uri = uri(file.path);
        let found = annotation::all(file).into_iter();
        let codes = &codes;
        found.map(move |annotation| {
            let rule = codes.iter().position(|(code, ..)| *code == annotation.code);
            let mut result = json!({
                "ruleId": annotation.code,
                "level": level(annotation.severity),
                "message": {"text": annotation.message},
                "locations": [location(&uri, &annotation.at)],
            });
            if let Some(rule) = rule {
                result["ruleIndex"] = json!(rule);
            }
            if !annotation.related.is_empty() {
                let related = annotation.related.iter();
                let related: Vec<Value> = related.map(|at| location(&uri, at)).collect();
                result["relatedLocations"] = json!(related);
            }
            result
        })
    });
    let results: Vec<Value> = results.collect();
    let unreadable = files.iter().filter(|file| file.is_unreadable());
    let notifications: Vec<Value> = unreadable
        .map(|file| {
            let text = annotation::unreadable(file);
            json!({
                "level": "error",
                "message": {"text": text},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(file.path)}}}],
            })
        })
        .collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "s3-cors",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": notifications.is_empty(),
                "exitCode": verdict.code(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    Report::on_stdout(format!("{document:#}\n"), verdict)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        _ => "note",
    }
}

fn location(uri: &str, at: &At) -> Value {
    let mut physical = json!({"artifactLocation": {"uri": uri}});
    if let Some(start) = at.start {
        let mut region = json!({"startLine": start.line, "startColumn": start.column});
        if let Some(end) = at.end {
            region["endLine"] = json!(end.line);
            region["endColumn"] = json!(end.column);
        }
        physical["region"] = region;
    }
    let mut location = json!({"physicalLocation": physical});
    if !at.name.is_empty() {
        let name = flat(&at.name);
        location["logicalLocations"] = json!([{"fullyQualifiedName": name}]);
        location["message"] = json!({"text": name});
    }
    location
}

/// A path as a URI reference: relative ones to the root of the sources, as code scanning wants it.
fn uri(path: &Path) -> String {
    if path == Path::new("-") {
        return "stdin".into();
    }
    let mut names: Vec<String> = Vec::new();
    let mut start = "";
    for component in path.components() {
        match component {
            Component::RootDir => start = "file:///",
            Component::CurDir => {}
            Component::Prefix(prefix) => {
                start = "file:///";
                // The colon of a drive stays.
                names.push(prefix.as_os_str().to_string_lossy().replace('\\', "/"));
            }
            Component::ParentDir => names.push("..".into()),
            Component::Normal(name) => names.push(encoded(&name.to_string_lossy())),
        }
    }
    format!("{start}{}", names.join("/"))
}

/// Source: [RFC 3986, section 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3).
fn encoded(name: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    name.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::uri;

    #[test]
    fn a_path_is_a_uri() {
        for (path, expected) in [
            ("cors.json", "cors.json"),
            ("./infra/cors.json", "infra/cors.json"),
            ("../a b/c:d?#%.json", "../a%20b/c%3Ad%3F%23%25.json"),
            ("m\u{fc}n.json", "m%C3%BCn.json"),
            ("-", "stdin"),
        ] {
            assert_eq!(uri(Path::new(path)), expected);
        }
        #[cfg(unix)]
        assert_eq!(uri(Path::new("/a/b c.json")), "file:///a/b%20c.json");
    }
}
