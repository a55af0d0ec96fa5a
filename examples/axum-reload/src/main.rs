//! An axum app whose CORS rules follow a file, without a restart.
//!
//! ```sh
//! cargo run -p axum-reload -- --cors examples/axum-reload/cors.json --listen 127.0.0.1:3000
//! curl -i http://127.0.0.1:3000/ -H 'Origin: https://www.example.com'
//! curl http://127.0.0.1:3000/healthz
//! ```
//!
//! Change the file, and ask again: the terminal says what has changed. Break it: the rules in
//! force stay, and `/healthz` says what is wrong.

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
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        match (flag.as_str(), arguments.next()) {
            ("--listen", Some(address)) => listen = address,
            ("--cors", Some(path)) => file = path.into(),
            _ => {
                eprintln!("usage: axum-reload [--cors FILE] [--listen ADDR]");
                return ExitCode::from(2);
            }
        }
    }

    let policy = SharedPolicy::pending();
    let following = FileSource::new(file).follow(&policy);
    // Whoever would rather start without rules, and have them as soon as the file is there and
    // good, leaves this out.
    if let Err(error) = following.first_attempt().await {
        eprintln!("{error}");
        return ExitCode::from(2);
    }
    // The log, which says what changes, is not needed before: what the first rules are is known.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();

    match serve(&listen, app(&policy, following)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{listen}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn app(policy: &SharedPolicy, following: FollowHandle) -> Router {
    let ok = get(answer).put(answer).post(answer).delete(answer);
    let router = Router::new()
        .route("/", ok.clone())
        .route("/missing", any(StatusCode::NOT_FOUND))
        .route("/{*path}", ok);
    // Those who look after the app ask for its health, not scripts of other origins: it has no
    // CORS. It also keeps `following`, and what is dropped follows no more.
    Router::new()
        .route("/healthz", get(health::show))
        .with_state(Arc::new(following))
        .fallback_service(S3Cors::new(router, policy))
}

async fn answer() -> impl IntoResponse {
    ([(header::ETAG, "\"one\"")], "hello\n")
}

async fn serve(listen: &str, app: Router) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await
}
