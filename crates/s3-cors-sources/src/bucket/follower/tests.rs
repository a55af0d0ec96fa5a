use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::config::{BehaviorVersion, Config};
use s3_cors::{Replaced, SharedPolicy};
use tokio::time::Instant;

use super::super::cause::Cause;
use super::{BucketError, BucketErrorKind, BucketSource, Follower, later};
use crate::error::SourceError;
use crate::follow_handle::Source;
use crate::schedule::Schedule;

const MINUTE: Duration = Duration::from_secs(60);

fn follower() -> Follower {
    let config = Config::builder().behavior_version(BehaviorVersion::latest());
    let client = aws_sdk_s3::Client::from_conf(config.build());
    let schedule = Schedule::default()
        .interval(MINUTE)
        .backoff(MINUTE / 60, MINUTE);
    Follower::new(BucketSource::new(client, "my-bucket").schedule(schedule))
}

fn success() -> Result<Replaced, SourceError> {
    Ok(SharedPolicy::pending().set_without_configuration("s3://my-bucket"))
}

fn failure(kind: BucketErrorKind) -> Result<Replaced, SourceError> {
    let cause = Cause {
        kind,
        ..Cause::default()
    };
    let bucket = Arc::from("my-bucket");
    Err(SourceError::Bucket(BucketError::new(
        Box::new(cause),
        &bucket,
        None,
    )))
}

#[test]
fn the_first_load_is_due_immediately() {
    assert!(follower().due.is_some_and(|due| due <= Instant::now()));
}

#[test]
fn after_the_first_load_a_fleet_is_spread_over_an_interval_and_then_keeps_it() {
    let firsts: Vec<Duration> = (0..300)
        .map(|_| follower().wait_after(&success()))
        .collect();
    for third in 0..3 {
        let within = MINUTE / 3 * third..MINUTE / 3 * (third + 1);
        let count = firsts
            .iter()
            .copied()
            .filter(|wait| within.contains(wait))
            .count();
        // A hundred are expected. Fewer than fifty occur once in a billion runs.
        assert!(count > 50, "{count} of 300 in {within:?}");
    }
    let mut follower = follower();
    follower.wait_after(&success());
    for _ in 0..100 {
        let wait = follower.wait_after(&success());
        assert!((MINUTE.mul_f64(0.9)..=MINUTE).contains(&wait), "{wait:?}");
    }
}

#[test]
fn a_refresh_leaves_the_interval_where_it_was() {
    let mut follower = follower();
    follower.wait_after(&success());
    follower.due = later(10 * MINUTE);
    follower.on_demand = true;
    let wait = follower.wait_after(&success());
    assert!(wait > MINUTE, "{wait:?}");
}

#[test]
fn failures_back_off_and_a_success_ends_that() {
    let mut follower = follower();
    let failed = failure(BucketErrorKind::Unreachable);
    for most in [1, 2, 4, 8, 16, 32, 60, 60] {
        let wait = follower.wait_after(&failed);
        assert!(wait <= Duration::from_secs(most), "{wait:?}, not {most} s");
        assert!(wait > Duration::ZERO);
    }
    follower.wait_after(&success());
    assert!(follower.wait_after(&failed) <= Duration::from_secs(1));
}

#[test]
fn throttling_slows_down() {
    let mut follower = follower();
    for _ in 0..10 {
        let wait = follower.wait_after(&failure(BucketErrorKind::Throttled));
        assert!(wait >= MINUTE.mul_f64(0.9), "{wait:?}");
    }
}

#[test]
fn an_endless_interval_does_not_panic() {
    let mut follower = follower();
    follower.settings.schedule = Schedule::default().interval(Duration::MAX).jitter(0.0);
    follower.wait_after(&success());
    follower.loaded(&success());
    assert!(follower.due.is_none() || follower.due > later(MINUTE));
}

#[test]
fn on_request_nothing_is_due_after_the_first_load() {
    let mut follower = follower();
    follower.settings.schedule = Schedule::on_request();
    for outcome in [success(), failure(BucketErrorKind::Throttled), success()] {
        assert_eq!(follower.loaded(&outcome), None);
        assert_eq!(follower.due, None);
    }
}

#[test]
fn copies_draw_different_random_numbers() {
    let (mut one, mut other) = (follower(), follower());
    assert_ne!(one.random.u64(..), other.random.u64(..));
}

#[test]
fn errors_that_differ_only_in_the_request_id_are_equal() {
    let error = |kind, id: &str| {
        let cause = Cause {
            kind,
            request_id: Some(id.into()),
            ..Cause::default()
        };
        BucketError::new(Box::new(cause), &Arc::from("my-bucket"), None)
    };
    let (denied, failed) = (BucketErrorKind::AccessDenied, BucketErrorKind::ServerError);
    assert_eq!(error(denied, "1"), error(denied, "2"));
    assert_ne!(error(denied, "1"), error(failed, "1"));
}
