//! Makes text from outside safe to display.
//!
//! Text from files, requests and servers can contain characters that forge a log line, move a
//! terminal's cursor, or reverse the direction of writing. All code that displays such text passes
//! it through this module.

use std::borrow::Cow;

/// The number of characters of a value that an error shows.
const EXCERPT_CHARACTERS: usize = 160;

/// Replaces every character that could change how the rest is displayed with a space: control
/// characters (`Cc`), bidirectional controls, and line and paragraph separators (`Zl`, `Zp`). The
/// number of characters stays the same.
///
/// ```
/// use s3_cors::sanitize::sanitized;
///
/// assert_eq!(sanitized("https://example.com"), "https://example.com");
/// assert_eq!(sanitized("a\nb\u{1b}[31m\u{202e}c"), "a b [31m c");
/// ```
#[must_use]
pub fn sanitized(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unsafe) {
        Cow::Owned(text.chars().map(replaced).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// A value as errors show it: [sanitized], and truncated to 160 characters.
///
/// ```
/// use s3_cors::sanitize::excerpt;
///
/// assert_eq!(excerpt("short"), "short");
/// assert_eq!(excerpt(&"x".repeat(500)).chars().count(), 161);
/// ```
#[must_use]
pub fn excerpt(text: &str) -> Cow<'_, str> {
    shortened(text, EXCERPT_CHARACTERS)
}

/// A [sanitized] text, truncated to a number of characters.
///
/// ```
/// use s3_cors::sanitize::shortened;
///
/// assert_eq!(shortened("a\nbc", 3), "a b…");
/// ```
#[must_use]
pub fn shortened(text: &str, characters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(characters) {
        None => sanitized(text),
        Some((end, _)) => {
            let shown = text.get(..end).unwrap_or_default();
            Cow::Owned(shown.chars().map(replaced).chain(['…']).collect())
        }
    }
}

fn replaced(character: char) -> char {
    if is_unsafe(character) { ' ' } else { character }
}

/// Whether a character could change how the rest is displayed: a control character, one of the
/// Unicode property `Bidi_Control`, or a separator of lines or paragraphs.
///
/// For whoever can escape it, as JSON and XML can, rather than replace it.
///
/// ```
/// use s3_cors::sanitize::is_unsafe;
///
/// assert!(is_unsafe('\n') && is_unsafe('\u{9b}') && is_unsafe('\u{2028}'));
/// assert!(!is_unsafe('ä'));
/// ```
#[must_use]
pub fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::{excerpt, sanitized};

    #[test]
    fn every_control_bidi_and_separator_character_becomes_a_space() {
        let controls = ('\0'..='\u{9f}').filter(|c| c.is_control());
        let others = "\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\
                      \u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
        for character in controls.chain(others.chars()) {
            let text = format!("a{character}b");
            assert_eq!(sanitized(&text), "a b", "{character:?}");
            assert_eq!(excerpt(&text), "a b", "{character:?}");
        }
    }

    #[test]
    fn other_text_is_borrowed() {
        for text in ["", "a b", "ä€😀", "x\u{300}"] {
            assert!(matches!(sanitized(text), std::borrow::Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn excerpts_are_truncated_between_characters() {
        assert_eq!(excerpt(&"ä".repeat(160)), "ä".repeat(160));
        assert_eq!(excerpt(&"ä".repeat(161)), "ä".repeat(160) + "…");
    }
}
