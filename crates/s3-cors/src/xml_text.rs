//! Text inside an XML element: escaped, and without characters that XML does not allow.

use std::borrow::Cow;
use std::fmt;

/// Character data.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escaped(self.0).try_for_each(|part| f.write_str(part))
    }
}

/// Text as character data. Most text needs no escaping and is borrowed.
pub(crate) fn escaped_text(text: &str) -> Cow<'_, str> {
    // Checks every byte without stopping early, so that the compiler can vectorize it.
    let found = |found, byte| found | escape(byte).is_some() | (byte < b' ') | (byte == 0xef);
    if text.bytes().fold(false, found) {
        // A request can contain characters that XML does not allow.
        let text = text.replace(|character| !is_xml_character(character), "\u{fffd}");
        escaped(&text).collect()
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether XML allows a character: the production `Char` of XML 1.0. S3's API receives
/// configurations as XML, so no configuration can contain any other character.
///
/// ```
/// use s3_cors::is_xml_character;
///
/// assert!(is_xml_character('\t') && is_xml_character('ä'));
/// assert!(!is_xml_character('\0') && !is_xml_character('\u{ffff}'));
/// ```
#[must_use]
pub fn is_xml_character(character: char) -> bool {
    !matches!(
        character,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// The escaped form of a byte in character data. The apostrophe stays raw, as in S3's error texts
/// (D17). A carriage return must be escaped, or parsers read it as a newline.
fn escape(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#13;"),
        _ => None,
    }
}

/// The parts of a text, escaped as character data.
fn escaped(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let plain = rest.bytes().position(|byte| escape(byte).is_some());
        let (part, after) = match plain {
            _ if rest.is_empty() => return None,
            // Escaped characters are ASCII, so one byte long.
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
