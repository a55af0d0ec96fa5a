//! An axum app that handles CORS as its bucket does.
//!
//! ```sh
//! cargo run -p axum-app -- --cors examples/axum-app/cors.json --listen 127.0.0.1:3000
//! curl -i http://127.0.0.1:3000/ -H 'Origin: https://www.example.com'
//! curl -i http://127.0.0.1:3000/ -X OPTIONS -H 'Origin: https://www.example.com' \
//!     -H 'Access-Control-Request-Method: PUT'
//! ```

use std::process::ExitCode;

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Router, ServiceExt};
use tower_s3_cors::{CorsPolicy, S3Cors};

#[tokio::main]
async fn main() -> ExitCode {
    let (mut listen, mut policy) = ("127.0.0.1:3000".to_owned(), CorsPolicy::default());
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        match (flag.as_str(), arguments.next()) {
            ("--listen", Some(address)) => listen = address,
            ("--cors", Some(file)) => match CorsPolicy::from_path(file) {
                Ok(loaded) => policy = loaded,
                Err(error) => {
                    eprintln!("{error}");
                    return ExitCode::from(2);
                }
            },
            _ => {
                eprintln!("usage: axum-app [--cors FILE] [--listen ADDR]");
                return ExitCode::from(2);
            }
        }
    }
    match serve(&listen, app(policy)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{listen}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn app(policy: CorsPolicy) -> S3Cors<Router> {
    let ok = get(hello).put(hello).post(hello).delete(hello);
    let router = Router::new()
        .route("/", ok.clone())
        .route("/missing", any(StatusCode::NOT_FOUND))
        .route("/{*path}", ok)
        .layer(from_fn(authenticate));
    // Outermost: preflights, which carry no token, do not reach the check, and its 401 responses get
    // CORS headers. `Router::layer` works as well, but then axum adds an `Allow` header.
    S3Cors::new(router, policy)
}

async fn hello() -> impl IntoResponse {
    ([(header::ETAG, "\"one\"")], "hello\n")
}

async fn authenticate(request: Request, next: Next) -> Response {
    let token = request.headers().get(header::AUTHORIZATION);
    if request.uri().path() == "/private" && token.is_none_or(|token| token != "Bearer secret") {
        return (StatusCode::UNAUTHORIZED, "a bearer token is required\n").into_response();
    }
    next.run(request).await
}

async fn serve(listen: &str, app: S3Cors<Router>) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, ServiceExt::<Request>::into_make_service(app)).await
}
