//! Why a `fetch()` fails, in the words of a console.

use std::fmt;

use crate::Fetch;

/// Why a `fetch()` fails. The script only ever sees a `TypeError`; the console says more. The
/// `Display` form is what it says, in substance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The URL has a user name or password.
    UrlWithCredentials,
    /// The method is no token.
    InvalidMethod {
        /// The method.
        method: String,
    },
    /// The method is one that scripts must not send.
    ForbiddenMethod {
        /// The method.
        method: String,
    },
    /// Without CORS there are only GET, HEAD and POST.
    NoCorsMethod {
        /// The method.
        method: String,
    },
    /// A header's name is no token.
    InvalidHeaderName {
        /// The name.
        name: String,
    },
    /// A header's value has a NUL or a line break in it.
    InvalidHeaderValue {
        /// The header's name.
        name: String,
    },
    /// An encrypted page asks for something unencrypted.
    MixedContent,
    /// The port is one that browsers do not connect to.
    BadPort,
    /// The mode is `same-origin`, and the target is not.
    NotSameOrigin,
    /// The mode is `no-cors`, and redirects are not to be followed.
    NoCorsRedirect,
    /// The URL's scheme knows no CORS.
    NotHttp,
    /// There is no response.
    NoResponse,
    /// The preflight's response does not pass the CORS check.
    PreflightCors(CorsFailure),
    /// The preflight's status is not in the range of 200 to 299.
    PreflightStatus {
        /// The status.
        status: u16,
    },
    /// A list in the preflight's response is none.
    PreflightList {
        /// The header's name.
        name: &'static str,
    },
    /// The preflight's response does not allow the method.
    PreflightMethod {
        /// The method.
        method: String,
    },
    /// The preflight's response does not allow a header.
    PreflightHeader {
        /// The header's name.
        name: String,
        /// Whether the response has a `*`, which does not count with credentials, and never for
        /// `Authorization`.
        wildcard: bool,
    },
    /// The response does not pass the CORS check.
    ResponseCors(CorsFailure),
    /// The response is a redirect, which the script did not want.
    Redirected,
    /// The redirect leads to what is no URL of HTTP.
    RedirectLocation {
        /// Where it leads to.
        location: String,
    },
    /// The redirect leads to a URL with a user name or password.
    RedirectWithCredentials,
    /// There are more than 20 redirects.
    TooManyRedirects,
}

/// Why a response does not pass the CORS check.
///
/// Source: [Fetch, "CORS check"](https://fetch.spec.whatwg.org/#concept-cors-check).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CorsFailure {
    /// There is no `Access-Control-Allow-Origin`.
    NoAllowOrigin,
    /// It is `*`, which does not count with credentials.
    WildcardWithCredentials,
    /// It names several origins.
    MultipleOrigins {
        /// The value.
        found: Vec<u8>,
    },
    /// It names another origin.
    OtherOrigin {
        /// The value.
        found: Vec<u8>,
        /// The page's origin.
        origin: String,
    },
    /// There is no `Access-Control-Allow-Credentials: true`.
    NoCredentials {
        /// The value, if there is one.
        found: Option<Vec<u8>>,
    },
}

