//! Which entry is closest to an origin, and how the two differ.

use std::fmt;

use s3_cors::Pattern;

/// The entry of `AllowedOrigins` that is closest to an origin it does not match.
///
/// Its `Display` form names the entry and the difference.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClosestOrigin {
    /// The entry, counted from 0.
    pub entry: usize,
    /// The entry itself.
    pub pattern: String,
    /// Why it does not match.
    pub difference: OriginDifference,
}

impl fmt::Display for ClosestOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is closest: {}", self.pattern, self.difference)
    }
}

/// Why an entry does not match a similar origin. S3 compares the two as strings, so differences
/// count even where two URLs would be equal.
///
/// Ordered by the size of the difference, smallest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OriginDifference {
    /// The entry ends with a slash.
    TrailingSlash,
    /// The entry has white space around it.
    Whitespace,
    /// Letters differ in case.
    Case,
    /// The entry has the scheme's default port, which browsers omit.
    DefaultPort,
    /// The entry has a path after the origin.
    Path,
    /// The entry has no scheme.
    MissingScheme,
    /// The scheme differs.
    Scheme,
    /// The port differs, or only one of them has a port.
    Port,
    /// The entry matches subdomains, but the origin is the domain itself.
    Apex,
    /// The entry is the domain itself, but the origin is a subdomain.
    Subdomain,
    /// Something else.
    Other,
}

impl fmt::Display for OriginDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TrailingSlash => "it ends with a slash, which no browser's Origin does",
            Self::Whitespace => "it has white space around it",
            Self::Case => "it differs in upper and lower case",
            Self::DefaultPort => "it has the default port, which browsers omit",
            Self::Path => "it has a path, which no browser's Origin has",
            Self::MissingScheme => "it has no scheme",
            Self::Scheme => "the scheme differs",
            Self::Port => "the port differs",
            Self::Apex => "its \"*.\" matches subdomains, but not the domain itself",
            Self::Subdomain => "it is the domain itself, and does not match subdomains",
            Self::Other => "the host differs",
        })
    }
}

/// The closest entry, if one resembles the origin.
pub(super) fn closest(entries: &[String], origin: &[u8]) -> Option<ClosestOrigin> {
    let origin = std::str::from_utf8(origin).ok()?;
    let found = entries.iter().enumerate().filter_map(|(entry, pattern)| {
        let difference = difference(pattern, origin)?;
        Some((difference, likeness(pattern, origin), entry, pattern))
    });
    // The smallest difference, then the greatest likeness, then the first entry.
    let (difference, _, entry, pattern) =
        found.min_by_key(|(difference, likeness, entry, _)| {
            (*difference, std::cmp::Reverse(*likeness), *entry)
        })?;
    Some(ClosestOrigin {
        entry,
        pattern: pattern.clone(),
        difference,
    })
}

/// The change to the origin or to the entry that would make them match.
fn difference(entry: &str, origin: &str) -> Option<OriginDifference> {
    use OriginDifference as Difference;
    let matches = |origin: &str| Pattern::new(entry).matches(origin.as_bytes());
    let parts = Parts::of(origin);
    let (scheme, authority) = (parts.scheme, parts.authority());

    let default = match scheme {
        "https" => ":443",
        _ => ":80",
    };
    let other_scheme = if scheme == "https" { "http" } else { "https" };
    let (entry_lower, origin_lower) = (entry.to_ascii_lowercase(), origin.to_ascii_lowercase());
    let without_port = entry_without_port(entry);
    let tests = [
        (
            Difference::TrailingSlash,
            entry.ends_with('/') && matches(&format!("{origin}/")),
        ),
        (
            Difference::Whitespace,
            Pattern::new(entry.trim()).matches(origin.as_bytes()),
        ),
        (
            Difference::Case,
            Pattern::new(&entry_lower).matches(origin_lower.as_bytes()),
        ),
        (
            Difference::DefaultPort,
            entry.ends_with(default) && matches(&format!("{origin}{default}")),
        ),
        (
            Difference::Path,
            entry
                .strip_prefix(origin)
                .is_some_and(|rest| rest.starts_with('/')),
        ),
        (
            Difference::MissingScheme,
            !scheme.is_empty() && matches(&authority),
        ),
        (
            Difference::Scheme,
            !scheme.is_empty() && matches(&format!("{other_scheme}://{authority}")),
        ),
        (
            Difference::Port,
            Pattern::new(without_port).matches(parts.without_port().as_bytes()),
        ),
        (
            Difference::Apex,
            entry.contains("*.") && matches(&format!("{scheme}://x.{authority}")),
        ),
        (
            Difference::Subdomain,
            parts
                .parent()
                .is_some_and(|parent| matches(&format!("{scheme}://{parent}"))),
        ),
        (Difference::Other, likeness(entry, origin) > 0),
    ];
    let found = tests.into_iter().find(|(_, applies)| *applies);
    found.map(|(difference, _)| difference)
}

