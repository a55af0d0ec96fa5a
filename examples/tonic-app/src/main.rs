//! A tonic server for browsers (gRPC-Web) that handles CORS as its bucket does. Its service is the
//! standard health check.
//!
//! gRPC-Web needs two things of the rules:
//!
//! - `ExposeHeaders` must have `grpc-status` and `grpc-message`: without them, a client cannot read why
//!   a call has failed. Add the names of your own metadata, too.
//! - `AllowedMethods` needs `POST`, and `AllowedHeaders` the headers of the client: `content-type`,
//!   `x-grpc-web`, `x-user-agent`, `grpc-timeout`, and the names of your own metadata.
//!
//! In tonic, as in tower's `ServiceBuilder`, the layer added **first** is the outermost. That is the
//! other way round than in axum. `S3CorsLayer` comes first: `GrpcWebLayer` responds to preflights with
//! 400 if it is outside.
//!
//! ```sh
//! cargo run -p tonic-app -- --cors examples/tonic-app/cors.json --listen 127.0.0.1:3000
//! curl -i http://127.0.0.1:3000/grpc.health.v1.Health/Check -X OPTIONS \
//!     -H 'Origin: https://www.example.com' -H 'Access-Control-Request-Method: POST' \
//!     -H 'Access-Control-Request-Headers: content-type,x-grpc-web'
//! printf '\0\0\0\0\0' | curl -i http://127.0.0.1:3000/grpc.health.v1.Health/Check --data-binary @- \
//!     -H 'Origin: https://www.example.com' -H 'Content-Type: application/grpc-web+proto' --output -
//! ```

use std::process::ExitCode;

use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_web::GrpcWebLayer;
use tower_s3_cors::{CorsPolicy, S3CorsLayer};

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
                eprintln!("usage: tonic-app [--cors FILE] [--listen ADDR]");
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

async fn serve(listen: &str, policy: CorsPolicy) -> Result<(), Box<dyn std::error::Error>> {
    let (_, health) = tonic_health::server::health_reporter();
    let listener = tokio::net::TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Server::builder()
        // Browsers speak gRPC-Web over HTTP/1.1 as well.
        .accept_http1(true)
        // The first is the outermost. tonic's body cannot be made from bytes, so it is wrapped.
        .layer(S3CorsLayer::new(policy).wrap_body())
        .layer(GrpcWebLayer::new())
        .add_service(health)
        .serve_with_incoming(TcpIncoming::from(listener))
        .await?;
    Ok(())
}
