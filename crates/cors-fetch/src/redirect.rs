//! Following redirects.

use crate::plan::{PlanKind, has_credentials, is_http};
use crate::{Failure, Fetch, Mode, Response};

/// What redirects have done to a request so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct History {
    pub(crate) redirects: u8,
    /// Whether the request has been to another origin, so that the page's own origin now counts as
    /// cross-origin.
    pub(crate) left: bool,
    /// Whether its origin has become `null`.
    pub(crate) tainted: bool,
}

const MOST_REDIRECTS: u8 = 20;

/// [Fetch, "redirect status"](https://fetch.spec.whatwg.org/#redirect-status).
pub(crate) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// [Fetch, "HTTP-redirect fetch"]: the next request; `None` if the response has no `Location`,
/// which makes it the final one.
///
/// [Fetch, "HTTP-redirect fetch"]: https://fetch.spec.whatwg.org/#http-redirect-fetch
pub(crate) fn follow(
    fetch: &Fetch,
    kind: &PlanKind,
    method: &str,
    response: &Response,
) -> Result<Option<Fetch>, Failure> {
    let Some(location) = response.get("location") else {
        return Ok(None);
    };
    let location = String::from_utf8_lossy(&location).into_owned();
    let Ok(mut url) = fetch.url.join(&location) else {
        return Err(Failure::RedirectLocation { location });
    };
    if url.fragment().is_none() {
        url.set_fragment(fetch.url.fragment());
    }
    if !is_http(&url) {
        return Err(Failure::RedirectLocation { location });
    }
    if fetch.history.redirects >= MOST_REDIRECTS {
        return Err(Failure::TooManyRedirects);
    }
    let leaves_page = !fetch.page.is_origin_of(&url);
    let is_cors = *kind == PlanKind::Cors;
    if has_credentials(&url) && (is_cors || (fetch.mode == Mode::Cors && leaves_page)) {
        return Err(Failure::RedirectWithCredentials);
    }
    let crosses = url.origin() != fetch.url.origin();
    let mut next = fetch.clone();
    next.history = History {
        redirects: fetch.history.redirects + 1,
        left: fetch.history.left || *kind != PlanKind::SameOrigin,
        tainted: fetch.history.tainted || (crosses && !fetch.is_same_origin()),
    };
    let to_get = match response.status {
        301 | 302 => method == "POST",
        303 => !matches!(method, "GET" | "HEAD"),
        _ => false,
    };
    if to_get {
        next.method = "GET".into();
        next.headers.retain(|(name, _)| {
            !matches!(
                name.to_ascii_lowercase().as_str(),
                "content-encoding" | "content-language" | "content-location" | "content-type"
            )
        });
    }
    if crosses {
        next.headers
            .retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
    }
    next.url = url;
    Ok(Some(next))
}