/// The number of bytes that the ends of the two hosts share, counted in whole labels.
fn likeness(entry: &str, origin: &str) -> usize {
    let host = |text: &str| -> String {
        let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
        let host = entry_without_port(authority.trim_end_matches('/'));
        host.to_ascii_lowercase()
    };
    let (entry, origin) = (host(entry), host(origin));
    let labels = entry.rsplit('.').zip(origin.rsplit('.'));
    let shared: Vec<usize> = labels
        .take_while(|(a, b)| a == b)
        .map(|(label, _)| label.len())
        .collect();
    // A shared top-level domain alone does not count.
    match shared.len() {
        0 => 0,
        1 if origin.contains('.') => 0,
        _ => shared.iter().sum(),
    }
}

/// The text without its port, which is `:` and digits or `*`.
fn entry_without_port(entry: &str) -> &str {
    match entry.rsplit_once(':') {
        Some((before, port))
            if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit() || b == b'*') =>
        {
            before
        }
        _ => entry,
    }
}

struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    port: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(origin: &'a str) -> Self {
        let (scheme, authority) = origin.split_once("://").unwrap_or(("", origin));
        let host = entry_without_port(authority);
        let port = authority
            .strip_prefix(host)
            .and_then(|port| port.strip_prefix(':'));
        Self { scheme, host, port }
    }

    fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.to_owned(),
        }
    }

    fn without_port(&self) -> String {
        match self.scheme {
            "" => self.host.to_owned(),
            scheme => format!("{scheme}://{}", self.host),
        }
    }

    /// The authority without the first label of the host.
    fn parent(&self) -> Option<String> {
        let (_, parent) = self.host.split_once('.')?;
        parent.contains('.').then(|| match self.port {
            Some(port) => format!("{parent}:{port}"),
            None => parent.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{OriginDifference as Difference, closest};

    const CASES: [(&str, &str, Option<Difference>); 18] = [
        (
            "https://a.com/",
            "https://a.com",
            Some(Difference::TrailingSlash),
        ),
        (
            "https://*.a.com/",
            "https://b.a.com",
            Some(Difference::TrailingSlash),
        ),
        (
            " https://a.com",
            "https://a.com",
            Some(Difference::Whitespace),
        ),
        ("https://A.com", "https://a.com", Some(Difference::Case)),
        (
            "https://a.com:443",
            "https://a.com",
            Some(Difference::DefaultPort),
        ),
        (
            "http://a.com:80",
            "http://a.com",
            Some(Difference::DefaultPort),
        ),
        (
            "https://a.com/path",
            "https://a.com",
            Some(Difference::Path),
        ),
        ("a.com", "https://a.com", Some(Difference::MissingScheme)),
        ("http://a.com", "https://a.com", Some(Difference::Scheme)),
        (
            "http://*.a.com",
            "https://b.a.com",
            Some(Difference::Scheme),
        ),
        (
            "http://localhost",
            "http://localhost:3000",
            Some(Difference::Port),
        ),
        (
            "http://localhost:*",
            "http://localhost",
            Some(Difference::Port),
        ),
        (
            "https://*.a.com",
            "https://b.a.com:8443",
            Some(Difference::Port),
        ),
        ("https://*.a.com", "https://a.com", Some(Difference::Apex)),
        (
            "https://a.com",
            "https://www.a.com",
            Some(Difference::Subdomain),
        ),
        (
            "https://b.a.com",
            "https://www.a.com",
            Some(Difference::Other),
        ),
        ("https://b.com", "https://www.a.com", None),
        ("null", "https://www.a.com", None),
    ];

    #[test]
    fn the_difference_between_an_entry_and_an_origin_is_named() {
        for (entry, origin, expected) in CASES {
            let found = closest(&[entry.to_owned()], origin.as_bytes());
            let found = found.map(|closest| closest.difference);
            assert_eq!(found, expected, "{entry} and {origin}");
        }
    }

    #[test]
    fn the_entry_that_needs_the_smallest_change_is_closest() {
        let entries = ["https://b.a.com", "http://www.a.com", "https://www.a.com/"];
        let entries = entries.map(str::to_owned);
        let found = closest(&entries, b"https://www.a.com").expect("all resemble it");
        assert_eq!(
            (found.entry, found.pattern.as_str()),
            (2, "https://www.a.com/")
        );
    }
}
