//! `--format sarif`: SARIF 2.1.0, which code scanning reads.
//!
//! Source: [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).

use std::ffi::OsStr;
use std::path::{Component, Path, Prefix};

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
            // The prefix of a share has its root in it.
            Component::RootDir if start.is_empty() => start = "file:///",
            Component::RootDir | Component::CurDir => {}
            Component::Prefix(prefix) => {
                let name;
                (start, name) = of_prefix(prefix.kind());
                names.push(name);
            }
            Component::ParentDir => names.push("..".into()),
            Component::Normal(name) => names.push(encoded(&name.to_string_lossy())),
        }
    }
    format!("{start}{}", names.join("/"))
}

/// How a URI begins that is a path of Windows: a server is the URI's host, a drive is part of its
/// path.
///
/// Source: [RFC 8089, appendix E](https://www.rfc-editor.org/rfc/rfc8089#appendix-E).
fn of_prefix(prefix: Prefix<'_>) -> (&'static str, String) {
    let text = |name: &OsStr| encoded(&name.to_string_lossy());
    match prefix {
        Prefix::UNC(server, share) | Prefix::VerbatimUNC(server, share) => {
            ("file://", format!("{}/{}", text(server), text(share)))
        }
        // The colon of a drive stays.
        Prefix::Disk(drive) | Prefix::VerbatimDisk(drive) => {
            ("file:///", format!("{}:", char::from(drive)))
        }
        Prefix::DeviceNS(name) | Prefix::Verbatim(name) => ("file:///", text(name)),
    }
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
    use std::ffi::OsStr;
    use std::path::{Path, Prefix};

    use super::{of_prefix, uri};

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

    #[test]
    fn a_server_is_the_host_of_a_uri_and_a_drive_begins_its_path() {
        let (server, share) = (OsStr::new("build server"), OsStr::new("share"));
        for (prefix, start, name) in [
            (
                Prefix::UNC(server, share),
                "file://",
                "build%20server/share",
            ),
            (
                Prefix::VerbatimUNC(server, share),
                "file://",
                "build%20server/share",
            ),
            (Prefix::Disk(b'C'), "file:///", "C:"),
            (Prefix::VerbatimDisk(b'C'), "file:///", "C:"),
            (Prefix::DeviceNS(share), "file:///", "share"),
        ] {
            assert_eq!(of_prefix(prefix), (start, name.into()), "{prefix:?}");
        }
        #[cfg(windows)]
        for (path, expected) in [
            (r"\\server\share\x.json", "file://server/share/x.json"),
            (r"C:\x y.json", "file:///C:/x%20y.json"),
        ] {
            assert_eq!(uri(Path::new(path)), expected);
        }
    }
}
