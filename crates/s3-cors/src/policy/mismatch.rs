//! Why no rule allows a request.

use std::borrow::Cow;
use std::fmt;

/// Why no rule allows a request: the first condition that ruled out every rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch<'a> {
    /// There is no bucket (F25).
    NoBucket,
    /// The bucket has no CORS configuration.
    NoConfiguration,
    /// No rule allows the origin.
    Origin,
    /// No rule that allows the origin allows the method.
    Method,
    /// Among the rules that allow the origin and the method, none allows all requested headers up
    /// to and including this one.
    Header(Cow<'a, [u8]>),
}

impl Mismatch<'_> {
    /// The same, without borrowing from the request.
    #[must_use]
    pub fn into_owned(self) -> Mismatch<'static> {
        match self {
            Self::NoBucket => Mismatch::NoBucket,
            Self::NoConfiguration => Mismatch::NoConfiguration,
            Self::Origin => Mismatch::Origin,
            Self::Method => Mismatch::Method,
            Self::Header(name) => Mismatch::Header(Cow::Owned(name.into_owned())),
        }
    }
}

impl fmt::Display for Mismatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBucket => f.write_str("there is no bucket"),
            Self::NoConfiguration => f.write_str("the bucket has no CORS configuration"),
            Self::Origin => f.write_str("no rule has an AllowedOrigin that matches the Origin"),
            Self::Method => {
                f.write_str("no rule that allows the Origin has the method in AllowedMethods")
            }
            Self::Header(name) => write!(
                f,
                "no rule that allows the Origin and the method has an AllowedHeader that matches \
                 \"{}\"",
                name.escape_ascii()
            ),
        }
    }
}