impl Failure {
    /// The section of the Fetch standard that says so, or of the standard it refers to.
    #[must_use]
    pub const fn section(&self) -> &'static str {
        match self {
            Self::UrlWithCredentials => "https://fetch.spec.whatwg.org/#dom-request",
            Self::InvalidMethod { .. } | Self::ForbiddenMethod { .. } => {
                "https://fetch.spec.whatwg.org/#methods"
            }
            Self::NoCorsMethod { .. } => "https://fetch.spec.whatwg.org/#dom-request",
            Self::InvalidHeaderName { .. } | Self::InvalidHeaderValue { .. } => {
                "https://fetch.spec.whatwg.org/#headers-class"
            }
            Self::MixedContent => {
                "https://w3c.github.io/webappsec-mixed-content/#should-block-fetch"
            }
            Self::BadPort => "https://fetch.spec.whatwg.org/#port-blocking",
            Self::NotSameOrigin | Self::NoCorsRedirect | Self::NotHttp => {
                "https://fetch.spec.whatwg.org/#concept-main-fetch"
            }
            Self::NoResponse => "https://fetch.spec.whatwg.org/#concept-network-error",
            Self::PreflightCors(_)
            | Self::PreflightStatus { .. }
            | Self::PreflightList { .. }
            | Self::PreflightMethod { .. }
            | Self::PreflightHeader { .. } => "https://fetch.spec.whatwg.org/#cors-preflight-fetch",
            Self::ResponseCors(_) => "https://fetch.spec.whatwg.org/#concept-cors-check",
            Self::Redirected => "https://fetch.spec.whatwg.org/#concept-http-fetch",
            Self::RedirectLocation { .. }
            | Self::RedirectWithCredentials
            | Self::TooManyRedirects => "https://fetch.spec.whatwg.org/#http-redirect-fetch",
        }
    }

    /// Whether CORS is what it fails for.
    #[must_use]
    pub const fn is_cors(&self) -> bool {
        matches!(
            self,
            Self::PreflightCors(_)
                | Self::PreflightStatus { .. }
                | Self::PreflightList { .. }
                | Self::PreflightMethod { .. }
                | Self::PreflightHeader { .. }
                | Self::ResponseCors(_)
        )
    }

    pub(crate) fn console(&self, fetch: &Fetch) -> String {
        if self.is_cors() {
            let (url, origin) = (fetch.url(), fetch.page_origin());
            format!("access to {url} from origin {origin} is blocked by CORS: {self}")
        } else {
            format!("fetching {} fails: {self}", fetch.url())
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UrlWithCredentials => f.write_str("the URL has a user name or password in it"),
            Self::InvalidMethod { method } => write!(f, "{method:?} is no method"),
            Self::ForbiddenMethod { method } => {
                write!(f, "scripts must not send the method {method}")
            }
            Self::NoCorsMethod { method } => {
                write!(f, "the method {method} is not allowed in mode \"no-cors\"")
            }
            Self::InvalidHeaderName { name } => write!(f, "{name:?} is no header name"),
            Self::InvalidHeaderValue { name } => {
                write!(
                    f,
                    "the value of the header {name} has a NUL or line break in it"
                )
            }
            Self::MixedContent => {
                f.write_str("an https page must not fetch over http (mixed content)")
            }
            Self::BadPort => f.write_str("browsers do not connect to this port"),
            Self::NotSameOrigin => {
                f.write_str("the target is of another origin, and the mode is \"same-origin\"")
            }
            Self::NoCorsRedirect => f.write_str("mode \"no-cors\" needs redirects to be followed"),
            Self::NotHttp => f.write_str("only http and https know CORS"),
            Self::NoResponse => f.write_str("there is no response"),
            Self::PreflightCors(failure) => {
                write!(f, "the response to the preflight does not pass: {failure}")
            }
            Self::PreflightStatus { status } if (300..400).contains(status) => write!(
                f,
                "the preflight is answered with the redirect {status}, and preflights must not be \
                 redirected"
            ),
            Self::PreflightStatus { status } => {
                write!(
                    f,
                    "the preflight is answered with status {status}, which is no success"
                )
            }
            Self::PreflightList { name } => {
                write!(
                    f,
                    "the list {name} in the response to the preflight cannot be read"
                )
            }
            Self::PreflightMethod { method } => write!(
                f,
                "the method {method} is not in Access-Control-Allow-Methods of the preflight"
            ),
            Self::PreflightHeader { name, wildcard } => {
                write!(
                    f,
                    "the request header {name} is not in Access-Control-Allow-Headers of the \
                     preflight"
                )?;
                if *wildcard {
                    f.write_str(", and its \"*\" does not stand for it")?;
                }
                Ok(())
            }
            Self::ResponseCors(failure) => failure.fmt(f),
            Self::Redirected => {
                f.write_str("the response is a redirect, and the script wants it to be an error")
            }
            Self::RedirectLocation { location } => {
                write!(
                    f,
                    "the redirect leads to {location:?}, which is no URL of http"
                )
            }
            Self::RedirectWithCredentials => {
                f.write_str("the redirect leads to a URL with a user name or password in it")
            }
            Self::TooManyRedirects => f.write_str("there are too many redirects"),
        }
    }
}

impl fmt::Display for CorsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAllowOrigin => f.write_str("there is no Access-Control-Allow-Origin"),
            Self::WildcardWithCredentials => f.write_str(
                "Access-Control-Allow-Origin is \"*\", which does not count for a request with \
                 credentials",
            ),
            Self::MultipleOrigins { found } => write!(
                f,
                "Access-Control-Allow-Origin has several values, \"{}\", and only one is allowed",
                found.escape_ascii()
            ),
            Self::OtherOrigin { found, origin } => write!(
                f,
                "Access-Control-Allow-Origin is \"{}\", not {origin:?}",
                found.escape_ascii()
            ),
            Self::NoCredentials { found: None } => {
                f.write_str("there is no Access-Control-Allow-Credentials: true")
            }
            Self::NoCredentials { found: Some(found) } => write!(
                f,
                "Access-Control-Allow-Credentials is \"{}\", not \"true\"",
                found.escape_ascii()
            ),
        }
    }
}
