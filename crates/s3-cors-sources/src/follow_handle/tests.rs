use std::sync::Arc;
use std::time::Duration;

use s3_cors::{CorsConfiguration, Replaced, SharedPolicy};

use super::{FollowHandle, Loaded, Source, follow};
use crate::error::{SourceError, Stopped};

/// Does what its script says, a character for each load: `+` loads, `-` fails, `!` panics, `.`
/// never ends. After the last it is never due.
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
    let following = scripted("--+", &policy);
    assert_eq!(following.first_attempt().await, Err(failure()));
    assert_eq!(following.first_load().await, Ok(()));
    let status = policy.status();
    assert_eq!((status.version(), status.is_failing()), (1, false));
    assert_eq!(status.last_failure().unwrap().consecutive(), 2);
    assert_eq!(status.source(), Some("script"));
    assert!(following.is_running());
}

#[tokio::test]
async fn patience_has_an_end_that_says_what_failed_last() {
    let policy = SharedPolicy::pending();
    let following = scripted("-", &policy);
    let soon = Duration::from_millis(50);
    assert_eq!(following.first_load_within(soon).await, Err(failure()));
    let following = scripted(".", &policy);
    let late = following.first_load_within(soon).await.unwrap_err();
    assert!(matches!(late, SourceError::NotYet { .. }), "{late}");
    assert!(following.is_running());
}

#[tokio::test]
async fn each_failure_is_counted_once_and_changes_no_rules() {
    let policy = SharedPolicy::pending();
    let following = scripted("+-b", &policy);
    following.first_load().await.unwrap();
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
async fn a_refresh_loads_at_once_and_says_what_came_of_it() {
    let policy = SharedPolicy::pending();
    let following = scripted("", &policy);
    let replaced = following.refresh().await.unwrap();
    assert!(replaced.changed());
    assert!(!following.refresh().await.unwrap().changed());
    // Those that come together share a load.
    let (first, second) = tokio::join!(following.refresh(), following.refresh());
    assert!(Arc::ptr_eq(&first.unwrap().after, &second.unwrap().after));
}

#[tokio::test]
async fn a_task_that_panics_is_noticed_everywhere() {
    let policy = SharedPolicy::pending();
    let following = scripted("+!", &policy);
    let reason = Stopped::Panicked("as written".into());
    assert_eq!(following.stopped().await, reason);
    assert!(!following.is_running());
    assert_eq!(following.first_load().await, Ok(()), "there was one");
    let stopped = SourceError::Stopped {
        source: "script".into(),
        reason,
    };
    assert_eq!(following.refresh().await.unwrap_err(), stopped);
    let status = policy.status();
    assert!(status.is_failing());
    assert_eq!(status.policy().rule_count(), 1);
    let told = status.last_failure().unwrap().error().to_string();
    assert_eq!(told, stopped.to_string());
}

#[tokio::test]
async fn a_panic_before_the_first_load_is_no_endless_wait() {
    let policy = SharedPolicy::pending();
    let following = scripted("!", &policy);
    assert!(following.first_load().await.is_err());
    assert!(following.first_attempt().await.is_err());
}

#[test]
fn the_end_of_the_runtime_is_noticed() {
    let policy = SharedPolicy::pending();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let following = runtime.block_on(async {
        let following = scripted("+.", &policy);
        following.first_load().await.unwrap();
        following
    });
    drop(runtime);
    assert!(!following.is_running());
    assert!(policy.status().is_failing());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    assert_eq!(
        runtime.block_on(following.stopped()),
        Stopped::RuntimeShutDown
    );
}

#[test]
fn no_runtime_is_an_error_and_no_panic() {
    let policy = SharedPolicy::pending();
    let following = scripted("+", &policy);
    assert!(!following.is_running());
    let told = policy.status().last_failure().unwrap().error().to_string();
    assert!(told.contains("call `follow` inside of one"), "{told}");
}

#[tokio::test]
async fn dropping_the_handle_stops_the_task_and_is_no_failure() {
    let policy = SharedPolicy::pending();
    let following = scripted("+.", &policy);
    following.first_load().await.unwrap();
    let mut progress = following.progress.clone();
    drop(following);
    let stopped = progress
        .wait_for(|progress| progress.stopped.is_some())
        .await;
    assert!(stopped.is_ok());
    drop(stopped);
    assert!(
        progress.changed().await.is_err(),
        "nothing of the task is left"
    );
    let status = policy.status();
    assert!(!status.is_failing());
    assert_eq!(status.policy().rule_count(), 1);
}

#[tokio::test]
async fn a_bucket_that_loses_its_configuration_is_without() {
    let policy = SharedPolicy::pending();
    let following = scripted("+", &policy);
    following.first_load().await.unwrap();
    drop(following);
    let following = scripted("0", &policy);
    following.first_load().await.unwrap();
    let status = policy.status();
    assert_eq!((status.version(), status.configuration()), (2, None));
    drop(following);
}
