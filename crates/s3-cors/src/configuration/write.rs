//! Configuration → text.

use std::fmt::{self, Write};

use super::dialect::{Dialect, Member, XML_NAMESPACE, wrapping};
use super::{CorsConfiguration, CorsRule};
use crate::xml_text::Escaped;

pub(crate) fn text(config: &CorsConfiguration, dialect: Dialect) -> String {
    let mut text = match dialect {
        Dialect::Xml => xml_document(config, "\n", "    "),
        _ => {
            let mut text = String::new();
            json(config, dialect).write(&mut text, 0);
            text
        }
    };
    text.push('\n');
    text
}

/// The document that S3 sends: with a declaration, without white space.
pub(crate) fn compact_xml(config: &CorsConfiguration) -> String {
    xml_document(config, "", "")
}

fn xml_document(config: &CorsConfiguration, newline: &str, indent: &str) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to memory cannot fail.
    let _ = xml(config, &mut text, newline, indent);
    text
}

/// The length in bytes of the document that an SDK sends: no declaration, no white space.
pub(crate) fn xml_length(config: &CorsConfiguration) -> usize {
    struct Counter(usize);
    impl Write for Counter {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 += text.len();
            Ok(())
        }
    }
    let mut counter = Counter(0);
    let _ = xml(config, &mut counter, "", "");
    counter.0
}

/// Origins come first in a rule, the order in which S3's console was seen to send them. S3 accepts
/// any order (F86, F172).
fn xml(
    config: &CorsConfiguration,
    out: &mut impl Write,
    newline: &str,
    indent: &str,
) -> fmt::Result {
    write!(out, "<CORSConfiguration xmlns=\"{XML_NAMESPACE}\">")?;
    for rule in &config.cors_rules {
        write!(out, "{newline}{indent}<CORSRule>")?;
        let mut element = |member: Member, value: &dyn fmt::Display| {
            let name = member.key(Dialect::Xml);
            write!(out, "{newline}{indent}{indent}<{name}>{value}</{name}>")
        };
        if let Some(id) = &rule.id {
            element(Member::Id, &Escaped(id))?;
        }
        for origin in &rule.allowed_origins {
            element(Member::AllowedOrigins, &Escaped(origin))?;
        }
        for method in &rule.allowed_methods {
            element(Member::AllowedMethods, &Escaped(method))?;
        }
        if let Some(seconds) = rule.max_age_seconds {
            element(Member::MaxAgeSeconds, &seconds)?;
        }
        for header in &rule.expose_headers {
            element(Member::ExposeHeaders, &Escaped(header))?;
        }
        for header in &rule.allowed_headers {
            element(Member::AllowedHeaders, &Escaped(header))?;
        }
        write!(out, "{newline}{indent}</CORSRule>")?;
    }
    write!(out, "{newline}</CORSConfiguration>")
}

/// The document in JSON. What a rule does not have is left out, as S3 does (F171).
fn json(config: &CorsConfiguration, dialect: Dialect) -> Json<'_> {
    let rule = |rule| Json::Object(members(rule, dialect));
    let rules = Json::List(config.cors_rules.iter().map(rule).collect());
    let (name, wrapper) = wrapping(dialect);
    match (dialect, wrapper) {
        (Dialect::Console, _) => rules,
        (_, None) => Json::Object(vec![(name, rules)]),
        (_, Some(wrapper)) => Json::Object(vec![(wrapper, Json::Object(vec![(name, rules)]))]),
    }
}

fn members(rule: &CorsRule, dialect: Dialect) -> Vec<(&'static str, Json<'_>)> {
    let value = |member| match member {
        Member::Id => rule.id.as_deref().map(Json::String),
        Member::MaxAgeSeconds => rule.max_age_seconds.map(Json::Integer),
        Member::AllowedHeaders => list(&rule.allowed_headers),
        Member::AllowedMethods => list(&rule.allowed_methods),
        Member::AllowedOrigins => list(&rule.allowed_origins),
        Member::ExposeHeaders => list(&rule.expose_headers),
    };
    let member = |member: Member| Some((member.key(dialect), value(member)?));
    Member::ALL.into_iter().filter_map(member).collect()
}

fn list(entries: &[String]) -> Option<Json<'_>> {
    let strings = entries.iter().map(|entry| Json::String(entry));
    (!entries.is_empty()).then(|| Json::List(strings.collect()))
}

/// JSON as the console and the CLI indent it: by four spaces.
enum Json<'a> {
    String(&'a str),
    Integer(i64),
    List(Vec<Json<'a>>),
    Object(Vec<(&'static str, Json<'a>)>),
}

impl Json<'_> {
    fn write(&self, out: &mut String, level: usize) {
        match self {
            Self::String(value) => quote(value, out),
            Self::Integer(value) => out.push_str(&value.to_string()),
            Self::List(values) => {
                let values = values.iter().map(|value| (None, value));
                lines(['[', ']'], values, out, level);
            }
            Self::Object(members) => {
                let members = members.iter().map(|(key, value)| (Some(*key), value));
                lines(['{', '}'], members, out, level);
            }
        }
    }
}

/// Each value on a line of its own, behind its key if it has one.
fn lines<'a>(
    [open, close]: [char; 2],
    values: impl ExactSizeIterator<Item = (Option<&'a str>, &'a Json<'a>)>,
    out: &mut String,
    level: usize,
) {
    let indent = |out: &mut String, level| {
        out.push('\n');
        out.push_str(&"    ".repeat(level));
    };
    let is_empty = values.len() == 0;
    out.push(open);
    for (index, (key, value)) in values.enumerate() {
        if index > 0 {
            out.push(',');
        }
        indent(out, level + 1);
        if let Some(key) = key {
            quote(key, out);
            out.push_str(": ");
        }
        value.write(out, level + 1);
    }
    if !is_empty {
        indent(out, level);
    }
    out.push(close);
}

/// Only what JSON does not allow in a string is escaped.
fn quote(value: &str, out: &mut String) {
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => out.push(character),
        }
    }
    out.push('"');
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use serde::Serialize;
    use serde_json::ser::{PrettyFormatter, Serializer};

    use super::*;

    /// As `serde_json` writes it with the same indentation.
    fn by_serde_json(document: &impl Serialize) -> String {
        let mut out = Vec::new();
        let formatter = PrettyFormatter::with_indent(b"    ");
        let mut serializer = Serializer::with_formatter(&mut out, formatter);
        document.serialize(&mut serializer).expect("a document");
        String::from_utf8(out).expect("UTF-8") + "\n"
    }

    #[test]
    fn json_is_written_as_serde_json_writes_it() {
        let odd: String = ('\0'..='\u{ff}').chain(['\u{2028}', '\u{1f600}']).collect();
        let rule = CorsRule {
            id: Some(odd.clone()),
            max_age_seconds: Some(i64::MIN),
            ..CorsRule::new([odd.clone(), String::new()], ["GET"]).allowed_headers([odd])
        };
        let small = CorsRule::new(["*"], ["PUT"]);
        for rules in [vec![rule, small], Vec::new()] {
            let config = CorsConfiguration::new(rules);
            assert_eq!(text(&config, Dialect::Cli), by_serde_json(&config));
            let rules = &config.cors_rules;
            assert_eq!(text(&config, Dialect::Console), by_serde_json(rules));
        }
    }
}
