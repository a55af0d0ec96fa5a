//! The example of S3's CORS documentation, on one's own machine: a static website in one bucket
//! loads `loading.html` from two others. One has no CORS configuration, the other has
//! `cors.json`. Three origins, one program:
//!
//! ```text
//! cargo run -p two-buckets
//! ```
//!
//! Then open <http://localhost:8080/>. The same without a browser, the plain request and the
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
//! `--cors FILE` puts your own configuration in place of `cors.json`, `--port N` other ports in
//! place of 8080, 8081 and 8082.
//!
//! The documentation's last steps, from a bucket without configuration to one with it:
//!
//! ```text
//! cargo run -p two-buckets -- --walkthrough cors.json
//! ```
//!
//! The page begins with two blocked buckets, and shows a `cors.json`. Save it, refresh the page:
//! loaded, without a restart, and the terminal says what has changed.

mod args;
mod greeting;
mod sites;

use std::fmt;
use std::future::IntoFuture;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::ExitCode;

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
    // Dropped, it would not follow the file any more.
    let following = follow(options, &cors).await?;
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
    let greeting = greeting::text(&ports, following.as_ref().map(FollowHandle::source));
    let servers = async {
        tokio::try_join!(
            axum::serve(website, sites::website(ports, file, cors.clone())).into_future(),
            axum::serve(without_cors, sites::bucket(no_cors)).into_future(),
            axum::serve(with_cors, sites::bucket(cors)).into_future(),
        )
    };

    // Bound is ready: what connects from here on is served as soon as the servers run.
    say(&greeting).map_err(Failure::Io)?;
    tokio::select! {
        ended = servers => ended.map(|_| ()),
        // Nothing is under way here that would be worth waiting for.
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

/// Takes the second bucket's configuration from the file, now and whenever it changes, or the one
/// that allows this machine.
async fn follow(options: &Options, cors: &SharedPolicy) -> Result<Option<FollowHandle>, Failure> {
    let Some(file) = &options.cors else {
        let set = cors.set(sites::shown(), "cors.json");
        set.map_err(|error| Failure::Config(error.into()))?;
        return Ok(None);
    };
    let following = FileSource::new(file).follow(cors);
    let first = following.first_attempt().await;
    if let (Err(error), false) = (first, options.walkthrough) {
        return Err(Failure::Config(error));
    }
    tracing_subscriber::fmt()
        .without_time()
        .with_target(false)
        .init();
    Ok(Some(following))
}

/// Binds one of three ports in a row, or any free one if the first is 0.
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

/// Unlike `print!` this survives a reader that has gone away, such as `head`.
fn say(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Why the program ends other than by Ctrl-C.
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
                    f.write_str("is taken.")?;
                } else {
                    write!(f, "cannot be used: {error}.")?;
                }
                f.write_str(
                    "\nChoose others with --port N, which takes N, N+1 and N+2, \
                     or --port 0 for any that are free.",
                )
            }
            Self::Io(error) => write!(f, "two-buckets: {error}"),
        }
    }
}
