//! The requests that the browser sends.

use std::fmt;

use url::{Host, Url};

use crate::{Credentials, Failure, Fetch, Mode, Redirect, ports, safelist, script};

/// What the browser does with a `fetch()` before it has any response.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// How the request is treated.
    pub kind: PlanKind,
    /// The preflight that is sent first, if one is needed.
    pub preflight: Option<Preflight>,
    /// The request; `None` if nothing is sent.
    pub request: Option<Request>,
    /// The names of the headers set by the script that the browser silently drops, in lower case.
    pub ignored: Vec<String>,
    /// Whether the request itself includes credentials. A preflight never does.
    pub credentials: bool,
}

/// How a request is treated.
///
/// Source: [Fetch, "main fetch"](https://fetch.spec.whatwg.org/#concept-main-fetch), step 12.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanKind {
    /// It fails before anything is sent.
    Fails(Failure),
    /// To the page's own origin: CORS does not apply.
    SameOrigin,
    /// A `data:` URL, which the script can read; nothing is sent.
    Data,
    /// To another origin, without asking for permission; the script cannot read the response.
    NoCors,
    /// To another origin, which must allow it.
    Cors,
}

/// The preflight: the request that asks for permission before the actual request.
///
/// Source: [Fetch, "CORS-preflight fetch"](https://fetch.spec.whatwg.org/#cors-preflight-fetch).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Preflight {
    /// Why it is needed, at least one reason.
    pub reasons: Vec<PreflightReason>,
    /// The request that is sent.
    pub request: Request,
}

/// Why a preflight is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PreflightReason {
    /// The method is not safelisted.
    Method {
        /// The method.
        method: String,
    },
    /// A header is not safelisted.
    Header {
        /// Its name in lower case.
        name: String,
        /// Why not.
        reason: UnsafeHeader,
    },
}

/// Why a header is not safelisted.
///
/// Source: [Fetch, "CORS-safelisted request-header"](https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnsafeHeader {
    /// The name is not one of the five safelisted names.
    Name,
    /// The value is not an allowed one.
    Value,
    /// The value is longer than 128 bytes.
    TooLong,
    /// The header is safelisted, but the values of all safelisted headers together are longer than
    /// 1024 bytes.
    TotalTooLong,
}

/// A request as it is sent, with the headers that matter for CORS.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// The method.
    pub method: String,
    /// The headers that the script or CORS adds, names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
}

impl Request {
    /// The value of a header that occurs once, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let mut found = self.headers.iter().filter(|(other, _)| other == name);
        found.next().map(|(_, value)| value.as_slice())
    }
}

impl Fetch {
    /// What the browser sends, or why it sends nothing.
    ///
    /// ```
    /// use cors_fetch::Fetch;
    ///
    /// let fetch = Fetch::new("https://a.example", "https://b.example/")?
    ///     .method("post")
    ///     .header("X-B", "1")
    ///     .header("X-A", "1");
    /// let preflight = fetch.plan().preflight.unwrap().request;
    /// assert_eq!(preflight.method, "OPTIONS");
    /// assert_eq!(preflight.header("access-control-request-method"), Some(&b"POST"[..]));
    /// assert_eq!(preflight.header("access-control-request-headers"), Some(&b"x-a,x-b"[..]));
    /// # Ok::<(), cors_fetch::FetchError>(())
    /// ```
    #[must_use]
    pub fn plan(&self) -> Plan {
        self.planned().unwrap_or_else(|failure| Plan {
            kind: PlanKind::Fails(failure),
            preflight: None,
            request: None,
            ignored: Vec::new(),
            credentials: false,
        })
    }

