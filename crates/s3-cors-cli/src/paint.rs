//! Colours. Texts always contain them; they are removed again if the output is not a terminal.

use std::fmt;

use anstyle::{AnsiColor, Style};
use s3_cors::Dialect;
use s3_cors::sanitize::{is_unsafe, sanitized, shortened};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const ODD: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// A text in a style.
pub(crate) fn paint(style: Style, text: impl fmt::Display) -> impl fmt::Display {
    Painted(style, text)
}

struct Painted<T>(Style, T);

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(style, text) = self;
        write!(f, "{style}{text}{style:#}")
    }
}

/// A text that may contain untrusted values, on one line.
pub(crate) fn flat(text: &str) -> String {
    sanitized(text).into_owned()
}

/// A document in which each character that would change how the rest is displayed is escaped, so
/// that it means the same. Line ends stay.
pub(crate) fn escaped(document: &str, escape: impl Fn(u32) -> String) -> String {
    let mut out = String::with_capacity(document.len());
    for character in document.chars() {
        if is_unsafe(character) && character != '\n' {
            out.push_str(&escape(character.into()));
        } else {
            out.push(character);
        }
    }
    out
}

/// JSON has such characters in strings only, and all of them are in the basic plane.
pub(crate) fn escaped_json(document: &str) -> String {
    escaped(document, |character| format!("\\u{character:04x}"))
}

pub(crate) fn escaped_xml(document: &str) -> String {
    escaped(document, |character| format!("&#{character};"))
}

/// A configuration in one of its forms.
pub(crate) fn escaped_configuration(text: &str, form: Dialect) -> String {
    match form {
        Dialect::Xml => escaped_xml(text),
        _ => escaped_json(text),
    }
}

/// An untrusted value, shortened if it is long.
pub(crate) fn shown(value: &[u8]) -> String {
    shortened(&String::from_utf8_lossy(value), 200).into_owned()
}

/// "1 rule", "2 rules".
pub(crate) fn count(number: usize, one: &str, several: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {several}"),
    }
}
