//! The health endpoint of an app whose rules follow a source.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::apps::App;
use crate::raw_http::{exchange, request};

/// Nothing here takes even a tenth of it, but for a machine that is very busy.
const PATIENCE: Duration = Duration::from_secs(90);

/// Asks `/healthz` until what it says satisfies a condition, and returns that.
///
/// # Panics
///
/// If it does not come to that in time, or the endpoint does not respond with JSON.
#[track_caller]
pub fn until(app: &App, what: &str, condition: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let health = ask(app);
        if condition(&health) {
            return health;
        }
        assert!(begun.elapsed() < PATIENCE, "not {what}: {health:#}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until a version of the rules is in force and its source is well.
///
/// # Panics
///
/// If it does not come to that in time.
#[allow(clippy::must_use_candidate, reason = "it waits")]
#[track_caller]
pub fn until_version(app: &App, version: u64) -> Value {
    until(app, &format!("well, with version {version}"), |health| {
        health["version"] == version && health["failing"] == false
    })
}

/// Waits until the source fails.
///
/// # Panics
///
/// If it does not come to that in time.
#[allow(clippy::must_use_candidate, reason = "it waits")]
#[track_caller]
pub fn until_failing(app: &App) -> Value {
    until(app, "failing", |health| health["failing"] == true)
}

/// What `/healthz` says.
///
/// # Panics
///
/// If the endpoint does not respond with JSON.
#[must_use]
#[track_caller]
pub fn ask(app: &App) -> Value {
    let asked = request("GET", "/healthz", []);
    let response = exchange(app.address(), &asked).expect("a response of /healthz");
    assert_eq!(response.status, 200);
    serde_json::from_slice(&response.body).expect("JSON")
}