    /// [Fetch, "main fetch"](https://fetch.spec.whatwg.org/#concept-main-fetch), up to the request.
    fn planned(&self) -> Result<Plan, Failure> {
        if self.history.redirects == 0 && has_credentials(&self.url) {
            return Err(Failure::UrlWithCredentials);
        }
        let method = script::method(self)?;
        let headers = script::headers(self)?;
        if is_mixed_content(self) {
            return Err(Failure::MixedContent);
        }
        if self.url.port().is_some_and(ports::is_bad) {
            return Err(Failure::BadPort);
        }
        let kind = if self.url.scheme() == "data" {
            PlanKind::Data
        } else if self.is_same_origin() && !self.history.left {
            PlanKind::SameOrigin
        } else if self.mode == Mode::SameOrigin {
            return Err(Failure::NotSameOrigin);
        } else if self.mode == Mode::NoCors {
            if self.redirect != Redirect::Follow {
                return Err(Failure::NoCorsRedirect);
            }
            PlanKind::NoCors
        } else if !is_http(&self.url) {
            return Err(Failure::NotHttp);
        } else {
            PlanKind::Cors
        };
        let reasons = match kind {
            PlanKind::Cors => reasons(&method, &headers.sent),
            _ => Vec::new(),
        };
        let preflight = (!reasons.is_empty()).then(|| self.preflight(&method, reasons));
        if kind == PlanKind::Data {
            return Ok(Plan {
                kind,
                preflight: None,
                request: None,
                ignored: headers.ignored,
                credentials: false,
            });
        }
        let mut sent = headers.sent;
        // Fetch, "append a request `Origin` header".
        if kind == PlanKind::Cors || !matches!(method.as_str(), "GET" | "HEAD") {
            sent.push(("origin".into(), self.page_origin().into()));
        }
        let credentials = match self.credentials {
            Credentials::Include => true,
            Credentials::SameOrigin => kind == PlanKind::SameOrigin,
            Credentials::Omit => false,
        };
        Ok(Plan {
            kind,
            preflight,
            request: Some(Request {
                method,
                headers: sent,
            }),
            ignored: headers.ignored,
            credentials,
        })
    }

    /// [Fetch, "CORS-preflight fetch"](https://fetch.spec.whatwg.org/#cors-preflight-fetch),
    /// steps 1 to 5.
    fn preflight(&self, method: &str, reasons: Vec<PreflightReason>) -> Preflight {
        let mut headers = vec![
            ("accept".into(), b"*/*".to_vec()),
            ("access-control-request-method".into(), method.into()),
        ];
        let names: Vec<&str> = reasons.iter().filter_map(PreflightReason::header).collect();
        if !names.is_empty() {
            let names = names.join(",").into_bytes();
            headers.push(("access-control-request-headers".into(), names));
        }
        headers.push(("origin".into(), self.page_origin().into()));
        Preflight {
            reasons,
            request: Request {
                method: "OPTIONS".into(),
                headers,
            },
        }
    }
}

impl PreflightReason {
    /// The name of the header, if a header is the reason.
    pub(crate) fn header(&self) -> Option<&str> {
        match self {
            Self::Header { name, .. } => Some(name),
            Self::Method { .. } => None,
        }
    }
}

fn reasons(method: &str, headers: &[(String, Vec<u8>)]) -> Vec<PreflightReason> {
    let method = (!safelist::is_method(method)).then(|| PreflightReason::Method {
        method: method.to_owned(),
    });
    let unsafe_headers = safelist::unsafe_headers(headers).into_iter();
    let headers = unsafe_headers.map(|(name, reason)| PreflightReason::Header { name, reason });
    method.into_iter().chain(headers).collect()
}

/// [Mixed Content, "should fetching request be blocked"]: an `https` page cannot fetch over `http`,
/// except from the local machine.
///
/// [Mixed Content, "should fetching request be blocked"]: https://w3c.github.io/webappsec-mixed-content/#should-block-fetch
fn is_mixed_content(fetch: &Fetch) -> bool {
    fetch.page.is_encrypted() && fetch.url.scheme() == "http" && !is_local(&fetch.url)
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost" || domain.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl fmt::Display for PreflightReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method { method } => {
                write!(f, "the method {method} is not GET, HEAD or POST")
            }
            Self::Header { name, reason } => match reason {
                UnsafeHeader::Name => write!(f, "the header {name} is not safelisted"),
                UnsafeHeader::Value => {
                    write!(
                        f,
                        "the header {name} is safelisted, but not with this value"
                    )
                }
                UnsafeHeader::TooLong => {
                    write!(
                        f,
                        "the header {name} is safelisted, but only up to 128 bytes"
                    )
                }
                UnsafeHeader::TotalTooLong => write!(
                    f,
                    "the header {name} and the other safelisted headers have more than 1024 \
                     bytes in total"
                ),
            },
        }
    }
}

/// [URL, "includes credentials"](https://url.spec.whatwg.org/#include-credentials).
pub(crate) fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// [Fetch, "HTTP(S) scheme"](https://fetch.spec.whatwg.org/#http-scheme).
pub(crate) fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}
