//! An S3 server for development: buckets are folders, rules are set with the AWS CLI, and CORS works
//! as at AWS.
//!
//! ```sh
//! cargo run --manifest-path examples/local-s3/Cargo.toml
//! ```
//!
//! The README beside this says what to try.

mod access;
mod args;
mod operations;
mod serve;
mod store;
mod website;

use std::process::ExitCode;

use s3_cors::adapter::{Addressing, AddressingError};
use tokio::net::TcpListener;

use crate::args::{Args, USAGE, args};
use crate::serve::{ACCESS_KEY, SECRET_KEY};
use crate::store::Store;

#[tokio::main]
async fn main() -> ExitCode {
    let args = match args(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(wrong) if wrong.is_empty() => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(wrong) => {
            eprintln!("{wrong}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&args).await {
        Ok(never) => match never {},
        Err(message) => {
            eprintln!("local-s3: {message}");
            ExitCode::from(2)
        }
    }
}

async fn run(args: &Args) -> Result<std::convert::Infallible, String> {
    let addressing = addressing(&args.domain).map_err(|error| format!("--domain: {error}"))?;
    let store = Store::open(&args.root)?;
    let listener = TcpListener::bind(args.listen).await;
    let listener = listener.map_err(|error| {
        format!(
            "{}: {error}; choose another address with --listen",
            args.listen
        )
    })?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!(
        "buckets are in {}\n\
         listening on http://{address}\n\n\
         export AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY={SECRET_KEY} \
         AWS_DEFAULT_REGION=us-east-1\n\
         export AWS_ENDPOINT_URL=http://{address}\n\
         aws s3 mb s3://my-bucket\n\
         aws s3api put-bucket-cors --bucket my-bucket --cors-configuration file://cors.json\n\
         curl -i http://{address}/my-bucket/key -X OPTIONS -H 'Origin: https://www.example.com' \
         -H 'Access-Control-Request-Method: GET'",
        args.root.display()
    );
    serve::serve(listener, &args.root, store, addressing).await
}

/// Path style on every host; under the domain, buckets and websites on hosts of their own.
fn addressing(domain: &str) -> Result<Addressing, AddressingError> {
    Addressing::path_style()
        .domain(domain)?
        .website(&format!("s3-website.{domain}"))
}
