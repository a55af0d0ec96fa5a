//! Derives origins from an entry of `AllowedOrigins`: some that match it, some at its edges and some
//! just outside.
//!
//! The policy decides which of them are allowed.

/// An origin to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) origin: String,
    /// How it was derived from the entry.
    pub(crate) how: &'static str,
}

/// An origin that no rule lists.
pub(crate) const STRANGER: &str = "https://stranger.s3-cors.test";

/// An ordinary origin that matches the entry, if it can be sent.
pub(crate) fn inside(entry: &str) -> Option<Sample> {
    let (origin, how) = match entry.split_once('*') {
        None => (entry.to_owned(), "the entry itself"),
        Some((before, after)) => (
            format!("{before}{}{after}", filling(before, after)),
            "the entry with its wildcard filled",
        ),
    };
    sendable(&origin).then_some(Sample { origin, how })
}

/// Origins at the edges of the entry and outside it, as far as HTTP can carry them.
pub(crate) fn around(entry: &str) -> Vec<Sample> {
    let mut samples = match entry.split_once('*') {
        Some(("", "")) => around_everything(),
        Some((before, after)) => around_wildcard(before, after),
        None => around_exact(entry),
    };
    samples.retain(|sample| sendable(&sample.origin) && sample.origin != entry);
    samples
}

/// A text to put in place of the wildcard, so that the result looks like an origin.
fn filling(before: &str, after: &str) -> &'static str {
    match before {
        "" if after.is_empty() => "https://probe.s3-cors.test",
        "" if after.starts_with('.') => "https://probe",
        "" if after.starts_with("://") => "https",
        "" => "https://",
        "http" if after.is_empty() => "s://probe.s3-cors.test",
        "http" if after.starts_with("://") => "s",
        _ if before.ends_with(':') => "8080",
        _ if after.is_empty() && before.ends_with('/') => "probe.s3-cors.test",
        _ if after.starts_with(':') && before.ends_with('/') => "probe.s3-cors.test",
        _ => "probe",
    }
}

fn sample(origin: String, how: &'static str) -> Sample {
    Sample { origin, how }
}

fn around_everything() -> Vec<Sample> {
    vec![
        sample(
            "null".into(),
            "the origin of sandboxed pages and local files",
        ),
        sample("http://localhost:8080".into(), "a page in development"),
    ]
}

fn around_exact(entry: &str) -> Vec<Sample> {
    let mut samples = vec![
        sample(format!("{entry}.evil.test"), "with text appended"),
        sample(format!("{entry}/"), "with a trailing slash"),
    ];
    if let Some((scheme, host)) = entry.split_once("://") {
        let other = match scheme {
            "https" => "http",
            _ => "https",
        };
        samples.extend([
            sample(
                format!("{scheme}://evil{host}"),
                "with text before the host",
            ),
            sample(format!("{scheme}://sub.{host}"), "a subdomain"),
            sample(format!("{other}://{host}"), "with the other scheme"),
        ]);
        if !host.contains(':') {
            samples.push(sample(format!("{entry}:8443"), "with a port"));
            let default = if scheme == "http" { 80 } else { 443 };
            samples.push(sample(
                format!("{entry}:{default}"),
                "with the default port",
            ));
        }
    }
    samples.push(sample(
        shorter(entry).to_owned(),
        "without its last character",
    ));
    samples.push(sample(entry.to_ascii_uppercase(), "in upper case"));
    samples
}

