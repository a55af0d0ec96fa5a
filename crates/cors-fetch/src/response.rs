//! A response as data.

use crate::token::trimmed;

/// A response to a preflight or to the actual request, as sent by the server.
///
/// ```
/// use cors_fetch::Response;
///
/// let response = Response::new(200).header("Content-Type", "image/png");
/// assert_eq!(response.get("content-type").as_deref(), Some(&b"image/png"[..]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The header lines, names in any case.
    pub headers: Vec<(String, Vec<u8>)>,
}

impl Response {
    /// A response without headers.
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

    /// The value of a header, with all its lines joined by `, `.
    ///
    /// Source: [Fetch, "get"](https://fetch.spec.whatwg.org/#concept-header-list-get).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        let lines: Vec<&[u8]> = self
            .headers
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| trimmed(value))
            .collect();
        (!lines.is_empty()).then(|| lines.join(&b", "[..]))
    }
}
