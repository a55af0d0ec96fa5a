//! Configuration → text.

use std::fmt::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::configuration::{CorsConfiguration, CorsRule};
use crate::dialect::{Dialect, Member, XML_NAMESPACE, wrapping};

pub(crate) fn text(config: &CorsConfiguration, dialect: Dialect) -> String {
    let text = match dialect {
        Dialect::Xml => {
            let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
            xml(config, &mut text, "\n", "    ")
                .ok()
                .map(|()| text + "\n")
        }
        _ => json(config, dialect).ok(),
    };
    // Neither fails: writing to memory cannot, and every key is a string.
    text.unwrap_or_default()
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

/// The order inside a rule is the one S3's console was seen to send, origins first; S3 takes any.
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

/// Character data.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escaped(self.0).try_for_each(|part| f.write_str(part))
    }
}

pub(crate) fn push_escaped(xml: &mut String, text: &str) {
    // Looks at every byte whatever it finds, which compilers turn into vector instructions.
    let found = |found, byte| found | escape(byte).is_some() | (byte < b' ') | (byte == 0xef);
    if text.bytes().fold(false, found) {
        // What no XML can hold may well come in a request.
        let text = text.replace(is_no_xml_character, "\u{fffd}");
        xml.extend(escaped(&text));
    } else {
        xml.push_str(text);
    }
}

/// XML's `Char` production leaves these out, so no document can hold them.
pub(crate) fn is_no_xml_character(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// What stands for a byte in character data. The apostrophe stays raw, as S3 writes it in its
/// error texts; a carriage return must be escaped or parsers read it as a newline.
fn escape(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#13;"),
        _ => None,
    }
}

/// The parts of a text as character data.
fn escaped(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let plain = rest.bytes().position(|byte| escape(byte).is_some());
        let (part, after) = match plain {
            _ if rest.is_empty() => return None,
            // What is escaped is ASCII and so one byte long.
            Some(0) => {
                let (first, after) = rest.split_at_checked(1)?;
                (first.bytes().next().and_then(escape)?, after)
            }
            Some(length) => rest.split_at_checked(length)?,
            None => (rest, ""),
        };
        rest = after;
        Some(part)
    })
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

/// Four blanks deep, as the console and the CLI print it.
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
