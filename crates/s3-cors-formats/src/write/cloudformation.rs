//! A template with an `AWS::S3::Bucket`.

use std::fmt::Write;

use super::DEFAULT_MAX_AGE;
use crate::engine::RuleParts;

pub(super) fn text(rules: &[RuleParts]) -> String {
    let mut out = String::from(
        "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      \
         CorsConfiguration:\n        CorsRules:\n",
    );
    for rule in rules {
        let mut dash = "-";
        let mut line = |text: String| {
            let _ = writeln!(out, "          {dash} {text}");
            dash = " ";
        };
        if let Some(id) = &rule.id {
            line(format!("Id: {}", quoted(id)));
        }
        for (key, entries) in [
            ("AllowedHeaders", &rule.allowed_headers),
            ("AllowedMethods", &rule.allowed_methods),
            ("AllowedOrigins", &rule.allowed_origins),
            ("ExposedHeaders", &rule.expose_headers),
        ] {
            if !entries.is_empty() {
                line(format!("{key}:"));
                for entry in entries {
                    line(format!("  - {}", quoted(entry)));
                }
            }
        }
        // Left out it would be deployed as 0.
        line(format!(
            "MaxAge: {}",
            rule.max_age_seconds.unwrap_or(DEFAULT_MAX_AGE)
        ));
    }
    out
}

/// A JSON string, which is a string of YAML, too, with what YAML does not print escaped.
fn quoted(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap_or_default();
    let mut out = String::new();
    for character in json.chars() {
        match character {
            '\u{7f}'..='\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            character => out.push(character),
        }
    }
    out
}
