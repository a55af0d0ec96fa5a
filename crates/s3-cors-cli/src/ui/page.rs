//! The page: one document that loads nothing else.

use axum::http::StatusCode;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};

use super::token;

const DOCUMENT: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPTS: [&str; 6] = [
    include_str!("page/base.js"),
    include_str!("page/editor.js"),
    include_str!("page/matrix.js"),
    include_str!("page/try.js"),
    include_str!("page/panels.js"),
    include_str!("page/main.js"),
];

pub(super) async fn page() -> Response {
    let Ok(nonce) = token::random() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    // Only the page's own script and style run, and it can talk only to this server.
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let document = DOCUMENT
        .replace("{nonce}", &nonce)
        .replace("{style}", STYLE)
        .replace("{script}", &SCRIPTS.concat());
    ([(CONTENT_SECURITY_POLICY, policy)], Html(document)).into_response()
}
