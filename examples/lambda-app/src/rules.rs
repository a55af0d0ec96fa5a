//! The rules, and their refresh in a process that is frozen between invocations.

use std::env;
use std::error::Error;
use std::time::{Duration, SystemTime};

use s3_cors_sources::s3_cors::{CorsConfiguration, SharedPolicy};
use s3_cors_sources::{BucketSource, FollowHandle, Schedule};

pub(crate) struct Rules {
    policy: SharedPolicy,
    bucket: Option<FollowHandle>,
    /// The age from which an invocation loads the rules again.
    refresh_after: Duration,
}

impl Rules {
    /// The rules of `cors.json`, and then those of the bucket that `CORS_BUCKET` names.
    pub(crate) async fn from_env() -> Result<Self, Box<dyn Error>> {
        let refresh_after = seconds("CORS_REFRESH_SECONDS", 60)?;
        // How long an invocation waits for the bucket at most. Then the rules in force remain.
        let timeout = seconds("CORS_TIMEOUT_SECONDS", 1)?;
        let embedded = CorsConfiguration::from_text(include_str!("../cors.json"))?;
        let policy = SharedPolicy::new(embedded, "cors.json")?;
        let bucket = match env::var("CORS_BUCKET") {
            Ok(bucket) => Some(follow(bucket, timeout, &policy).await),
            Err(_) => None,
        };
        Ok(Self {
            policy,
            bucket,
            refresh_after,
        })
    }

    pub(crate) fn policy(&self) -> &SharedPolicy {
        &self.policy
    }

    /// Loads the rules if the latest attempt was long ago. Waits for the outcome, because whatever
    /// is still under way when the response is sent freezes with the process.
    pub(crate) async fn refresh_if_due(&self) {
        let Some(bucket) = &self.bucket else { return };
        let status = self.policy.status();
        let failed = status.last_failure().map(|failure| failure.at());
        // The clock of the day: the monotonic clock may stand still while the process is frozen.
        let age = |at: SystemTime| at.elapsed().unwrap_or(Duration::MAX);
        let latest_attempt = status.checked_at().max(failed);
        if latest_attempt.map_or(Duration::MAX, age) >= self.refresh_after {
            // A failure is in the log already, and the rules in force remain.
            let _ = bucket.refresh().await;
        }
    }
}

/// Loads the rules once, and then only when a refresh is requested: timers do not run while the
/// process is frozen.
async fn follow(bucket: String, timeout: Duration, policy: &SharedPolicy) -> FollowHandle {
    let handle = BucketSource::from_env(bucket)
        .await
        .schedule(Schedule::on_request())
        .timeout(timeout)
        .follow(policy);
    // A failure is in the log, and the rules of `cors.json` remain.
    let _ = handle.first_attempt().await;
    handle
}

fn seconds(variable: &str, otherwise: u64) -> Result<Duration, String> {
    let seconds = match env::var(variable) {
        Ok(text) => text
            .parse()
            .map_err(|error| format!("{variable}: {error}"))?,
        Err(_) => otherwise,
    };
    Ok(Duration::from_secs(seconds))
}
