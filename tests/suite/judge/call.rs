//! A `fetch()` on a page, in the terms of both sides.

use std::fmt;

use cors_fetch::{Credentials, Fetch, FetchError, Mode, Redirect};
use serde_json::{Map, Value, json};

/// Where the pages are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    /// On a server for pages only, under this name of this machine.
    At(&'static str),
    /// On another server for pages only, on `localhost`.
    OtherPort,
    /// Without an origin of its own.
    Sandboxed,
    /// On the server that is asked.
    Own,
    /// On the server that is asked, without an origin of its own.
    OwnSandboxed,
}

/// The ports that are only known at run time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    /// Of the two servers for pages.
    pub(crate) pages: [u16; 2],
    /// Of the server that is asked.
    pub(crate) target: u16,
}

/// Where the pages' servers keep the page.
pub(crate) const PAGE: &str = "/page";
/// Where they keep the page without an origin of its own.
pub(crate) const SANDBOXED: &str = "/sandboxed";

/// What bodies have in them.
pub(crate) const BODY: &str = "body";

impl Page {
    /// What the browser opens.
    pub(crate) fn url(self, host: &str, ports: Ports) -> String {
        let [one, other] = ports.pages;
        match self {
            Self::At(name) => format!("http://{name}:{one}{PAGE}"),
            Self::OtherPort => format!("http://localhost:{other}{PAGE}"),
            Self::Sandboxed => format!("http://localhost:{one}{SANDBOXED}"),
            Self::Own => format!("http://{host}:{}{PAGE}", ports.target),
            Self::OwnSandboxed => format!("http://{host}:{}{SANDBOXED}", ports.target),
        }
    }

    /// What the model is told.
    pub(crate) fn of_model(self, host: &str, ports: Ports) -> String {
        match self {
            // That a sandbox takes the origin away stands in the answer, not in the URL.
            Self::Sandboxed | Self::OwnSandboxed => "null".into(),
            _ => self.url(host, ports),
        }
    }

    /// Whether the browser has cookies that it sends to this host if it sends any: cookies know no
    /// ports, and the pages' servers set one. `own` is the name of the server that is asked first.
    pub(crate) fn has_cookies_for(self, host: &str, own: &str) -> bool {
        match self {
            Self::At(name) => name == host,
            Self::OtherPort => host == "localhost",
            Self::Sandboxed | Self::OwnSandboxed => false,
            Self::Own => own == host,
        }
    }
}

/// A `fetch()`. What is `None` is left to the browser.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) page: Page,
    pub(crate) path: String,
    pub(crate) method: Option<String>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) mode: Option<Mode>,
    pub(crate) redirect: Option<Redirect>,
    /// Whether it has a body, of bytes without a type.
    pub(crate) body: bool,
}

impl Call {
    /// `fetch(path)`.
    pub(crate) fn new(page: Page, path: &str) -> Self {
        Self {
            page,
            path: path.to_owned(),
            method: None,
            headers: Vec::new(),
            credentials: None,
            mode: None,
            redirect: None,
            body: false,
        }
    }

    /// The second argument of `fetch()`, but for the body.
    pub(crate) fn options(&self) -> Value {
        let mut options = Map::new();
        let mut set = |key: &str, value: Value| drop(options.insert(key.into(), value));
        if let Some(method) = &self.method {
            set("method", json!(method));
        }
        if !self.headers.is_empty() {
            let latin1 = |value: &[u8]| value.iter().copied().map(char::from).collect::<String>();
            let headers = self.headers.iter();
            let headers: Vec<_> = headers.map(|(name, value)| (name, latin1(value))).collect();
            set("headers", json!(headers));
        }
        if let Some(credentials) = self.credentials {
            set("credentials", json!(word(credentials)));
        }
        if let Some(mode) = self.mode {
            set("mode", json!(word(mode)));
        }
        if let Some(redirect) = self.redirect {
            set("redirect", json!(word(redirect)));
        }
        options.into()
    }

    pub(crate) fn of_model(&self, url: &str, page: &str) -> Result<Fetch, FetchError> {
        let mut fetch = Fetch::new(page, url)?;
        if let Some(method) = &self.method {
            fetch = fetch.method(method);
        }
        for (name, value) in &self.headers {
            fetch = fetch.header(name, value.clone());
        }
        if let Some(credentials) = self.credentials {
            fetch = fetch.credentials(credentials);
        }
        if let Some(mode) = self.mode {
            fetch = fetch.mode(mode);
        }
        if let Some(redirect) = self.redirect {
            fetch = fetch.redirect(redirect);
        }
        Ok(fetch)
    }
}

/// `same-origin` for `SameOrigin`.
fn word(mode: impl fmt::Debug) -> String {
    let mut word = String::new();
    for letter in format!("{mode:?}").chars() {
        if letter.is_ascii_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.push(letter.to_ascii_lowercase());
    }
    word
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = if self.body { " with a body" } else { "" };
        let (page, path) = (self.page, &self.path);
        write!(f, "on {page:?}: fetch({path:?}, {}){body}", self.options())
    }
}
