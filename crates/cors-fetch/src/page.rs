//! The page that calls `fetch()`, and its origin.

use url::{Origin, Url};

use crate::FetchError;

/// Source: [HTML, "origin"](https://html.spec.whatwg.org/multipage/browsers.html#concept-origin).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// The base URL of relative targets.
    base: Option<Url>,
    origin: String,
}

/// The origin that a page at this URL sends, spelled as browsers spell it. `None` if it is no URL,
/// or no page can be there: `ws:` and `wss:` are for connections, not for pages.
///
/// A page without an origin of its own, such as a local file, sends `null`.
///
/// ```
/// use cors_fetch::origin_of_page;
///
/// assert_eq!(origin_of_page("HTTPS://Example.com:443/a").as_deref(), Some("https://example.com"));
/// assert_eq!(origin_of_page("http://127.1:3000").as_deref(), Some("http://127.0.0.1:3000"));
/// assert_eq!(origin_of_page("file:///index.html").as_deref(), Some("null"));
/// assert_eq!(origin_of_page("example.com"), None);
/// assert_eq!(origin_of_page("wss://example.com"), None);
/// ```
#[must_use]
pub fn origin_of_page(url: &str) -> Option<String> {
    let page = Page::parse(url).ok()?;
    let scheme = page.base.as_ref().map_or("", Url::scheme);
    (!matches!(scheme, "ws" | "wss" | "ftp")).then_some(page.origin)
}

impl Page {
    pub(crate) fn parse(page: &str) -> Result<Self, FetchError> {
        if page == "null" {
            return Ok(Self {
                base: None,
                origin: "null".into(),
            });
        }
        let base = Url::parse(page).map_err(|error| FetchError::Page {
            page: page.into(),
            reason: error.to_string(),
        })?;
        let origin = match base.origin() {
            origin @ Origin::Tuple(..) => origin.ascii_serialization(),
            // Apps and extensions use their own schemes, and have origins.
            Origin::Opaque(_) => match base.host_str() {
                Some(host) if base.scheme() != "file" && !host.is_empty() => {
                    format!("{}://{host}", base.scheme())
                }
                _ => "null".into(),
            },
        };
        Ok(Self {
            base: Some(base),
            origin,
        })
    }

    pub(crate) fn join(&self, url: &str) -> Result<Url, FetchError> {
        let options = Url::options().base_url(self.base.as_ref());
        options.parse(url).map_err(|error| FetchError::Url {
            url: url.into(),
            reason: error.to_string(),
        })
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn is_origin_of(&self, url: &Url) -> bool {
        self.origin != "null" && url.origin().ascii_serialization() == self.origin
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.origin.starts_with("https://")
    }
}
