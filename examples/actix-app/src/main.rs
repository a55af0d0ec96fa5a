//! An actix-web app that handles CORS as its bucket does.
//!
//! ```sh
//! cargo run -p actix-app -- --cors examples/actix-app/cors.json --listen 127.0.0.1:3000
//! curl -i http://127.0.0.1:3000/ -H 'Origin: https://www.example.com'
//! curl -i http://127.0.0.1:3000/ -X OPTIONS -H 'Origin: https://www.example.com' \
//!     -H 'Access-Control-Request-Method: PUT'
//! ```

use std::process::ExitCode;

use actix_s3_cors::{CorsPolicy, S3Cors};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpResponse, HttpServer, error, web};

#[actix_web::main]
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
                eprintln!("usage: actix-app [--cors FILE] [--listen ADDR]");
                return ExitCode::from(2);
            }
        }
    }
    match serve(&listen, S3Cors::new(policy)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{listen}: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(listen: &str, cors: S3Cors) -> std::io::Result<()> {
    let app = move || {
        App::new()
            .route("/missing", web::to(HttpResponse::NotFound))
            .route("/{path:.*}", web::to(hello))
            .wrap(from_fn(authenticate))
            // Last, and therefore outermost: preflights, which carry no token, do not reach the
            // check, and its 401 responses get CORS headers.
            .wrap(cors.clone())
    };
    let server = HttpServer::new(app).workers(2).bind(listen)?;
    println!("listening on http://{}", server.addrs()[0]);
    server.run().await
}

async fn hello() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, "\"one\""))
        .body("hello\n")
}

async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let token = request.headers().get(header::AUTHORIZATION);
    if request.path() == "/private" && token.is_none_or(|token| token != "Bearer secret") {
        return Err(error::ErrorUnauthorized("a bearer token is required\n"));
    }
    next.call(request).await
}
