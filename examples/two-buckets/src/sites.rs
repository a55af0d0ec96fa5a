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

/// The bucket that holds the page. It needs no layer: it asks others, no other origin asks it.
pub(crate) fn website(ports: Ports, cors_file: &Path, policy: SharedPolicy) -> Router {
    let cors_file: Arc<Path> = cors_file.into();
    // Made anew for each visit: it shows the configuration in force.
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

/// A bucket that holds `loading.html`. `S3Cors` answers everything there is to CORS; it stands
/// around the router, where axum adds nothing to its answers.
pub(crate) fn bucket(policy: impl Into<PolicyProvider>) -> Router {
    // S3 sends an object's own metadata as x-amz-meta- headers. Scripts see this one only if the
    // matching rule has it in ExposeHeaders.
    let metadata = [("x-amz-meta-edition", "1")];
    let loading_html = Html(include_str!("../loading.html"));
    let router = Router::new().route("/loading.html", get((metadata, loading_html)));
    Router::new().fallback_service(S3Cors::new(router, policy))
}

fn file(content_type: &'static str, text: &'static str) -> MethodRouter {
    get(([(CONTENT_TYPE, content_type)], text))
}

/// The page, with what is known only at run time filled in.
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

/// Text as HTML. The brace, so that nothing from outside is taken for a placeholder.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('{', "&#123;")
}
