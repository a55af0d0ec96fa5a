//! Why a `fetch()` fails, with the text for the console.

use std::fmt;

use crate::Fetch;

/// Why a `fetch()` fails. The script only sees a `TypeError`; the console shows the reason. The
/// `Display` form gives that reason, not in the exact words of a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The URL has a user name or password.
    UrlWithCredentials,
    /// The method is not a token.
    InvalidMethod {
        /// The method.
        method: String,
    },
    /// Scripts are not allowed to send the method.
    ForbiddenMethod {
        /// The method.
        method: String,
    },
    /// The mode is `no-cors`, which allows only GET, HEAD and POST.
    NoCorsMethod {
        /// The method.
        method: String,
    },
    /// A header name is not a token.
    InvalidHeaderName {
        /// The name.
        name: String,
    },
    /// A header value contains a NUL or a line break.
    InvalidHeaderValue {
        /// The header's name.
        name: String,
    },
    /// A header's value has a character beyond U+00FF, which no header can carry.
    HeaderValueNotLatin1 {
        /// The header's name.
        name: String,
    },
    /// An `https` page fetches over `http`.
    MixedContent,
    /// Browsers do not connect to the port.
    BadPort,
    /// The mode is `same-origin`, but the target has a different origin.
    NotSameOrigin,
    /// The mode is `no-cors`, but `redirect` is not `follow`.
    NoCorsRedirect,
    /// The URL's scheme does not support CORS.
    NotHttp,
    /// There is no response.
    NoResponse,
    /// The preflight response does not pass the CORS check.
    PreflightCors(CorsFailure),
    /// The status of the preflight response is not in the range 200 to 299.
    PreflightStatus {
        /// The status.
        status: u16,
    },
    /// A list in the preflight response is malformed.
    PreflightList {
        /// The header's name.
        name: &'static str,
    },
    /// The preflight response does not allow the method.
    PreflightMethod {
        /// The method.
        method: String,
    },
    /// The preflight response does not allow a header.
    PreflightHeader {
        /// The header's name.
        name: String,
        /// Whether the list contains `*`, which never covers `Authorization`, and covers nothing
        /// for requests with credentials.
        wildcard: bool,
    },
    /// The response does not pass the CORS check.
    ResponseCors(CorsFailure),
    /// The response is a redirect, but `redirect` is `error`.
    Redirected,
    /// The redirect leads to something that is not an HTTP URL.
    RedirectLocation {
        /// The value of `Location`.
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
    /// It is `*`, which does not allow requests with credentials.
    WildcardWithCredentials,
    /// It lists several origins.
    MultipleOrigins {
        /// The value.
        found: Vec<u8>,
    },
    /// It is a different origin.
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
    /// The section of the Fetch standard, or of a standard that it refers to, that defines the
    /// failure.
    #[must_use]
    pub const fn section(&self) -> &'static str {
        match self {
            Self::UrlWithCredentials => "https://fetch.spec.whatwg.org/#dom-request",
            Self::InvalidMethod { .. } | Self::ForbiddenMethod { .. } => {
                "https://fetch.spec.whatwg.org/#methods"
            }
            Self::NoCorsMethod { .. } => "https://fetch.spec.whatwg.org/#dom-request",
            Self::InvalidHeaderName { .. }
            | Self::InvalidHeaderValue { .. }
            | Self::HeaderValueNotLatin1 { .. } => "https://fetch.spec.whatwg.org/#headers-class",
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

    /// Whether CORS is the reason.
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
            format!("fetch of {} failed: {self}", fetch.url())
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UrlWithCredentials => f.write_str("the URL contains a user name or password"),
            Self::InvalidMethod { method } => write!(f, "{method:?} is not a valid method"),
            Self::ForbiddenMethod { method } => {
                write!(f, "scripts are not allowed to send the method {method}")
            }
            Self::NoCorsMethod { method } => {
                write!(f, "the mode \"no-cors\" does not allow the method {method}")
            }
            Self::InvalidHeaderName { name } => write!(f, "{name:?} is not a valid header name"),
            Self::InvalidHeaderValue { name } => {
                write!(
                    f,
                    "the value of the header {name} contains a NUL or a line break"
                )
            }
            Self::HeaderValueNotLatin1 { name } => write!(
                f,
                "the value of the header {name} has a character beyond U+00FF, which no header can \
                 carry"
            ),
            Self::MixedContent => {
                f.write_str("an https page cannot fetch over http (mixed content)")
            }
            Self::BadPort => f.write_str("browsers do not connect to this port"),
            Self::NotSameOrigin => {
                f.write_str("the target has a different origin, but the mode is \"same-origin\"")
            }
            Self::NoCorsRedirect => {
                f.write_str("the mode \"no-cors\" requires redirect: \"follow\"")
            }
            Self::NotHttp => f.write_str("only http and https support CORS"),
            Self::NoResponse => f.write_str("there is no response"),
            Self::PreflightCors(failure) => {
                write!(
                    f,
                    "the response to the preflight does not pass the CORS check: {failure}"
                )
            }
            Self::PreflightStatus { status } if (300..400).contains(status) => write!(
                f,
                "the response to the preflight is a redirect ({status}), which is not allowed"
            ),
            Self::PreflightStatus { status } => {
                write!(
                    f,
                    "the response to the preflight has the status {status}, not 200 to 299"
                )
            }
            Self::PreflightList { name } => {
                write!(
                    f,
                    "the list {name} in the response to the preflight is malformed"
                )
            }
            Self::PreflightMethod { method } => write!(
                f,
                "the method {method} is not in Access-Control-Allow-Methods of the response to \
                 the preflight"
            ),
            Self::PreflightHeader { name, wildcard } => {
                write!(
                    f,
                    "the request header {name} is not in Access-Control-Allow-Headers of the \
                     response to the preflight"
                )?;
                if *wildcard {
                    f.write_str(", and its \"*\" does not cover it")?;
                }
                Ok(())
            }
            Self::ResponseCors(failure) => failure.fmt(f),
            Self::Redirected => {
                f.write_str("the response is a redirect, but redirect is \"error\"")
            }
            Self::RedirectLocation { location } => {
                write!(
                    f,
                    "the redirect leads to {location:?}, which is not an http or https URL"
                )
            }
            Self::RedirectWithCredentials => {
                f.write_str("the redirect leads to a URL that contains a user name or password")
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
                "Access-Control-Allow-Origin is \"*\", which does not allow requests with \
                 credentials",
            ),
            Self::MultipleOrigins { found } => write!(
                f,
                "Access-Control-Allow-Origin has several values, \"{}\", but only one is allowed",
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
