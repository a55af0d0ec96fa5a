//! The one way for the text of a file to get into a message.

/// A value as shown in a message: whole if it is short, else its beginning.
///
/// Nothing in a file may break the lines of a log or turn the direction of writing there.
///
/// ```
/// assert_eq!(s3_cors_formats::shown("a\u{202e}b\nc"), "a b c");
/// ```
#[must_use]
pub fn shown(value: &str) -> String {
    const MOST: usize = 160;
    let mut characters = value.chars();
    let mut shown: String = characters.by_ref().take(MOST).map(flat).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

fn flat(character: char) -> char {
    match character {
        '\u{061c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => ' ',
        character if character.is_control() => ' ',
        character => character,
    }
}
