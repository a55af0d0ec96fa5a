//! The example of S3's CORS documentation on your own machine: a static website in one bucket loads
//! `loading.html` from two others. One has no CORS configuration, the other uses `cors.json`. One
//! program serves all three origins:
//!
//! ```text
//! cargo run -p two-buckets
//! ```
//!
//! Then open <http://localhost:8080/>. The same without a browser, the actual request and the
//! preflight to both buckets:
//!
//! ```text
//! curl -i http://localhost:8081/loading.html -H "Origin: http://localhost:8080"
//! curl -i http://localhost:8082/loading.html -H "Origin: http://localhost:8080"
//!
//! curl -i -X OPTIONS http://localhost:8081/loading.html \
//!      -H "Origin: http://localhost:8080" -H "Access-Control-Request-Method: GET"
//! curl -i -X OPTIONS http://localhost:8082/loading.html \
//!      -H "Origin: http://localhost:8080" -H "Access-Control-Request-Method: GET"
//! ```
//!
//! `--cors FILE` replaces `cors.json` with your own configuration, and `--port N` uses the ports N,
//! N+1 and N+2 instead of 8080, 8081 and 8082.
//!
//! The last steps of the documentation, from a bucket without a configuration to one with it:
//!
//! ```text
//! cargo run -p two-buckets -- --walkthrough cors.json
//! ```
//!
//! The page starts with two blocked buckets, and shows a `cors.json`. Save it and refresh the page:
//! it loads, without a restart, and the terminal shows what changed.

mod args;
mod greeting;
mod sites;

use std::fmt;
use std::future::IntoFuture;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::ExitCode;

use axum::ServiceExt;
use axum::extract::Request;
use s3_cors_sources::{FileSource, FollowHandle, SourceError};
use tokio::net::TcpListener;
use tower_s3_cors::CorsPolicy;
use tower_s3_cors::s3_cors::SharedPolicy;

use crate::args::{Command, Options};

#[tokio::main]
async fn main() -> ExitCode {
    let ended = match args::parse() {
        Ok(Command::Serve(options)) => serve(&options).await,
        Ok(Command::Help) => say(args::HELP).map_err(Failure::Io),
        Err(error) => Err(Failure::Usage(error)),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            failure.exit_code()
        }
    }
}

async fn serve(options: &Options) -> Result<(), Failure> {
    let cors = SharedPolicy::pending();
    // The file is followed until the handle is dropped.
    let handle = follow(options, &cors).await?;
    let no_cors = CorsPolicy::without_configuration();

    let first = options.port;
    let website = bind(first, 0, "the website").await?;
    let without_cors = bind(first, 1, "the bucket without CORS configuration").await?;
    let with_cors = bind(first, 2, "the bucket with CORS configuration").await?;
    let ports = Ports {
        website: port_of(&website)?,
        without_cors: port_of(&without_cors)?,
        with_cors: port_of(&with_cors)?,
    };

    let file = options.cors.as_deref().unwrap_or(Path::new("cors.json"));
    let greeting = greeting::text(&ports, handle.as_ref().map(FollowHandle::source));
    let served = ServiceExt::<Request>::into_make_service;
    let servers = async {
        tokio::try_join!(
            axum::serve(website, sites::website(ports, file, cors.clone())).into_future(),
            axum::serve(without_cors, served(sites::bucket(no_cors))).into_future(),
            axum::serve(with_cors, served(sites::bucket(cors))).into_future(),
        )
    };

    // The ports are bound: connections from here on are served as soon as the servers run.
    say(&greeting).map_err(Failure::Io)?;
    tokio::select! {
        ended = servers => ended.map(|_| ()),
        // No graceful shutdown: no request here is worth waiting for.
        ctrl_c = tokio::signal::ctrl_c() => ctrl_c,
    }
    .map_err(Failure::Io)
}

/// The ports in use.
#[derive(Clone, Copy)]
struct Ports {
    website: u16,
    without_cors: u16,
    with_cors: u16,
}

/// Follows the file with the second bucket's configuration. Without a file, sets the configuration
/// that allows this machine.
async fn follow(options: &Options, cors: &SharedPolicy) -> Result<Option<FollowHandle>, Failure> {
    let Some(file) = &options.cors else {
        let set = cors.set(sites::shown(), "cors.json");
        set.map_err(|error| Failure::Config(error.into()))?;
        return Ok(None);
    };
    let handle = FileSource::new(file).follow(cors);
    let first = handle.first_attempt().await;
    if let (Err(error), false) = (first, options.walkthrough) {
        return Err(Failure::Config(error));
    }
    tracing_subscriber::fmt()
        .without_time()
        .with_target(false)
        .init();
    Ok(Some(handle))
}

/// Binds one of three consecutive ports, or any free port if the first is 0.
async fn bind(first: u16, offset: u16, site: &'static str) -> Result<TcpListener, Failure> {
    let port = if first == 0 { 0 } else { first + offset };
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| Failure::Port { port, site, error })
}

fn port_of(listener: &TcpListener) -> Result<u16, Failure> {
    let address = listener.local_addr().map_err(Failure::Io)?;
    Ok(address.port())
}

/// Unlike `print!`, does not panic if the reader, such as `head`, has closed the pipe.
fn say(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Why the program ends without Ctrl-C.
enum Failure {
    Usage(lexopt::Error),
    Config(SourceError),
    Port {
        port: u16,
        site: &'static str,
        error: io::Error,
    },
    Io(io::Error),
}

impl Failure {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) | Self::Config(_) => ExitCode::from(2),
            Self::Port { .. } | Self::Io(_) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(error) => write!(f, "two-buckets: {error}\nSee two-buckets --help"),
            Self::Config(error) => error.fmt(f),
            Self::Port { port, site, error } => {
                write!(f, "two-buckets: port {port}, for {site}, ")?;
                if error.kind() == io::ErrorKind::AddrInUse {
                    f.write_str("is already in use.")?;
                } else {
                    write!(f, "cannot be used: {error}.")?;
                }
                f.write_str(
                    "\nChoose other ports with --port N, which uses N, N+1 and N+2, \
                     or use --port 0 for any free ports.",
                )
            }
            Self::Io(error) => write!(f, "two-buckets: {error}"),
        }
    }
}
