#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

mod check;
mod failure;
mod page;
mod plan;
mod ports;
mod redirect;
mod response;
mod safelist;
mod script;
mod token;
mod verdict;

use std::fmt;

pub use failure::{CorsFailure, Failure};
pub use page::origin_of_page;
pub use plan::{Plan, PlanKind, Preflight, PreflightReason, Request, UnsafeHeader};
pub use response::Response;
pub use safelist::{is_forbidden_response_header, is_safelisted_response_header};
pub use script::is_forbidden_header;
pub use token::is_token;
pub use verdict::{Outcome, Verdict};

use page::Page;
use url::Url;

/// A call to `fetch()` on a page.
///
/// Its methods set the arguments of the call. Invalid arguments, for which the call would throw,
/// are reported by [`plan`](Self::plan).
///
/// ```
/// use cors_fetch::{Credentials, Fetch, PlanKind};
///
/// let fetch = Fetch::new("https://app.example.com", "https://cdn.example.net/data.json")?
///     .credentials(Credentials::Include);
/// assert_eq!(fetch.plan().kind, PlanKind::Cors);
/// # Ok::<(), cors_fetch::FetchError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    page: Page,
    url: Url,
    method: String,
    /// A value is `None` if a header cannot carry it.
    headers: Vec<(String, Option<Vec<u8>>)>,
    credentials: Credentials,
    mode: Mode,
    redirect: Redirect,
    /// What redirects have done to the request so far.
    history: redirect::History,
}

/// The `credentials` of a `fetch()`: when cookies and other credentials are sent and stored.
///
/// Source: [Fetch, "credentials mode"](https://fetch.spec.whatwg.org/#concept-request-credentials-mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Credentials {
    /// `"omit"`: never.
    Omit,
    /// `"same-origin"`: only for the page's own origin. The default of `fetch()`.
    #[default]
    SameOrigin,
    /// `"include"`: always.
    Include,
}

/// The `mode` of a `fetch()`.
///
/// Source: [Fetch, "mode"](https://fetch.spec.whatwg.org/#concept-request-mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Mode {
    /// `"cors"`. The default of `fetch()`.
    #[default]
    Cors,
    /// `"no-cors"`: no permission needed, but the script cannot read the response.
    NoCors,
    /// `"same-origin"`: only the page's own origin.
    SameOrigin,
}

/// The `redirect` of a `fetch()`.
///
/// Source: [Fetch, "redirect mode"](https://fetch.spec.whatwg.org/#concept-request-redirect-mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Redirect {
    /// `"follow"`. The default of `fetch()`.
    #[default]
    Follow,
    /// `"error"`: a redirect fails.
    Error,
    /// `"manual"`: the script only learns that there was a redirect.
    Manual,
}

/// A URL that cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchError {
    /// The URL of the page.
    Page {
        /// The URL as given.
        page: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The URL of the target.
    Url {
        /// The URL as given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page { page, reason } => write!(
                f,
                "the page {page:?} is neither \"null\" nor a URL such as \
                 https://www.example.com: {reason}"
            ),
            Self::Url { url, reason } => write!(
                f,
                "the target {url:?} is not a URL such as https://www.example.com/data: {reason}"
            ),
        }
    }
}

impl std::error::Error for FetchError {}

impl Fetch {
    /// A plain `fetch(url)` on a page. The page is given by its URL or origin, or as `null` if it
    /// has no origin of its own, for example in a sandboxed frame. The target may be relative to
    /// the page.
    ///
    /// # Errors
    ///
    /// If one of them is not a valid URL.
    ///
    /// ```
    /// use cors_fetch::Fetch;
    ///
    /// let fetch = Fetch::new("https://EXAMPLE.com:443/index.html", "/data.json")?;
    /// assert_eq!(fetch.page_origin(), "https://example.com");
    /// assert_eq!(fetch.url(), "https://example.com/data.json");
    /// assert!(Fetch::new("example.com", "/data.json").is_err());
    /// # Ok::<(), cors_fetch::FetchError>(())
    /// ```
    pub fn new(page: &str, url: &str) -> Result<Self, FetchError> {
        let page = Page::parse(page)?;
        let url = page.join(url)?;
        Ok(Self {
            page,
            url,
            method: "GET".into(),
            headers: Vec::new(),
            credentials: Credentials::default(),
            mode: Mode::default(),
            redirect: Redirect::default(),
            history: redirect::History::default(),
        })
    }

    /// Sets the method, as spelled in the script.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// Adds a header set by the script.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), Some(value.into())));
        self
    }

    /// Adds a header that the script sets to a string. As in a script, each character becomes one
    /// byte, and the call fails if there is one beyond U+00FF.
    ///
    /// Source: [Web IDL, "ByteString"](https://webidl.spec.whatwg.org/#es-ByteString).
    ///
    /// ```
    /// use cors_fetch::{Failure, Fetch, PlanKind};
    ///
    /// let fetch = Fetch::new("https://a.example", "https://b.example/")?;
    /// let sent = fetch.clone().header_text("x-a", "é").plan().request.unwrap();
    /// assert_eq!(sent.header("x-a"), Some(&b"\xe9"[..]));
    /// let failure = Failure::HeaderValueNotLatin1 { name: "x-a".into() };
    /// assert_eq!(fetch.header_text("x-a", "Ā").plan().kind, PlanKind::Fails(failure));
    /// # Ok::<(), cors_fetch::FetchError>(())
    /// ```
    #[must_use]
    pub fn header_text(mut self, name: &str, value: &str) -> Self {
        let bytes = value.chars().map(u8::try_from).collect();
        self.headers.push((name.to_owned(), Result::ok(bytes)));
        self
    }

    /// Sets the credentials mode.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// Sets the mode.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets the redirect mode.
    #[must_use]
    pub fn redirect(mut self, redirect: Redirect) -> Self {
        self.redirect = redirect;
        self
    }

    /// The page's origin as the browser sends it: `null` if the page has no origin of its own, or
    /// if a redirect between other origins has hidden it.
    #[must_use]
    pub fn page_origin(&self) -> &str {
        match self.history.tainted {
            true => "null",
            false => self.page.origin(),
        }
    }

    /// The target's URL.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// The path of the target's URL.
    #[must_use]
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// Whether the target has the same origin as the page.
    ///
    /// Source: [Fetch, "main fetch"](https://fetch.spec.whatwg.org/#concept-main-fetch), step 12.
    #[must_use]
    pub fn is_same_origin(&self) -> bool {
        self.page.is_origin_of(&self.url)
    }
}
