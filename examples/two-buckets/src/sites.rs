//! The three static websites.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::Html;
use axum::routing::{MethodRouter, get};
use tower_s3_cors::s3_cors::{Dialect, SharedPolicy};
use tower_s3_cors::{CorsConfiguration, PolicyProvider, S3Cors};

use crate::Ports;

/// The bucket with the page. It needs no CORS: no page from another origin requests it.
pub(crate) fn website(ports: Ports, cors_file: &Path, policy: SharedPolicy) -> Router {
    let cors_file: Arc<Path> = cors_file.into();
    // Rendered for each visit, because it shows the configuration in force.
    let index = get(move || {
        let page = Html(index_html(&ports, &cors_file, &policy));
        async { page }
    });
    let style = file("text/css", include_str!("../site/style.css"));
    let script = file("text/javascript", include_str!("../site/page.js"));
    Router::new()
        .route("/", index.clone())
        .route("/index.html", index)
        .route("/style.css", style)
        .route("/page.js", script)
}

/// A bucket with `loading.html`. `S3Cors` handles everything about CORS. It is around the router,
/// so axum adds nothing to its responses.
pub(crate) fn bucket(policy: impl Into<PolicyProvider>) -> S3Cors<Router> {
    // S3 sends the metadata of an object as x-amz-meta- headers. Scripts see this one only if the
    // matching rule lists it in ExposeHeaders.
    let metadata = [("x-amz-meta-edition", "1")];
    let loading_html = Html(include_str!("../loading.html"));
    let router = Router::new().route("/loading.html", get((metadata, loading_html)));
    S3Cors::new(router, policy)
}

fn file(content_type: &'static str, text: &'static str) -> MethodRouter {
    get(([(CONTENT_TYPE, content_type)], text))
}

/// The page, with its placeholders filled in.
fn index_html(ports: &Ports, cors_file: &Path, policy: &SharedPolicy) -> String {
    let status = policy.status();
    let (given, configuration) = match status.configuration() {
        Some(configuration) => ("in-force", configuration.to_text(Dialect::Console)),
        None => ("to-save", shown().to_text(Dialect::Console)),
    };
    let quoted = format!("{:?}", cors_file.to_string_lossy());
    include_str!("../site/index.html")
        .replace("{{port without CORS}}", &ports.without_cors.to_string())
        .replace("{{port with CORS}}", &ports.with_cors.to_string())
        .replace("{{given}}", given)
        .replace("{{cors file}}", &escaped(&quoted))
        .replace("{{cors path}}", &escaped(&cors_file.to_string_lossy()))
        .replace("{{cors configuration}}", &escaped(&configuration))
}

/// The configuration that allows this machine.
pub(crate) fn shown() -> CorsConfiguration {
    include_str!("../cors.json").parse().unwrap_or_default()
}

/// Escapes text for HTML. The brace is escaped so that no untrusted text looks like a placeholder.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('{', "&#123;")
}
