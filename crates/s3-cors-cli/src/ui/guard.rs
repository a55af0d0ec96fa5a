//! Who may talk to the server: only its own page, at the address that was printed.
//!
//! A web page that the user visits can send requests to this machine, and a host name of a stranger
//! can be made to resolve to it (DNS rebinding). So every request, also one for the page, must name
//! this server in `Host`, must not come from another origin, and must have the token in its path. The
//! browser is started with a code that leads to this path once.

use std::sync::PoisonError;

use axum::extract::{Request, State};
use axum::http::header::{HOST, HeaderName, HeaderValue, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::server::State as Server;
use super::token;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    Host,
    Origin,
    Token,
}

impl Refused {
    fn text(self) -> &'static str {
        match self {
            Self::Host => "Refused: the Host header does not name this server.\n",
            Self::Origin => "Refused: only the page of this server may send this request.\n",
            Self::Token => {
                "Refused: the address has no valid token. Open the address that `s3-cors ui` \
                 printed. To open somebody's link, run `s3-cors ui --link LINK`.\n"
            }
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (StatusCode::FORBIDDEN, self.text()).into_response()
    }
}

pub(super) async fn guard(State(server): State<Server>, request: Request, next: Next) -> Response {
    let checked = check(
        request.headers(),
        request.uri().authority().map(Authority::as_str),
        server.port,
    );
    let path = request.uri().path();
    let mut response = match checked {
        Err(refused) => refused.into_response(),
        Ok(()) if has_token(path, &server.token) => next.run(request).await,
        Ok(()) => match opened(path, &server) {
            Some(redirect) => redirect.into_response(),
            None => Refused::Token.into_response(),
        },
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

/// The headers of every response.
const HEADERS: [(&str, &str); 6] = [
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    // The address contains the token.
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

fn check(headers: &HeaderMap, authority: Option<&str>, port: u16) -> Result<(), Refused> {
    let host = only(headers, &HOST).ok_or(Refused::Host)?;
    let is_own = |name: &str| {
        ["127.0.0.1", "localhost"].iter().any(|own| {
            name.strip_prefix(own)
                .is_some_and(|rest| rest == format!(":{port}") || (rest.is_empty() && port == 80))
        })
    };
    if !is_own(host) || authority.is_some_and(|authority| !is_own(authority)) {
        return Err(Refused::Host);
    }
    let own_origin = format!("http://{host}");
    let is_foreign = |origin: &HeaderValue| origin.as_bytes() != own_origin.as_bytes();
    if headers.get_all(ORIGIN).iter().any(is_foreign) {
        return Err(Refused::Origin);
    }
    // `none` is sent when the user opens the address. Old browsers do not send the header at all.
    let is_foreign = |site: &HeaderValue| !matches!(site.as_bytes(), b"same-origin" | b"none");
    if headers.get_all(SEC_FETCH_SITE).iter().any(is_foreign) {
        return Err(Refused::Origin);
    }
    Ok(())
}

/// Whether the first part of the path is the token.
fn has_token(path: &str, expected: &str) -> bool {
    let sent = path.split('/').nth(1).unwrap_or_default();
    token::is_equal(sent, expected)
}

/// Leads to the page if the path is `/open/CODE/` with the code that the browser was started with,
/// which is valid once.
fn opened(path: &str, server: &Server) -> Option<Redirect> {
    let sent = path.strip_prefix("/open/")?.strip_suffix('/')?;
    let mut code = server.code.lock().unwrap_or_else(PoisonError::into_inner);
    code.take_if(|code| token::is_equal(sent, code))
        .map(|_| Redirect::to(&format!("/{}/", server.token)))
}

/// The value of a header that occurs once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}
