//! The probe of the command-line tool against both example apps: with every configuration of the
//! corpus they answer as it says, down to what no browser can tell.

use std::collections::BTreeMap;
use std::process::Command;

use conformance::apps::{App, executable};
use conformance::corpus::Corpus;
use s3_cors::CorsPolicy;
use serde_json::Value;

/// Requests to an app for a configuration. The first are the most telling.
const REQUESTS: &str = "120";

#[test]
fn the_axum_app_answers_as_every_configuration_says() {
    check_app("axum-app");
}

#[test]
fn the_actix_app_answers_as_every_configuration_says() {
    check_app("actix-app");
}

/// Every configuration of the corpus that S3 takes, once.
fn configurations() -> Vec<Value> {
    let corpus = Corpus::load();
    let evals = corpus.evals.iter().filter_map(|case| case.cors.clone());
    let apis = corpus.apis.iter().filter(|case| case.expect.status == 200);
    let apis = apis.map(conformance::corpus::Api::config);
    let distinct: BTreeMap<String, Value> = evals
        .chain(apis)
        .filter(|config| CorsPolicy::from_text(&config.to_string()).is_ok())
        .map(|config| (config.to_string(), config))
        .collect();
    distinct.into_values().collect()
}

#[track_caller]
fn check_app(name: &str) {
    let configurations = configurations();
    assert!(
        configurations.len() > 50,
        "{} configurations",
        configurations.len()
    );
    let mut asked = 0;
    for config in &configurations {
        let app = App::start(name, Some(config));
        let file = app.cors_file().expect("it was started with one");
        let output = Command::new(executable("s3-cors"))
            .args(["probe", &format!("http://{}/photos/cat.jpg", app.address())])
            .arg("--config")
            .arg(file)
            .args(["--exact", "--include-writes", "--format", "json"])
            .args(["--rate", "10000", "--max-requests", REQUESTS])
            .env("NO_PROXY", "127.0.0.1")
            .output()
            .expect("the tool");
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{name}: {config}: {said}");
        let report: Value = serde_json::from_str(&said).expect("JSON");
        asked += report["requests_sent"].as_u64().unwrap_or_default();
    }
    println!(
        "{name}: {} configurations, {asked} requests",
        configurations.len()
    );
    assert!(asked > 2000, "{asked} requests");
}
