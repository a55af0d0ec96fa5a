//! Bytes that would do something to a terminal or a log.

use s3_cors::sanitize::is_unsafe;

/// Begins a line of its own if the line end in front of it gets through.
const FORGED: &str = "FORGED: all is well";

/// All of them that a file's name can hold, and a forged line.
#[must_use]
pub fn bytes() -> String {
    let all = ('\u{1}'..='\u{ffff}').filter(|c| is_unsafe(*c));
    let all: String = all.collect();
    format!("{all}\n{FORGED}")
}

/// Whether a text shows them harmlessly: an error may have several lines, all of its own.
///
/// # Panics
///
/// If it does not.
#[track_caller]
pub fn check(what: &str, text: &str) {
    let found = text.chars().find(|c| is_unsafe(*c) && *c != '\n');
    assert_eq!(found, None, "{what}: {text:?}");
    let forged = text.lines().any(|line| line.starts_with(FORGED));
    assert!(!forged, "{what}: {text}");
}
