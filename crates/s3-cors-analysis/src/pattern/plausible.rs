//! Replacements for a `*`, the most plausible first, so that examples look realistic.

use std::borrow::Cow;

/// What the patterns match.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Origins,
    Headers,
}

type Words = Vec<Cow<'static, str>>;

/// Replacements for the `*` between this prefix and this suffix: words, then single characters in
/// case all words belong to other patterns.
pub(super) fn fillers(
    kind: Kind,
    prefix: &[u8],
    suffix: &[u8],
) -> impl Iterator<Item = Cow<'static, [u8]>> {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    const OTHERS: &[u8] = b"-._~!$&'()+;=%@ABCDEFGHIJKLMNOPQRSTUVWXYZ?#/:[]<>\\^`{|}\"";
    let words = match kind {
        Kind::Origins => origins(prefix, suffix),
        Kind::Headers => headers(prefix, suffix),
    };
    let words = words.into_iter().map(|word| match word {
        Cow::Borrowed(word) => Cow::Borrowed(word.as_bytes()),
        Cow::Owned(word) => Cow::Owned(word.into_bytes()),
    });
    let single = LETTERS.chunks(1).chain(OTHERS.chunks(1));
    words.chain(single.map(Cow::Borrowed))
}

fn words(words: &'static [&'static str]) -> Words {
    words.iter().map(|word| Cow::Borrowed(*word)).collect()
}

/// Words for an origin.
fn origins(prefix: &[u8], suffix: &[u8]) -> Words {
    let has_scheme = |text: &[u8]| text.windows(3).any(|part| part == b"://");
    if has_scheme(prefix) {
        return if prefix.ends_with(b":") {
            words(&["3000", "8080", "5173", "4200", "9000"])
        } else if suffix.first().is_none_or(|byte| *byte == b':') {
            if prefix.ends_with(b"://") || prefix.ends_with(b".") {
                words(&["site.example", "other.example", "third.example"])
            } else {
                words(&[".site.example", ".other.example", ".third.example"])
            }
        } else {
            words(&["app", "www", "shop", "my", "other"])
        };
    }
    let rest = b"https".strip_prefix(prefix).unwrap_or_default();
    let rest = String::from_utf8_lossy(rest);
    let hosts: &[&str] = match suffix.first() {
        _ if has_scheme(suffix) => &[""],
        Some(b'/') if suffix.starts_with(b"//") => &[":"],
        Some(b'.') => &["://app", "://www", "://shop", "://other"],
        None | Some(b':') => &["://site.example", "://other.example", "://third.example"],
        Some(_) => &["://my", "://the", "://other"],
    };
    let of_host = |host: &&str| Cow::Owned(format!("{rest}{host}"));
    hosts.iter().map(of_host).collect()
}

/// Words for a header name.
fn headers(prefix: &[u8], suffix: &[u8]) -> Words {
    if prefix.is_empty() && suffix.is_empty() {
        words(&["x-custom", "x-other", "custom", "other"])
    } else if prefix.is_empty() {
        words(&["x", "custom", "other"])
    } else {
        words(&["custom", "other", "name"])
    }
}
