//! A hyper server without a framework that handles CORS as its bucket does, over HTTP/1.1 and HTTP/2.
//!
//! ```sh
//! cargo run -p hyper-app -- --cors examples/hyper-app/cors.json --listen 127.0.0.1:3000
//! curl -i http://127.0.0.1:3000/ -H 'Origin: https://www.example.com'
//! curl -i http://127.0.0.1:3000/ -X OPTIONS -H 'Origin: https://www.example.com' \
//!     -H 'Access-Control-Request-Method: PUT'
//! ```

use std::convert::Infallible;
use std::process::ExitCode;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ETAG, HeaderValue};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
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
                eprintln!("usage: hyper-app [--cors FILE] [--listen ADDR]");
                return ExitCode::from(2);
            }
        }
    }
    match serve(&listen, policy).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{listen}: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(listen: &str, policy: CorsPolicy) -> std::io::Result<()> {
    // `Full<Bytes>` can be made from bytes. For other bodies: `S3CorsLayer::wrap_body`.
    let service = TowerToHyperService::new(S3Cors::new(tower::service_fn(hello), policy));
    let listener = tokio::net::TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let service = service.clone();
        tokio::spawn(async move {
            let server = Builder::new(TokioExecutor::new());
            let connection = server.serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                eprintln!("{error}");
            }
        });
    }
}

async fn hello(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.uri().path() == "/missing" {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NOT_FOUND;
        return Ok(response);
    }
    let mut response = Response::new("hello\n".into());
    response
        .headers_mut()
        .insert(ETAG, HeaderValue::from_static("\"one\""));
    Ok(response)
}
