//! The server behind the page.

use std::io;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use s3_cors::CorsPolicy;
use s3_cors::limits::MAX_TEXT_BYTES;
use tower_s3_cors::S3CorsLayer;

use super::file::Source;
use super::probes::Probes;
use super::{api, guard, page};
use crate::args::Pick;
use crate::input::Input;

/// Two texts, each character escaped.
const MOST_BYTES: usize = 4 * MAX_TEXT_BYTES;

/// What all requests share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) source: Source,
    pick: Pick,
    /// The file of the app's own rules.
    pub(super) app: Option<PathBuf>,
    pub(super) token: String,
    /// Leads to the page once.
    pub(super) code: Mutex<Option<String>>,
    pub(super) port: u16,
    pub(super) probes: Probes,
}

pub(super) type State = Arc<Shared>;

impl Shared {
    pub(super) fn new(
        source: Source,
        (pick, app): (Pick, Option<PathBuf>),
        token: String,
        code: Option<String>,
        port: u16,
    ) -> Self {
        Self {
            source,
            pick,
            app,
            token,
            code: Mutex::new(code),
            port,
            probes: Probes::default(),
        }
    }

    /// What the command line says, with the bucket that is chosen on the page.
    pub(super) fn pick(&self, resource: Option<String>) -> Pick {
        let mut pick = self.pick.clone();
        pick.resource = resource.or(pick.resource);
        pick
    }

    /// A text from the page, as the file that it is about.
    pub(super) fn input(&self, text: &str, resource: Option<String>) -> Input {
        Input::from_text(self.source.name(), text, &self.pick(resource))
    }
}

/// Serves until the process ends.
pub(super) fn run(listener: TcpListener, shared: Shared) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(listener, app(Arc::new(shared))).await
    })
}

fn app(state: State) -> Router {
    let api = Router::new()
        .route("/check", post(api::check))
        .route("/show", post(api::show))
        .route("/converse", post(api::converse))
        .route("/apply", post(api::apply))
        .route("/diff", post(api::diff))
        .route("/convert", post(api::convert))
        .route("/probe", post(api::probe))
        .route("/probe/{id}", get(api::probed).delete(api::stop_probe))
        .route("/file", get(api::file).put(api::save));
    let token = &state.token;
    Router::new()
        .route(&format!("/{token}/"), get(page::page))
        .nest(&format!("/{token}/api"), api)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        // As a bucket without configuration: no other origin is allowed anything.
        .layer(S3CorsLayer::new(CorsPolicy::without_configuration()))
        .layer(from_fn_with_state(Arc::clone(&state), guard::guard))
        .with_state(state)
}
