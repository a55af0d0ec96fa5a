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
