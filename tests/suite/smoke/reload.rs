//! The app whose rules follow a file: it sees every change, and a file with errors changes nothing.

use std::fs;

use conformance::apps::{AXUM_RELOAD, App};
use conformance::health;
use serde_json::Value;

use crate::{assert_does_not_start, configuration, faulty, send};

/// Puts another file in the place of the app's, as editors and Kubernetes do it.
fn replace(app: &App, configuration: &Value) {
    let file = app.cors_file().expect("it was started with one");
    let new = file.with_extension("new");
    fs::write(&new, configuration.to_string()).expect("a file");
    fs::rename(new, file).expect("the same directory");
}

#[track_caller]
fn assert_allows(app: &App, domain: &str, other: &str) {
    for (domain, is_allowed) in [(domain, true), (other, false)] {
        let origin = format!("https://www.{domain}");
        let response = send(app, "GET", "/", &[("Origin", &origin)]);
        assert_eq!(response.status, 200);
        let allowed = response.header("access-control-allow-origin");
        assert_eq!(allowed, is_allowed.then_some(&origin[..]));
    }
}

#[test]
fn rules_follow_the_file_through_a_change_an_error_and_its_repair() {
    let app = App::start(AXUM_RELOAD, Some(&configuration("example.com")));
    let health = health::until_version(&app, 1);
    assert_eq!(health["last_failure"], Value::Null);
    assert_eq!(health["followed"], true);
    assert!(health["age_seconds"].is_u64(), "{health:#}");
    let hash = health["content_hash"].as_str().expect("a text");
    assert_eq!(hash.len(), 16, "{hash}");
    assert_allows(&app, "example.com", "example.org");

    replace(&app, &configuration("example.org"));
    let health = health::until_version(&app, 2);
    let source = health["source"].as_str().expect("a text");
    let file = app.cors_file().expect("it was started with one");
    assert_eq!(source, file.to_string_lossy());
    assert_allows(&app, "example.org", "example.com");

    fs::write(file, faulty().to_string()).expect("a file");
    let health = health::until_failing(&app);
    assert_eq!(health["version"], 2);
    let error = health["last_failure"]["error"].as_str().expect("a text");
    assert!(error.contains("put it in a list"), "{error}");
    assert_allows(&app, "example.org", "example.com");

    replace(&app, &configuration("example.com"));
    let health = health::until_version(&app, 3);
    assert!(health["last_failure"].is_object(), "{health:#}");
    assert_allows(&app, "example.com", "example.org");
}

#[test]
fn the_log_says_what_a_change_changed() {
    let app = App::start(AXUM_RELOAD, Some(&configuration("example.com")));
    health::until_version(&app, 1);
    replace(&app, &configuration("example.org"));
    // The line is in the log before the version is to be seen, but a thread has to read it.
    let expected = r#"AllowedOrigins + "https://*.example.org" - "https://*.example.com""#;
    health::until(&app, expected, |_| app.logged().contains(expected));
}

#[test]
fn the_app_does_not_start_with_errors_in_its_file_and_prints_them_all() {
    assert_does_not_start(AXUM_RELOAD);
}