fn around_wildcard(before: &str, after: &str) -> Vec<Sample> {
    let filling = filling(before, after);
    let mut samples = vec![
        sample(format!("{before}{after}"), "with nothing for the wildcard"),
        sample(
            format!("{before}{filling}{after}.evil.test"),
            "with text appended",
        ),
        sample(
            format!("{before}a.b-c.{filling}{after}"),
            "with dots for the wildcard",
        ),
    ];
    let mut rest = after.chars();
    if rest.next().is_some() {
        let rest = rest.as_str();
        samples.push(sample(
            format!("{before}{rest}"),
            "without the wildcard and the character after it",
        ));
        samples.push(sample(
            format!("{before}{filling}{}", shorter(after)),
            "without its last character",
        ));
    }
    if let Some(overlapping) = overlapping(before, after) {
        samples.push(sample(
            overlapping,
            "with overlapping text before and after the wildcard",
        ));
    }
    samples.push(sample(
        format!("x{before}{filling}{after}"),
        "with a character before it",
    ));
    samples.push(sample(
        format!("{}{filling}{after}", shorter(before)),
        "without the character before the wildcard",
    ));
    samples.push(sample(
        format!("{before}{filling}{after}").to_ascii_uppercase(),
        "in upper case",
    ));
    samples
}

/// The two parts joined so that they overlap, if the end of one is the start of the other.
fn overlapping(before: &str, after: &str) -> Option<String> {
    let common = (1..=after.len())
        .filter(|&length| after.is_char_boundary(length))
        .filter(|&length| before.ends_with(&after[..length]))
        .max()?;
    Some(format!("{before}{}", &after[common..]))
}

fn shorter(text: &str) -> &str {
    let mut characters = text.chars();
    characters.next_back();
    characters.as_str()
}

/// Whether a header line can carry the value unchanged.
pub(crate) fn sendable(value: &str) -> bool {
    !value.is_empty()
        && value.trim_matches([' ', '\t']) == value
        && !value.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(entry: &str) -> Vec<String> {
        around(entry).into_iter().map(|s| s.origin).collect()
    }

    #[test]
    fn what_is_filled_in_makes_a_plausible_origin() {
        for (entry, expected, reason) in [
            (
                "https://www.example.com",
                "https://www.example.com",
                "no wildcard",
            ),
            ("*", "https://probe.s3-cors.test", "anything"),
            (
                "https://*.example.com",
                "https://probe.example.com",
                "a subdomain",
            ),
            ("*.example.com", "https://probe.example.com", "any scheme"),
            ("http://localhost:*", "http://localhost:8080", "a port"),
            ("https://*", "https://probe.s3-cors.test", "a whole host"),
            ("http*", "https://probe.s3-cors.test", "the rest of a URL"),
            ("*://example.com", "https://example.com", "a scheme"),
            (
                "http*://example.com",
                "https://example.com",
                "the rest of a scheme",
            ),
            (
                "https://*:8443",
                "https://probe.s3-cors.test:8443",
                "a host before a port",
            ),
            ("start*end", "startprobeend", "no URL at all"),
        ] {
            let sample = inside(entry).map(|sample| sample.origin);
            assert_eq!(sample.as_deref(), Some(expected), "{entry}: {reason}");
        }
    }

    #[test]
    fn a_wildcard_is_probed_at_both_of_its_edges() {
        let origins = origins("https://*.example.com");
        for expected in [
            "https://.example.com",
            "https://example.com",
            "https://a.b-c.probe.example.com",
            "https://probe.example.com.evil.test",
            "https://probe.example.co",
            "xhttps://probe.example.com",
            "https:/probe.example.com",
        ] {
            assert!(
                origins.iter().any(|origin| origin == expected),
                "{expected}"
            );
        }
    }

    #[test]
    fn parts_that_can_overlap_are_laid_over_each_other() {
        assert_eq!(overlapping("ab", "ba").as_deref(), Some("aba"));
        assert_eq!(overlapping("aa", "aa").as_deref(), Some("aa"));
        assert_eq!(overlapping("https://", ".example.com"), None);
    }

    #[test]
    fn what_a_header_line_would_change_is_left_out() {
        for entry in [
            "",
            " https://a.test",
            "https://a.test\t",
            "https://a\u{7}.test",
        ] {
            assert_eq!(inside(entry), None, "{entry:?}");
        }
        for entry in ["", "é", "é*é", "*", "a*", "*a", " * "] {
            assert!(
                around(entry).iter().all(|s| sendable(&s.origin)),
                "{entry:?}"
            );
        }
    }
}
