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
    s3_cors::sanitize::excerpt(value).into_owned()
}
