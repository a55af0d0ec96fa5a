//! Tokens: valid methods and header names.

/// Whether a text is an RFC 9110 token, and so a valid method or header name.
///
/// Source: [RFC 9110, section 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
///
/// ```
/// assert!(cors_fetch::is_token("x-amz-date"));
/// assert!(!cors_fetch::is_token("x amz date") && !cors_fetch::is_token(""));
/// ```
#[must_use]
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

pub(crate) const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*'..=b'+' | b'-' | b'.')
        || matches!(byte, b'^'..=b'`' | b'|' | b'~')
}

/// A value without the white space around it. HTTP knows four such bytes: form feed is none.
///
/// Source: [Fetch, "normalize"](https://fetch.spec.whatwg.org/#concept-header-value-normalize).
pub(crate) fn trimmed(mut value: &[u8]) -> &[u8] {
    while let [b'\t' | b'\n' | b'\r' | b' ', rest @ ..] = value {
        value = rest;
    }
    while let [rest @ .., b'\t' | b'\n' | b'\r' | b' '] = value {
        value = rest;
    }
    value
}
