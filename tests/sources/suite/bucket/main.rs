//! A bucket's rules arrive, change and go, on a real server; nothing else ever passes for them.

mod app;
mod cuts;
mod faults;
mod logged;
mod real;
mod responses;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use conformance_sources::server::Server;
use s3_cors::{PolicyStatus, SharedPolicy};
use s3_cors_sources::aws_sdk_s3::Client;
use s3_cors_sources::{BucketError, BucketSource, Schedule, SourceError};

fn server() -> Option<Arc<Server>> {
    Server::shared(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("servers"))
}

/// Asks all the time, and soon again after failures.
fn eager(client: Client, bucket: &str) -> BucketSource {
    let schedule = Schedule::default()
        .interval(Duration::from_millis(50))
        .backoff(Duration::from_millis(20), Duration::from_millis(100));
    BucketSource::new(client, bucket).schedule(schedule)
}

/// Asks once, and then when requested.
fn on_demand(client: Client, bucket: &str) -> BucketSource {
    BucketSource::new(client, bucket).schedule(Schedule::on_request())
}

/// A configuration with one rule, of which a word is in the origin. With a `MaxAgeSeconds`, because
/// SeaweedFS hands out 0 where none was put.
fn aged(word: &str) -> s3_cors::CorsConfiguration {
    let mut configuration = conformance_sources::configurations::good(word);
    for rule in &mut configuration.cors_rules {
        rule.max_age_seconds = Some(60);
    }
    configuration
}

/// Waits until rules have arrived that a health endpoint would call well.
async fn well(
    policy: &SharedPolicy,
    configuration: Option<&s3_cors::CorsConfiguration>,
) -> Arc<PolicyStatus> {
    conformance_sources::wait::until(policy, "as in the bucket", |status| {
        !status.is_pending() && !status.is_failing() && status.configuration() == configuration
    })
    .await
}

#[track_caller]
fn failure(status: &PolicyStatus) -> &SourceError {
    let failure = status.last_failure().expect("a failure");
    failure
        .error()
        .downcast_ref()
        .expect("an error of a source")
}

#[track_caller]
fn bucket_error(error: &SourceError) -> &BucketError {
    let SourceError::Bucket(error) = error else {
        panic!("not the bucket's: {error}");
    };
    conformance_sources::client::assert_no_credentials(&format!("{error} {error:?} {error:#?}"));
    error
}
