//! Configuration → text.

use std::fmt::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::dialect::{Dialect, Member, XML_NAMESPACE, wrapping};
use super::{CorsConfiguration, CorsRule};
use crate::xml_text::Escaped;

pub(crate) fn text(config: &CorsConfiguration, dialect: Dialect) -> String {
    let text = match dialect {
        Dialect::Xml => Ok(xml_document(config, "\n", "    ") + "\n"),
        _ => json(config, dialect),
    };
    // It cannot fail: it writes to memory, and every key is a string.
    text.unwrap_or_default()
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

fn json(config: &CorsConfiguration, dialect: Dialect) -> serde_json::Result<String> {
    let rules = Rules(&config.cors_rules, dialect);
    let (name, wrapper) = wrapping(dialect);
    match (dialect, wrapper) {
        (Dialect::Console, _) => indented(&rules),
        (_, None) => indented(&Named(name, &rules)),
        (_, Some(wrapper)) => indented(&Named(wrapper, &Named(name, &rules))),
    }
}

/// Indented by four spaces, as the console and the CLI do.
fn indented(document: &impl Serialize) -> serde_json::Result<String> {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    document.serialize(&mut serializer)?;
    out.push(b'\n');
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// An object with one member.
struct Named<'a, T>(&'static str, &'a T);

impl<T: Serialize> Serialize for Named<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.0, self.1)?;
        map.end()
    }
}

struct Rules<'a>(&'a [CorsRule], Dialect);

impl Serialize for Rules<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|rule| Rule(rule, self.1)))
    }
}

struct Rule<'a>(&'a CorsRule, Dialect);

/// What a rule does not have is left out, as S3 does (F171).
impl Serialize for Rule<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(rule, dialect) = *self;
        let mut map = serializer.serialize_map(None)?;
        for member in Member::ALL {
            let key = member.key(dialect);
            let list = match member {
                Member::Id => {
                    if let Some(id) = &rule.id {
                        map.serialize_entry(key, id)?;
                    }
                    continue;
                }
                Member::MaxAgeSeconds => {
                    if let Some(seconds) = rule.max_age_seconds {
                        map.serialize_entry(key, &seconds)?;
                    }
                    continue;
                }
                Member::AllowedHeaders => &rule.allowed_headers,
                Member::AllowedMethods => &rule.allowed_methods,
                Member::AllowedOrigins => &rule.allowed_origins,
                Member::ExposeHeaders => &rule.expose_headers,
            };
            if !list.is_empty() {
                map.serialize_entry(key, list)?;
            }
        }
        map.end()
    }
}
