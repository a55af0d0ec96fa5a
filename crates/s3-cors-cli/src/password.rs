//! Passwords in URLs, which nobody wants to find in a log.

use std::borrow::Cow;

use cors_fetch::{Fetch, Verdict};

/// What stands for a password.
pub(crate) const HIDDEN: &str = "***";

/// A text that may or may not be a URL: whatever could be a password in it is left out.
pub(crate) fn hidden(url: &str) -> Cow<'_, str> {
    let begin = url.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = url.split_at(begin);
    let hidden = rest.rsplit_once('@').and_then(|(user, host)| {
        let (name, _) = user.split_once(':')?;
        Some(format!("{scheme}{name}:{HIDDEN}@{host}"))
    });
    hidden.map_or(Cow::Borrowed(url), Cow::Owned)
}

/// What the browser writes, without a password in the URL.
pub(crate) fn console(fetch: &Fetch, seen: &Verdict) -> Option<String> {
    let console = seen.console.as_deref()?;
    Some(console.replace(fetch.url(), &hidden(fetch.url())))
}

/// What to say where there is one all the same.
pub(crate) const NOT_IN_ORIGINS: &str = "no origin has a user name and a password in it";

/// Whether a text is an origin but for a password, which no origin has.
pub(crate) fn is_in(origin: &str) -> bool {
    let rest = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next();
    let user = authority.and_then(|authority| authority.rsplit_once('@'));
    user.is_some_and(|(user, _)| user.contains(':'))
}
