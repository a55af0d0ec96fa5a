//! `aws_s3_bucket_cors_configuration`, as `terraform fmt` has it.

use std::fmt::Write;

use super::DEFAULT_MAX_AGE;
use crate::engine::RuleParts;

pub(super) fn text(rules: &[RuleParts]) -> String {
    let mut out = String::from(
        "resource \"aws_s3_bucket_cors_configuration\" \"this\" {\n  bucket = aws_s3_bucket.this.id\n",
    );
    for rule in rules {
        out.push_str("\n  cors_rule {\n");
        let mut members: Vec<(&str, String)> = Vec::new();
        if let Some(id) = &rule.id {
            members.push(("id", quoted(id)));
        }
        for (key, entries) in [
            ("allowed_headers", &rule.allowed_headers),
            ("allowed_methods", &rule.allowed_methods),
            ("allowed_origins", &rule.allowed_origins),
            ("expose_headers", &rule.expose_headers),
        ] {
            if !entries.is_empty() {
                let entries: Vec<String> = entries.iter().map(|entry| quoted(entry)).collect();
                members.push((key, format!("[{}]", entries.join(", "))));
            }
        }
        // Left out it would be sent as 0.
        let max_age = rule.max_age_seconds.unwrap_or(DEFAULT_MAX_AGE);
        members.push(("max_age_seconds", max_age.to_string()));
        let width = members.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
        for (key, value) in members {
            let _ = writeln!(out, "    {key:width$} = {value}");
        }
        out.push_str("  }\n");
    }
    out.push_str("}\n");
    out
}

/// A string in which nothing is a template.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if characters.peek() == Some(&'{') => {
                out.push(character);
                out.push(character);
            }
            character if character.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            character => out.push(character),
        }
    }
    out.push('"');
    out
}
