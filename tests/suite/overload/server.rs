//! The apps, each in a process of its own: this program again.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use axum::Router;
use axum::extract::Request;
use axum::routing::get;
use s3_cors::CorsPolicy;

/// Longer than any test takes: what a server holds is counted, not how long.
const LONG: Duration = Duration::from_secs(3600);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Which has no timeouts by itself.
    Axum,
    /// With long timeouts.
    Actix,
    /// With those that it has by itself.
    ActixDefault,
}

impl Kind {
    /// Those that keep connections for as long as they are there.
    pub(crate) const PATIENT: [Self; 2] = [Self::Axum, Self::Actix];
}

/// An app, running until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    pub(crate) fn start(kind: Kind, layer: bool) -> Self {
        let mut process = Command::new(std::env::current_exe().expect("this program"))
            .args([
                "serve",
                &format!("{kind:?}"),
                if layer { "with" } else { "without" },
            ])
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let stdout = process.stdout.take().expect("it is piped");
        let line = BufReader::new(stdout).lines().next();
        let line = line.expect("a line").expect("text");
        Self {
            process,
            address: line.parse().expect("an address"),
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Neither failure would tell anything about the app.
        let _ = self.process.kill().and_then(|()| self.process.wait());
    }
}

/// Serves as the example apps do.
pub(crate) fn serve(kind: &str, layer: bool) -> ExitCode {
    let policy = r#"[{"AllowedOrigins": ["https://*.example"], "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60}]"#;
    let policy = CorsPolicy::from_text(policy).expect("a configuration");
    let served = if kind == "Axum" {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).enable_all().build();
        runtime.expect("a runtime").block_on(axum(policy, layer))
    } else {
        let timeouts = (kind == "Actix").then_some(LONG);
        actix_web::rt::System::new().block_on(actix(policy, layer, timeouts))
    };
    served.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}

async fn axum(policy: CorsPolicy, layer: bool) -> std::io::Result<()> {
    use axum::ServiceExt;

    let router = Router::new().route("/{*path}", get(async || "hello\n"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    if layer {
        let app = tower_s3_cors::S3Cors::new(router, policy);
        axum::serve(listener, ServiceExt::<Request>::into_make_service(app)).await
    } else {
        axum::serve(listener, router).await
    }
}

async fn actix(policy: CorsPolicy, layer: bool, timeouts: Option<Duration>) -> std::io::Result<()> {
    let cors = actix_s3_cors::S3Cors::new(policy);
    let hello = async || HttpResponse::Ok().body("hello\n");
    macro_rules! run {
        ($app:expr) => {{
            let server = HttpServer::new($app).workers(2);
            let server = match timeouts {
                Some(long) => server.client_request_timeout(long).keep_alive(long),
                None => server,
            };
            let server = server.bind("127.0.0.1:0")?;
            println!("{}", server.addrs()[0]);
            server.run().await
        }};
    }
    if layer {
        run!(move || App::new()
            .route("/{path:.*}", web::to(hello))
            .wrap(cors.clone()))
    } else {
        run!(move || App::new().route("/{path:.*}", web::to(hello)))
    }
}
