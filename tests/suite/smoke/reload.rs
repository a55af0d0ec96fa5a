//! The app whose rules follow a file: it sees every change, and a file with errors changes nothing.

use std::fs;

use conformance::apps::{AXUM_RELOAD, App};
use conformance::health;
use serde_json::{Value, json};

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
fn the_health_page_shows_the_apps_own_rules_if_there_are_any() {
    let alone = App::start(AXUM_RELOAD, Some(&configuration("example.com")));
    let health = health::until_version(&alone, 1);
    assert_eq!(
        (&health["rules"], &health["app_rules"]),
        (&json!(1), &Value::Null)
    );

    let own = json!([{
        "AllowedOrigins": ["https://admin.example.com"],
        "AllowedMethods": ["PATCH"],
    }]);
    let file = std::env::temp_dir().join(format!("axum-reload-app-{}.json", std::process::id()));
    fs::write(&file, own.to_string()).expect("a file");
    let path = file.to_str().expect("UTF-8");
    let bucket = configuration("example.com");
    let app = App::start_with_arguments(AXUM_RELOAD, Some(&bucket), &["--app", path]);
    let health = health::until_version(&app, 2);
    let shown = json!({"rules": 1, "source": path});
    assert_eq!(
        (&health["rules"], &health["app_rules"]),
        (&json!(1), &shown)
    );
    let patch = |origin| {
        let headers = [
            ("Origin", origin),
            ("Access-Control-Request-Method", "PATCH"),
        ];
        send(&app, "OPTIONS", "/key", &headers).status
    };
    assert_eq!(patch("https://admin.example.com"), 200);
    assert_eq!(patch("https://www.example.com"), 403);

    // More than fit beside the bucket's: the rules in force stay, and the limit is told.
    let rule = |number| {
        let origin = format!("https://{number}.example.com");
        json!({"AllowedOrigins": [origin], "AllowedMethods": ["PATCH"]})
    };
    let many: Vec<Value> = (0..29).map(rule).collect();
    fs::write(&file, Value::from(many).to_string()).expect("a file");
    let health = health::until_failing(&app);
    let error = health["last_failure"]["error"].as_str().expect("a text");
    let expected = "the app has 29 rules of its own; an app can have 28";
    assert!(error.contains(expected), "{error}");
    assert_eq!(health["last_failure"]["source"], path);
    assert_eq!(health["app_rules"], shown);
    assert_eq!(patch("https://admin.example.com"), 200);
    fs::remove_file(&file).expect("a file");
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
