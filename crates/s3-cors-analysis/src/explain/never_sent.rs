//! Origins that no browser sends, so that no rule for them helps.

use std::fmt;

use crate::sendable;

/// An `Origin` that no browser sends, and what was probably meant. Its `Display` form says both.
///
/// A browser's `Origin` is `null`, or a scheme, a host and, unless it is the scheme's default, a
/// port, all spelled as the [URL standard](https://url.spec.whatwg.org/) spells them.
///
/// ```
/// use s3_cors_analysis::explain::NeverSent;
///
/// let never_sent = NeverSent::of("localhost:3000").expect("it has no scheme");
/// assert_eq!(never_sent.meant.as_deref(), Some("http://localhost:3000"));
/// assert_eq!(
///     never_sent.to_string(),
///     "no browser sends the Origin \"localhost:3000\"; \"http://localhost:3000\" was probably meant",
/// );
/// assert_eq!(NeverSent::of("https://www.example.com"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NeverSent {
    /// The value.
    pub origin: String,
    /// An origin that a browser can send and that was probably meant.
    pub meant: Option<String>,
}

impl NeverSent {
    /// `None` if a browser can send this origin.
    #[must_use]
    pub fn of(origin: &str) -> Option<Self> {
        (!sendable::is_sendable(origin)).then(|| Self {
            origin: origin.to_owned(),
            // A pattern is no origin that a page can have.
            meant: sendable::meant(origin).filter(|meant| sendable::is_sendable(meant)),
        })
    }
}

impl fmt::Display for NeverSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no browser sends the Origin {:?}", self.origin)?;
        match &self.meant {
            Some(meant) => write!(f, "; {meant:?} was probably meant"),
            None => f.write_str(
                "; write scheme, host and port as a browser does, such as \
                 \"https://www.example.com\"",
            ),
        }
    }
}
