//! Waiting for what comes sooner or later, so that no test depends on how soon.

use std::sync::Arc;
use std::time::{Duration, Instant};

use s3_cors::{PolicyStatus, SharedPolicy};

/// Nothing here takes even a tenth of it, but for a machine that is very busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until a policy's status is as it should be, and returns it.
///
/// # Panics
///
/// If it does not come to that within a minute.
pub async fn until(
    policy: &SharedPolicy,
    what: &str,
    condition: impl Fn(&PolicyStatus) -> bool,
) -> Arc<PolicyStatus> {
    let begun = Instant::now();
    loop {
        let status = policy.status();
        if condition(&status) {
            return status;
        }
        assert!(begun.elapsed() < PATIENCE, "not {what}: {status:#?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until a version of the rules is in force and its source is well.
///
/// # Panics
///
/// If it does not come to that within a minute.
pub async fn until_version(policy: &SharedPolicy, version: u64) -> Arc<PolicyStatus> {
    let what = format!("well, with version {version}");
    until(policy, &what, |status| {
        status.version() >= version && !status.is_failing()
    })
    .await
}

/// Waits until the source fails.
///
/// # Panics
///
/// If it does not come to that within a minute.
pub async fn until_failing(policy: &SharedPolicy) -> Arc<PolicyStatus> {
    until(policy, "failing", PolicyStatus::is_failing).await
}
