//! An axum app whose CORS rules follow a file without a restart.
//!
//! ```sh
//! cargo run -p axum-reload -- --cors examples/axum-reload/cors.json --listen 127.0.0.1:3000
//! curl -i http://127.0.0.1:3000/ -H 'Origin: https://www.example.com'
//! curl http://127.0.0.1:3000/healthz
//! ```
//!
//! `--app FILE` follows a file of the app's own rules as well, which are tried after the bucket's and
//! can also allow `PATCH`.
//!
//! Change the file and send the request again: the terminal shows what changed. Break the file: the
//! rules in force stay in force, and `/healthz` says what is wrong.

mod health;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use s3_cors_sources::s3_cors::SharedPolicy;
use s3_cors_sources::{FileSource, FollowHandle};
use tower_s3_cors::S3Cors;

#[tokio::main]
async fn main() -> ExitCode {
    let (mut listen, mut file) = ("127.0.0.1:3000".to_owned(), PathBuf::from("cors.json"));
    let mut app_file = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        match (flag.as_str(), arguments.next()) {
            ("--listen", Some(address)) => listen = address,
            ("--cors", Some(path)) => file = path.into(),
            ("--app", Some(path)) => app_file = Some(path),
            _ => {
                eprintln!("usage: axum-reload [--cors FILE] [--app FILE] [--listen ADDR]");
                return ExitCode::from(2);
            }
        }
    }

    let policy = SharedPolicy::pending();
    let mut handles = vec![FileSource::new(file).follow(&policy)];
    handles.extend(app_file.map(|file| FileSource::new(file).follow_app_rules(&policy)));
    // Leave this out to start without rules, and to apply them as soon as the file exists and is
    // valid.
    for handle in &handles {
        if let Err(error) = handle.first_attempt().await {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    }
    // The log starts here: it shows changes, and the first rules are not one.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();

    match serve(&listen, app(&policy, handles)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{listen}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn app(policy: &SharedPolicy, handles: Vec<FollowHandle>) -> Router {
    let ok = get(hello).put(hello).post(hello).delete(hello).patch(hello);
    let router = Router::new()
        .route("/", ok.clone())
        .route("/missing", any(StatusCode::NOT_FOUND))
        .route("/{*path}", ok);
    // The health endpoint needs no CORS: it is not meant for pages. It also keeps the handles,
    // because a file is followed only until its handle is dropped.
    Router::new()
        .route("/healthz", get(health::show))
        .with_state(Arc::new(health::State {
            policy: policy.clone(),
            handles,
        }))
        .fallback_service(S3Cors::new(router, policy))
}

async fn hello() -> impl IntoResponse {
    ([(header::ETAG, "\"one\"")], "hello\n")
}

async fn serve(listen: &str, app: Router) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await
}
