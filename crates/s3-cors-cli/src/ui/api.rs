//! What the page asks the server. Every response is the JSON document of a command, or holds some.

use std::path::PathBuf;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use cors_fetch::Fetch;
use s3_cors::sanitize::sanitized;
use s3_cors_formats::Target;
use serde::{Deserialize, Serialize};

use super::conversation::Conversation;
use super::file::{self, NotSaved, Now};
use super::server::State as Server;
use crate::args::{CredentialsMode, Explain, FailOn, Format, OutputFormat, Pick, Probe};
use crate::input::Input;
use crate::report::Report;
use crate::{app, check, convert, diff, show};

#[derive(Debug, Deserialize)]
pub(super) struct Text {
    resource: Option<String>,
    text: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    resource: Option<String>,
    text: String,
    origin: String,
    url: String,
    method: String,
    headers: Vec<String>,
    credentials: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Compared {
    resource: Option<String>,
    before: String,
    after: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Converted {
    resource: Option<String>,
    text: String,
    to: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Probed {
    resource: Option<String>,
    text: String,
    url: String,
    /// The page to probe for, without the configuration.
    #[serde(default)]
    origin: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Known {
    version: Option<String>,
}

/// The file that the page shows.
#[derive(Debug, Serialize)]
struct Files {
    #[serde(flatten)]
    now: Now,
    /// The name of the file of the app's own rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<String>,
    /// Different for different contents of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    app_version: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Saved {
    text: String,
    version: String,
}

pub(super) async fn check(State(server): State<Server>, Json(asked): Json<Text>) -> Response {
    document(move || {
        let input = server.input(&asked.text, asked.resource);
        let path = std::path::Path::new(server.source.name());
        check::report(
            [(path, input)],
            server.app.as_deref(),
            FailOn::Warning,
            OutputFormat::Json,
        )
    })
    .await
}

pub(super) async fn show(State(server): State<Server>, Json(asked): Json<Text>) -> Response {
    document(move || {
        let input = server.input(&asked.text, asked.resource);
        let app = || app::rules("show", server.app.as_deref(), Format::Json);
        show::report(input, app, Format::Json)
    })
    .await
}

pub(super) async fn converse(State(server): State<Server>, Json(asked): Json<Asked>) -> Response {
    json(move || {
        let args = asked.args(server.app.clone());
        Conversation::of(&args, &server.input(&asked.text, asked.resource))
    })
    .await
}

pub(super) async fn apply(State(server): State<Server>, Json(asked): Json<Asked>) -> Response {
    document(move || {
        let args = asked.args(server.app.clone());
        Conversation::applied(&args, server.input(&asked.text, asked.resource))
    })
    .await
}

pub(super) async fn diff(State(server): State<Server>, Json(asked): Json<Compared>) -> Response {
    document(move || {
        let pick = server.pick(asked.resource);
        let before = Input::from_text("before", &asked.before, &pick);
        let after = || Input::from_text("after", &asked.after, &pick);
        let app = || app::rules("diff", server.app.as_deref(), Format::Json);
        diff::report(before, after, app, Format::Json)
    })
    .await
}

pub(super) async fn convert(
    State(server): State<Server>,
    Json(asked): Json<Converted>,
) -> Response {
    let Some(to) = Target::named(&asked.to) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    document(move || {
        let input = server.input(&asked.text, asked.resource);
        convert::report(input, to, false, Format::Json)
    })
    .await
}

pub(super) async fn probe(State(server): State<Server>, Json(asked): Json<Probed>) -> Response {
    let origin = asked.origin.map(|page| page_origin(&page, &asked.url));
    let args = Probe {
        url: asked.url,
        other: None,
        config: None,
        pick: Pick::default(),
        origin,
        exact: false,
        max_requests: 200,
        rate: 20,
        timeout: 10,
        include_writes: false,
        dry_run: false,
        all: false,
    };
    let input = server.input(&asked.text, asked.resource);
    let app = server.app.clone();
    Json(server.probes.start(args, input, app)).into_response()
}

pub(super) async fn probed(State(server): State<Server>, Path(id): Path<u64>) -> Response {
    or_not_found(server.probes.state(id))
}

pub(super) async fn stop_probe(State(server): State<Server>, Path(id): Path<u64>) -> Response {
    or_not_found(server.probes.stop(id))
}

pub(super) async fn file(State(server): State<Server>, Query(known): Query<Known>) -> Response {
    json(move || Files {
        now: server.source.now(known.version.as_deref()),
        app: server
            .app
            .as_deref()
            .map(|app| sanitized(&app.to_string_lossy()).into_owned()),
        app_version: server.app.as_deref().map(file::version_of),
    })
    .await
}

/// Replaces the file. The page asks first; without the token no request gets here.
pub(super) async fn save(State(server): State<Server>, Json(saved): Json<Saved>) -> Response {
    let saved = blocking(move || server.source.save(&saved.text, &saved.version)).await;
    match saved {
        Some(Ok(now)) => Json(now).into_response(),
        Some(Err(NotSaved::Changed)) => {
            let text = "the file was changed in the meantime";
            (StatusCode::CONFLICT, text).into_response()
        }
        Some(Err(NotSaved::NoFile)) => {
            (StatusCode::NOT_FOUND, "there is no file to save to").into_response()
        }
        Some(Err(NotSaved::Failed(error))) => {
            (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response()
        }
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// People paste the address of a page; its origin is what counts. What is no address is explained as
/// it is.
fn page_origin(page: &str, url: &str) -> String {
    match Fetch::new(page, url) {
        Ok(fetch) => fetch.page_origin().to_owned(),
        Err(_) => page.to_owned(),
    }
}

impl Asked {
    fn args(&self, app: Option<PathBuf>) -> Explain {
        Explain {
            file: PathBuf::new(),
            pick: Pick::default(),
            app,
            origin: Some(page_origin(&self.origin, &self.url)),
            method: self.method.clone(),
            headers: self.headers.clone(),
            actual: false,
            apply: None,
            fetch: true,
            url: self.url.clone(),
            credentials: match &self.credentials[..] {
                "omit" => CredentialsMode::Omit,
                "include" => CredentialsMode::Include,
                _ => CredentialsMode::SameOrigin,
            },
        }
    }
}

/// Runs off the thread that serves: a large configuration takes a while.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

async fn document(work: impl FnOnce() -> Report + Send + 'static) -> Response {
    match blocking(work).await {
        Some(report) => ([(CONTENT_TYPE, "application/json")], report.stdout).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn json<T: Serialize + Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Response {
    match blocking(work).await {
        Some(value) => Json(value).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn or_not_found(state: Option<impl Serialize>) -> Response {
    match state {
        Some(state) => Json(state).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
