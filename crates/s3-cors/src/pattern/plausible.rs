//! What to put in place of a `*`, the likeliest first, so that examples look like life.

/// Single characters, for where everything better belongs to another pattern.
fn with_characters(words: &[&str]) -> Vec<Vec<u8>> {
    let words = words.iter().map(|word| word.as_bytes().to_vec());
    let letters = (b'a'..=b'z').chain(b'0'..=b'9');
    let others = (b'!'..=b'~').filter(|byte| !byte.is_ascii_alphanumeric() && *byte != b',');
    let single = letters.chain(others).map(|byte| vec![byte]);
    words.chain(single).collect()
}

/// For an origin with this beginning and end.
pub(super) fn origins(prefix: &[u8], suffix: &[u8]) -> Vec<Vec<u8>> {
    let has_scheme = |text: &[u8]| text.windows(3).any(|part| part == b"://");
    if has_scheme(prefix) {
        return if prefix.ends_with(b":") {
            with_characters(&["3000", "8080", "5173", "4200", "9000"])
        } else if suffix.first().is_none_or(|byte| *byte == b':') {
            if prefix.ends_with(b"://") || prefix.ends_with(b".") {
                with_characters(&["site.example", "other.example", "third.example"])
            } else {
                with_characters(&[".site.example", ".other.example", ".third.example"])
            }
        } else {
            with_characters(&["app", "www", "shop", "my", "other"])
        };
    }
    let rest = b"https".strip_prefix(prefix).unwrap_or_default();
    let rest = String::from_utf8_lossy(rest);
    let host: &[&str] = match suffix.first() {
        _ if has_scheme(suffix) => &[""],
        Some(b'/') if suffix.starts_with(b"//") => &[":"],
        Some(b'.') => &["://app", "://www", "://shop", "://other"],
        None | Some(b':') => &["://site.example", "://other.example", "://third.example"],
        Some(_) => &["://my", "://the", "://other"],
    };
    let words: Vec<String> = host.iter().map(|host| format!("{rest}{host}")).collect();
    with_characters(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// For a header name with this beginning and end.
pub(super) fn headers(prefix: &[u8], suffix: &[u8]) -> Vec<Vec<u8>> {
    if prefix.is_empty() && suffix.is_empty() {
        with_characters(&["x-custom", "x-other", "custom", "other"])
    } else if prefix.is_empty() {
        with_characters(&["x", "custom", "other"])
    } else {
        with_characters(&["custom", "other", "name"])
    }
}
