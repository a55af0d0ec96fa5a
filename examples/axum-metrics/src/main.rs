//! An axum app that counts what its CORS rules decide, and tries the next rules on real traffic.
//!
//! ```sh
//! cargo run -p axum-metrics -- --cors examples/axum-metrics/cors.json --listen 127.0.0.1:3000
//! curl -i http://127.0.0.1:3000/ -H 'Origin: https://www.example.com'
//! curl http://127.0.0.1:3000/metrics
//! ```
//!
//! With `--shadow next.json` the rules in that file are tried beside those in force: nothing
//! changes for clients, and `/metrics` counts the requests that would be treated otherwise.

mod counted;

use std::path::PathBuf;
use std::process::ExitCode;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{any, get};
use metrics_exporter_prometheus::PrometheusBuilder;
use tower_s3_cors::{ConfigError, CorsConfiguration, CorsPolicy, S3CorsLayer, SharedPolicy};

const USAGE: &str = "usage: axum-metrics [--cors FILE] [--shadow FILE] [--listen ADDR]";

#[tokio::main]
async fn main() -> ExitCode {
    let (mut listen, mut file) = ("127.0.0.1:3000".to_owned(), PathBuf::from("cors.json"));
    let mut shadow = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        match (flag.as_str(), arguments.next()) {
            ("--listen", Some(address)) => listen = address,
            ("--cors", Some(path)) => file = path.into(),
            ("--shadow", Some(path)) => shadow = Some(PathBuf::from(path)),
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    let layer = match layer(&file, shadow) {
        Ok(layer) => layer,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let served = async {
        let metrics = PrometheusBuilder::new().install_recorder()?;
        counted::describe();
        // Whoever scrapes is no script of another origin: the metrics have no CORS.
        let app = Router::new()
            .route("/metrics", get(async move || metrics.render()))
            .fallback_service(layer.wrap(router()));
        let listener = tokio::net::TcpListener::bind(&listen).await?;
        println!("listening on http://{}", listener.local_addr()?);
        axum::serve(listener, app).await?;
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    match served.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{listen}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn layer(file: &PathBuf, shadow: Option<PathBuf>) -> Result<S3CorsLayer, ConfigError> {
    let rules = CorsConfiguration::from_path(file)?;
    let policy = SharedPolicy::new(rules, file.display().to_string())?;
    let layer = S3CorsLayer::new(policy).on_decision(counted::decision);
    Ok(match shadow {
        Some(next) => layer.shadow(CorsPolicy::from_path(next)?, counted::difference),
        None => layer,
    })
}

fn router() -> Router {
    Router::new()
        .route("/", any("hello\n"))
        .route("/missing", any(StatusCode::NOT_FOUND))
}
