//! The log messages of a bucket source.

use std::time::Duration;

use conformance_sources::client::{OWNER, client};
use conformance_sources::fake::{Fake, Response};
use conformance_sources::logs::Logs;
use s3_cors::{Dialect, SharedPolicy};
use s3_cors_sources::{Schedule, Stopped};
use tracing::Level;

use crate::{aged, on_demand};

const BUCKET: &str = "logged";

#[tokio::test]
async fn the_log_shows_what_a_bucket_has_and_no_longer_has() {
    let logs = Logs::default();
    let _hears = logs.hear();
    let none = || Response::error(404, "NoSuchCORSConfiguration", "none");
    let fake = Fake::new(none()).await;
    let policy = SharedPolicy::pending();
    // An attempt is due, and so announced, but not before the test ends.
    let hours = Duration::from_secs(1000 * 3600);
    let schedule = Schedule::default().interval(hours).backoff(hours, hours);
    let source = on_demand(client(fake.address(), OWNER), BUCKET).schedule(schedule);
    let handle = source.follow(&policy);
    handle.first_load().await.expect("it responds");
    let some = aged("one").to_text(Dialect::Xml);
    fake.set(Response::xml(200, some));
    handle.refresh().await.expect("it responds");
    fake.set(Response::error(
        503,
        "SlowDown",
        "Please reduce your request rate.",
    ));
    for _ in 0..3 {
        handle.refresh().await.expect_err("it does not");
    }
    fake.set(none());
    handle.refresh().await.expect("it responds");

    let begin = "from s3://logged, now in force: version";
    let rule = r#"CORSRules[0]: AllowedMethods ["GET"], AllowedOrigins ["https://one.example"], ExposeHeaders ["x-one"], MaxAgeSeconds 60"#;
    assert_eq!(
        logs.messages(Level::INFO),
        [
            format!("CORS rules loaded {begin} 1, no CORS configuration"),
            format!("CORS rules changed {begin} 2, 1 rule"),
            format!("added {rule}"),
            format!("CORS rules changed {begin} 3, no CORS configuration"),
            format!("removed {rule}"),
        ]
    );
    let warned = logs.messages(Level::WARN);
    assert_eq!(warned.len(), 2, "the third is logged at DEBUG: {warned:#?}");
    for line in warned {
        assert!(
            line.starts_with("CORS rules not loaded, next attempt in "),
            "{line}"
        );
        assert!(
            line.contains("; still in force: version 2, 1 rule"),
            "{line}"
        );
        assert!(
            line.contains(". s3://logged: S3 asks to slow down (503 SlowDown)"),
            "{line}"
        );
    }
}

#[test]
fn a_bucket_that_cannot_be_followed_is_logged_at_error() {
    let logs = Logs::default();
    let _hears = logs.hear();
    let policy = SharedPolicy::new(aged("one"), "the program").expect("good rules");
    let nowhere = client(([127, 0, 0, 1], 9).into(), OWNER);
    let handle = on_demand(nowhere, BUCKET).follow(&policy);
    assert!(!handle.is_running());
    let reason = Stopped::NoRuntime;
    assert_eq!(
        logs.messages(Level::ERROR),
        [format!(
            "s3://logged: no longer followed: {reason}. Changes are no longer noticed; still \
             in force: version 1, 1 rule"
        )]
    );
}
