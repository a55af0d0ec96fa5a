//! An axum app on AWS Lambda that handles CORS as its bucket does, behind a function URL, API Gateway
//! or an Application Load Balancer.
//!
//! The rules are those of `cors.json`, which is built into the program. If `CORS_BUCKET` names a
//! bucket, its rules replace them, and are refreshed by invocations (see `rules.rs`).
//!
//! ```sh
//! cargo lambda watch -p lambda-app --disable-cors
//! curl -i http://127.0.0.1:9000/lambda-url/lambda-app/ -H 'Origin: https://www.example.com'
//! ```

mod rules;
mod stage;

use std::process::ExitCode;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use lambda_http::tower::Service;
use lambda_http::{Request, service_fn};
use tower_s3_cors::S3Cors;

use crate::rules::Rules;

// One request at a time: a second thread would have nothing to do.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    // CloudWatch shows no colours.
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let rules = match Rules::from_env().await {
        Ok(rules) => rules,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let app = S3Cors::new(router(), rules.policy());
    let (app, rules) = (&app, &rules);
    let handler = service_fn(async move |request: Request| {
        // Before the layer, so that preflights refresh the rules as well.
        rules.refresh_if_due().await;
        app.clone().call(stage::removed(request)).await
    });
    match lambda_http::run(handler).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn router() -> Router {
    let ok = get(hello).put(hello).post(hello).delete(hello);
    Router::new()
        .route("/", ok.clone())
        .route("/missing", any(StatusCode::NOT_FOUND))
        .route("/{*path}", ok)
}

async fn hello(headers: HeaderMap) -> impl IntoResponse {
    let language = headers.get(header::ACCEPT_LANGUAGE);
    let german = language.is_some_and(|language| language.as_bytes().starts_with(b"de"));
    let headers = [(header::ETAG, "\"one\""), (header::VARY, "Accept-Language")];
    (headers, if german { "hallo\n" } else { "hello\n" })
}
