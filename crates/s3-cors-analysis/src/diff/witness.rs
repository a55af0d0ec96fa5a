//! An example request that shows a difference, and the responses to it.

use std::fmt;

use s3_cors::sanitize::excerpt;
use s3_cors::{CorsPolicy, Decision, RequestParts};

/// A preflight that shows a difference. The actual request after it shows the difference as well.
///
/// Its `Display` form is the origin, with the requested headers if there are any.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Witness {
    /// `Origin`
    pub origin: Vec<u8>,
    /// `Access-Control-Request-Method`
    pub method: &'static str,
    /// The names in `Access-Control-Request-Headers`; if empty, the header is not sent.
    pub headers: Vec<Vec<u8>>,
}

/// The response to a [`Witness`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Response {
    /// It is refused.
    NotAllowed,
    /// It is allowed. These are the headers, in S3's order.
    Headers(Vec<(&'static str, Vec<u8>)>),
}

/// A header that differs between two responses. Its `Display` form describes the change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChangedHeader {
    /// The header's name in lower case.
    pub name: &'static str,
    /// The value in the first response; `None` if it is absent.
    pub before: Option<Vec<u8>>,
    /// The value in the second response; `None` if it is absent.
    pub after: Option<Vec<u8>>,
}

impl Witness {
    /// The header lines of the preflight.
    ///
    /// ```
    /// use s3_cors::CorsConfiguration;
    /// use s3_cors_analysis::diff::{Comparison, diff};
    ///
    /// let rule = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// let before = CorsConfiguration::from_text(rule)?;
    /// let after = CorsConfiguration::from_text(&rule.replace("GET", "HEAD"))?;
    /// let Comparison::Different(differences) = diff(&before, &after)? else { panic!() };
    /// assert_eq!(differences[0].witness.lines(), [
    ///     ("Origin", b"https://site.example".to_vec()),
    ///     ("Access-Control-Request-Method", b"GET".to_vec()),
    /// ]);
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    #[must_use]
    pub fn lines(&self) -> Vec<(&'static str, Vec<u8>)> {
        let mut lines = vec![
            ("Origin", self.origin.clone()),
            ("Access-Control-Request-Method", self.method.into()),
        ];
        if !self.headers.is_empty() {
            let names = self.headers.join(&b","[..]);
            lines.push(("Access-Control-Request-Headers", names));
        }
        lines
    }

    pub(super) fn response_of(&self, policy: &CorsPolicy) -> Response {
        let lines = self.lines();
        let headers: Vec<(&str, &[u8])> = lines
            .iter()
            .map(|(name, value)| (*name, value.as_slice()))
            .collect();
        let request = RequestParts::new("OPTIONS", &headers);
        match policy.decide(&request) {
            Decision::Preflight(headers) | Decision::Allowed(headers) => {
                let lines = headers.iter().map(|(name, value)| (name, value.to_vec()));
                Response::Headers(lines.collect())
            }
            Decision::NotCors | Decision::NotAllowed(_) | Decision::Refused(_) => {
                Response::NotAllowed
            }
        }
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.origin))?;
        if !self.headers.is_empty() {
            let names = self.headers.join(&b", "[..]);
            write!(f, " asking for {}", shown(&names))?;
        }
        Ok(())
    }
}

impl fmt::Display for ChangedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name;
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => {
                let (before, after) = (shown(before), shown(after));
                write!(f, "{name} changes from {before} to {after}")
            }
            (None, Some(after)) => write!(f, "{name} is added: {}", shown(after)),
            (Some(before), None) => write!(f, "{name} is removed: {}", shown(before)),
            (None, None) => write!(f, "{name} is in neither response"),
        }
    }
}

/// A value in words, cut if it is long.
fn shown(value: &[u8]) -> String {
    // An escaped byte is one character at least.
    let begin = value.get(..200).unwrap_or(value).escape_ascii();
    excerpt(&begin.to_string()).into_owned()
}

type Lines = [(&'static str, Vec<u8>)];

/// The headers that differ, in S3's order.
pub(super) fn changes(before: &Lines, after: &Lines) -> Vec<ChangedHeader> {
    let value = |lines: &Lines, name: &str| {
        let mut found = lines.iter().filter(|(other, _)| *other == name);
        found.next().map(|(_, value)| value.clone())
    };
    let mut names: Vec<&'static str> = before.iter().map(|(name, _)| *name).collect();
    for (name, _) in after {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let changed = |name| ChangedHeader {
        name,
        before: value(before, name),
        after: value(after, name),
    };
    names
        .into_iter()
        .map(changed)
        .filter(|change| change.before != change.after)
        .collect()
}
