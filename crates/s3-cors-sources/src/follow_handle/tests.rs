use std::sync::Arc;
use std::time::Duration;

use s3_cors::{CorsConfiguration, Replaced, SharedPolicy};

use super::{FollowHandle, Loaded, Source, follow};
use crate::error::{SourceError, Stopped};

/// A source that follows a script with one character per load: `+` succeeds, `-` fails, `!` panics,
/// `.` never ends, `0` has no configuration, `b` has an invalid one. After the last load none is due.
struct Scripted(std::vec::IntoIter<char>);

fn scripted(script: &str, policy: &SharedPolicy) -> FollowHandle {
    let script: Vec<char> = script.chars().collect();
    follow(Scripted(script.into_iter()), policy.clone())
}

fn failure() -> SourceError {
    SourceError::TimedOut {
        source: "script".into(),
        after: Duration::ZERO,
    }
}

impl Source for Scripted {
    fn name(&self) -> Arc<str> {
        "script".into()
    }

    async fn due(&mut self) {
        if self.0.len() == 0 {
            std::future::pending::<()>().await;
        }
    }

    async fn load(&mut self) -> Result<Loaded, SourceError> {
        match self.0.next() {
            Some('-') => Err(failure()),
            Some('!') => panic!("as written"),
            Some('.') => std::future::pending().await,
            Some('0') => Ok(Loaded::WithoutConfiguration),
            Some('b') => Ok(Loaded::Configuration(CorsConfiguration::default())),
            _ => Ok(Loaded::Configuration(
                r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#
                    .parse()
                    .unwrap(),
            )),
        }
    }

    fn loaded(&mut self, _: &Result<Replaced, SourceError>) -> Option<Duration> {
        None
    }
}

#[tokio::test]
async fn the_first_load_is_waited_for_through_failures() {
    let policy = SharedPolicy::pending();
    let handle = scripted("--+", &policy);
    assert_eq!(handle.first_attempt().await, Err(failure()));
    assert_eq!(handle.first_load().await, Ok(()));
    let status = policy.status();
    assert_eq!((status.version(), status.is_failing()), (1, false));
    assert_eq!(status.last_failure().unwrap().consecutive(), 2);
    assert_eq!(status.source(), Some("script"));
    assert!(handle.is_running());
}

#[tokio::test]
async fn waiting_with_a_limit_ends_with_the_latest_error() {
    let policy = SharedPolicy::pending();
    let handle = scripted("-", &policy);
    let soon = Duration::from_millis(50);
    assert_eq!(handle.first_load_within(soon).await, Err(failure()));
    let handle = scripted(".", &policy);
    let late = handle.first_load_within(soon).await.unwrap_err();
    assert!(matches!(late, SourceError::NotYet { .. }), "{late}");
    assert!(handle.is_running());
}

#[tokio::test]
async fn each_failure_is_counted_once_and_changes_no_rules() {
    let policy = SharedPolicy::pending();
    let handle = scripted("+-b", &policy);
    handle.first_load().await.unwrap();
    while policy
        .status()
        .last_failure()
        .is_none_or(|failure| failure.consecutive() < 2)
    {
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    let status = policy.status();
    assert_eq!(status.last_failure().unwrap().consecutive(), 2);
    assert_eq!((status.version(), status.policy().rule_count()), (1, 1));
}

#[tokio::test]
async fn a_refresh_loads_immediately_and_returns_the_outcome() {
    let policy = SharedPolicy::pending();
    let handle = scripted("", &policy);
    let replaced = handle.refresh().await.unwrap();
    assert!(replaced.changed());
    assert!(!handle.refresh().await.unwrap().changed());
    // Concurrent calls share a load.
    let (first, second) = tokio::join!(handle.refresh(), handle.refresh());
    assert!(Arc::ptr_eq(&first.unwrap().after, &second.unwrap().after));
}

#[tokio::test]
async fn a_panic_of_the_task_is_reported_everywhere() {
    let policy = SharedPolicy::pending();
    let handle = scripted("+!", &policy);
    let reason = Stopped::Panicked("as written".into());
    assert_eq!(handle.stopped().await, reason);
    assert!(!handle.is_running());
    assert_eq!(handle.first_load().await, Ok(()), "there was one");
    let stopped = SourceError::Stopped {
        source: "script".into(),
        reason,
    };
    assert_eq!(handle.refresh().await.unwrap_err(), stopped);
    let status = policy.status();
    assert!(status.is_failing());
    assert_eq!(status.policy().rule_count(), 1);
    let reported = status.last_failure().unwrap().error().to_string();
    assert_eq!(reported, stopped.to_string());
}

#[tokio::test]
async fn a_panic_before_the_first_load_ends_the_wait() {
    let policy = SharedPolicy::pending();
    let handle = scripted("!", &policy);
    assert!(handle.first_load().await.is_err());
    assert!(handle.first_attempt().await.is_err());
}

#[test]
fn the_end_of_the_runtime_is_reported() {
    let policy = SharedPolicy::pending();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let handle = runtime.block_on(async {
        let handle = scripted("+.", &policy);
        handle.first_load().await.unwrap();
        handle
    });
    drop(runtime);
    assert!(!handle.is_running());
    assert!(policy.status().is_failing());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    assert_eq!(runtime.block_on(handle.stopped()), Stopped::RuntimeShutDown);
}

#[test]
fn a_missing_runtime_is_an_error_not_a_panic() {
    let policy = SharedPolicy::pending();
    let handle = scripted("+", &policy);
    assert!(!handle.is_running());
    let reported = policy.status().last_failure().unwrap().error().to_string();
    assert!(
        reported.contains("call `follow` inside a runtime"),
        "{reported}"
    );
}

#[tokio::test]
async fn dropping_the_handle_stops_the_task_without_a_failure() {
    let policy = SharedPolicy::pending();
    let handle = scripted("+.", &policy);
    handle.first_load().await.unwrap();
    let mut progress = handle.progress.clone();
    drop(handle);
    let stopped = progress
        .wait_for(|progress| progress.stopped.is_some())
        .await;
    assert!(stopped.is_ok());
    drop(stopped);
    assert!(progress.changed().await.is_err(), "the task has ended");
    let status = policy.status();
    assert!(!status.is_failing());
    assert_eq!(status.policy().rule_count(), 1);
}

#[tokio::test]
async fn a_bucket_can_lose_its_configuration() {
    let policy = SharedPolicy::pending();
    let handle = scripted("+", &policy);
    handle.first_load().await.unwrap();
    drop(handle);
    let handle = scripted("0", &policy);
    handle.first_load().await.unwrap();
    let status = policy.status();
    assert_eq!((status.version(), status.configuration()), (2, None));
    drop(handle);
}
