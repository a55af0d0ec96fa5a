//! A request that is put to both sides, and their responses.

use std::fmt;

use crate::foreign::shown;

/// A request from another origin, as far as CORS goes.
///
/// Its `Display` form is a few words: `preflight from https://example.com for PUT`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Request {
    /// Whether it is a preflight.
    pub kind: RequestKind,
    /// `Origin`
    pub origin: String,
    /// The method: of a preflight the one it asks for.
    pub method: String,
    /// The names in `Access-Control-Request-Headers`; none without that header.
    pub headers: Vec<String>,
}

/// What kind of request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestKind {
    /// `OPTIONS` with `Access-Control-Request-Method`.
    Preflight,
    /// The request itself.
    Actual,
    /// The request itself, with an error such as 404 for its response.
    ActualError,
}

/// A response, as far as CORS goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Response {
    /// The status; `None` for that which the request has without CORS.
    pub status: Option<u16>,
    /// The CORS headers and `vary`, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Whether the service passes the request on and leaves the response as it is.
    pub left_to_backend: bool,
}

impl Request {
    /// A preflight.
    #[must_use]
    pub fn preflight(origin: &str, method: &str, headers: &[&str]) -> Self {
        Self {
            kind: RequestKind::Preflight,
            origin: origin.to_owned(),
            method: method.to_owned(),
            headers: headers.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    /// The request itself.
    #[must_use]
    pub fn actual(origin: &str, method: &str) -> Self {
        Self {
            kind: RequestKind::Actual,
            ..Self::preflight(origin, method, &[])
        }
    }

    /// The request itself, with an error such as 404 for its response.
    #[must_use]
    pub fn actual_with_error(origin: &str, method: &str) -> Self {
        Self {
            kind: RequestKind::ActualError,
            ..Self::preflight(origin, method, &[])
        }
    }

    /// Whether browsers send it without a preflight, if its headers allow that.
    pub(crate) fn is_simple_method(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "POST")
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (origin, method) = (shown(&self.origin), shown(&self.method));
        match self.kind {
            RequestKind::Preflight => write!(f, "preflight from {origin} for {method}")?,
            RequestKind::Actual => write!(f, "{method} from {origin}")?,
            RequestKind::ActualError => write!(f, "{method} from {origin} that fails")?,
        }
        if !self.headers.is_empty() {
            write!(f, " with {}", shown(&self.headers.join(", ")))?;
        }
        Ok(())
    }
}

impl Response {
    /// A response with a status and no headers.
    pub(crate) fn new(status: Option<u16>) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    pub(crate) fn backend() -> Self {
        Self {
            left_to_backend: true,
            ..Self::default()
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.headers.push((name, value));
        }
        self
    }

    /// The value of a header, its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(known, _)| *known == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// The entries of a header that is a list, in lower case.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let value = self.header(name).unwrap_or_default();
        let entries = value
            .split(',')
            .map(|entry| entry.trim().to_ascii_lowercase());
        entries.filter(|entry| !entry.is_empty()).collect()
    }
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.left_to_backend {
            return f.write_str("whatever the backend responds");
        }
        match self.status {
            Some(status) => write!(f, "{status}")?,
            None => f.write_str("the ordinary response")?,
        }
        if self.headers.is_empty() {
            return f.write_str(" without CORS headers");
        }
        for (index, (name, value)) in self.headers.iter().enumerate() {
            let separator = if index == 0 { " with" } else { "," };
            write!(f, "{separator} {name}: {}", shown(value))?;
        }
        Ok(())
    }
}
