//! An actix-web app whose CORS rules follow its bucket without a restart.
//!
//! Credentials, region and endpoint are those that the AWS CLI would use. The only permission that
//! the app needs is `s3:GetBucketCORS` on the bucket.
//!
//! ```sh
//! cargo run -p actix-bucket -- --bucket my-bucket --listen 127.0.0.1:3000
//! curl http://127.0.0.1:3000/healthz
//! aws s3api put-bucket-cors --bucket my-bucket --cors-configuration file://cors.json
//! curl -i http://127.0.0.1:3000/ -H 'Origin: https://www.example.com'
//! ```
//!
//! For another S3-compatible server, set its address: `AWS_ENDPOINT_URL=http://127.0.0.1:8333`.

mod health;

use std::process::ExitCode;
use std::time::Duration;

use actix_s3_cors::S3Cors;
use actix_web::http::header;
use actix_web::{App, HttpResponse, HttpServer, web};
use s3_cors_sources::s3_cors::SharedPolicy;
use s3_cors_sources::{BucketSource, FollowHandle};

const USAGE: &str = "usage: actix-bucket --bucket NAME [--interval SECONDS] [--listen ADDR]";

#[actix_web::main]
async fn main() -> ExitCode {
    let (mut listen, mut bucket) = ("127.0.0.1:3000".to_owned(), None);
    let mut interval = Duration::from_secs(60);
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        match (flag.as_str(), arguments.next()) {
            ("--listen", Some(address)) => listen = address,
            ("--bucket", Some(name)) => bucket = Some(name),
            ("--interval", Some(seconds)) => match seconds.parse() {
                Ok(seconds) => interval = Duration::from_secs(seconds),
                Err(_) => {
                    eprintln!("{USAGE}");
                    return ExitCode::from(2);
                }
            },
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    let Some(bucket) = bucket else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();

    let policy = SharedPolicy::pending();
    let source = BucketSource::from_env(bucket).await.interval(interval);
    let handle = source.follow(&policy);
    // Until the rules are loaded, the app behaves as a bucket without a CORS configuration. To wait
    // for the rules, add:
    // handle.first_load_within(Duration::from_secs(10)).await?;

    match serve(&listen, S3Cors::new(&policy), handle).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{listen}: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(listen: &str, cors: S3Cors, handle: FollowHandle) -> std::io::Result<()> {
    // For the health endpoint. The bucket is followed until the handle is dropped.
    let handle = web::Data::new(handle);
    let app = move || {
        let everything = web::scope("")
            .wrap(cors.clone())
            .route("/missing", web::to(HttpResponse::NotFound))
            .default_service(web::to(hello));
        // The health endpoint needs no CORS: it is not meant for pages.
        App::new()
            .app_data(handle.clone())
            .route("/healthz", web::get().to(health::show))
            .service(everything)
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
