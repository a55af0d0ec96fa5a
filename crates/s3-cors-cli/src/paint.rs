//! Colours. They are always written, and taken out again where the output is no terminal.

use std::fmt;

use anstyle::{AnsiColor, Style};

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

/// A text that may hold values from outside on one line, so that they can neither break the
/// layout nor command the terminal.
pub(crate) fn flat(text: &str) -> String {
    let flat = |c| match c {
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
        c if c.is_control() => ' ',
        c => c,
    };
    text.chars().map(flat).collect()
}

/// A value from outside, cut if it is long.
pub(crate) fn shown(value: &[u8]) -> String {
    const SHOWN: usize = 200;
    let text = String::from_utf8_lossy(value);
    let mut characters = text.chars();
    let mut shown = flat(&characters.by_ref().take(SHOWN).collect::<String>());
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// "1 rule", "2 rules".
pub(crate) fn count(number: usize, one: &str, several: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {several}"),
    }
}
