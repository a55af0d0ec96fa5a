//! Entries in sentences: in quotes, escaped, and cut if they are long.

/// How many characters of an entry are shown.
const MOST: usize = 160;

/// What could change how the rest is displayed is escaped.
pub(crate) fn quoted(entry: &str) -> String {
    match entry.char_indices().nth(MOST) {
        None => format!("{entry:?}"),
        Some((end, _)) => format!("{:?}…", entry.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use s3_cors::sanitize::is_unsafe;

    use super::quoted;

    #[test]
    fn all_that_is_unsafe_is_escaped() {
        for character in ('\0'..='\u{ffff}').filter(|c| is_unsafe(*c)) {
            let shown = quoted(&format!("a{character}"));
            assert!(!shown.contains(is_unsafe), "{character:?}");
        }
        assert_eq!(quoted("a\nb"), r#""a\nb""#);
        assert_eq!(
            quoted(&"ä".repeat(161)),
            format!("\"{}\"…", "ä".repeat(160))
        );
    }
}
