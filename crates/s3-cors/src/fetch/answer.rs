//! An answer, as data.

use crate::decision::{CorsHeaders, Decision};

/// An answer as it comes over the wire, as far as it matters: to a preflight or to the request.
///
/// ```
/// use s3_cors::fetch::Answer;
///
/// let answer = Answer::new(200).header("Content-Type", "image/png");
/// assert_eq!(answer.get("content-type").as_deref(), Some(&b"image/png"[..]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header lines, names in any case.
    pub headers: Vec<(String, Vec<u8>)>,
}

impl Answer {
    /// An answer without headers.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
        }
    }

    /// Adds a header line.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// A header's value, all its lines joined by `, `.
    ///
    /// Source: [Fetch, "get"](https://fetch.spec.whatwg.org/#concept-header-list-get).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        let lines: Vec<&[u8]> = self
            .headers
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim_ascii())
            .collect();
        (!lines.is_empty()).then(|| lines.join(&b", "[..]))
    }

    /// What S3 answers: to an `OPTIONS` of whatever kind itself, and else this, with the CORS
    /// headers of the decision and no others.
    pub(super) fn decided(&self, decision: &Decision<'_>) -> Self {
        match decision {
            Decision::Refused(refusal) => Self::new(refusal.status()),
            Decision::Preflight(headers) => Self::new(200).with_cors(headers),
            Decision::Allowed(headers) => self.without_cors().with_cors(headers),
            _ => self.without_cors(),
        }
    }

    fn without_cors(&self) -> Self {
        let mut answer = self.clone();
        answer
            .headers
            .retain(|(name, _)| !name.to_ascii_lowercase().starts_with("access-control-"));
        answer
    }

    fn with_cors(mut self, headers: &CorsHeaders<'_>) -> Self {
        self.headers.extend(lines(headers));
        self
    }
}

fn lines<'a>(headers: &'a CorsHeaders<'_>) -> impl Iterator<Item = (String, Vec<u8>)> + 'a {
    headers
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_vec()))
}
