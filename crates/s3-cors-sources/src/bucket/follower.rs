//! Sends the requests, reads the responses and schedules the next request.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use s3_cors::Replaced;
use s3_cors::sanitize::sanitized;
use tokio::time::{Instant, sleep_until, timeout};

use super::cause::loaded;
use super::error::BucketErrorKind;
use super::parsed::Parsed;
use super::response::Capture;
use super::{BucketError, BucketSource};
use crate::error::SourceError;
use crate::follow_handle::{Loaded, Source};

pub(super) struct Follower {
    settings: BucketSource,
    name: Arc<str>,
    random: Rng,
    /// `None` if it is later than the clock can represent.
    due: Option<Instant>,
    /// Whether the latest load was requested before it was due.
    on_demand: bool,
    ever_loaded: bool,
    consecutive_failures: u32,
    /// The latest response's body, parsed.
    latest: Option<Arc<Parsed>>,
}

impl Follower {
    pub(super) fn new(settings: BucketSource) -> Self {
        // Seeded by the operating system, so that identical machines that start at the same moment
        // do not draw the same numbers.
        let mut random = Rng::with_seed(RandomState::new().hash_one("s3-cors"));
        let first = settings.schedule.first(random.f64());
        Self {
            name: format!("s3://{}", sanitized(&settings.bucket)).into(),
            due: later(first),
            on_demand: false,
            ever_loaded: false,
            consecutive_failures: 0,
            latest: None,
            random,
            settings,
        }
    }

    fn wait_after(&mut self, outcome: &Result<Replaced, SourceError>) -> Duration {
        let random = self.random.f64();
        let schedule = &self.settings.schedule;
        let Err(error) = outcome else {
            let first = !std::mem::replace(&mut self.ever_loaded, true);
            let failed_before = std::mem::take(&mut self.consecutive_failures) > 0;
            return match self.due {
                // An event that reloads a whole fleet must not bring its intervals into step.
                Some(due) if self.on_demand && !first && !failed_before => {
                    due.saturating_duration_since(Instant::now())
                }
                _ if self.on_demand || first => schedule.phase(random),
                _ => schedule.next(random),
            };
        };
        self.consecutive_failures = self.consecutive_failures.saturating_add(1);
        match error {
            SourceError::Bucket(error) if error.kind() == BucketErrorKind::Throttled => {
                schedule.slow_down(self.consecutive_failures, random)
            }
            _ => schedule.retry(self.consecutive_failures, random),
        }
    }
}

impl Source for Follower {
    fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    async fn due(&mut self) {
        match self.due {
            Some(due) => sleep_until(due).await,
            None => std::future::pending().await,
        }
    }

    async fn load(&mut self) -> Result<Loaded, SourceError> {
        self.on_demand = self.due.is_none_or(|due| Instant::now() < due);
        let settings = &self.settings;
        let capture = Capture::default();
        let request = settings
            .client
            .get_bucket_cors()
            .bucket(&*settings.bucket)
            .set_expected_bucket_owner(settings.expected_owner.as_deref().map(str::to_owned))
            .customize()
            .interceptor(capture.clone())
            .send();
        let Ok(outcome) = timeout(settings.timeout, request).await else {
            return Err(SourceError::TimedOut {
                source: self.name(),
                after: settings.timeout,
            });
        };
        let response = capture.take().unwrap_or_default();
        let before = self.latest.take();
        // Requests on this thread must not wait for a megabyte of XML.
        let parse = move || {
            let parsed = response
                .body
                .as_deref()
                .map(|body| Parsed::of(body, before));
            (response, parsed)
        };
        let (response, parsed) = match tokio::task::spawn_blocking(parse).await {
            Ok(parsed) => parsed,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is shutting down, and this task with it.
                Err(_) => std::future::pending().await,
            },
        };
        self.latest = parsed.clone();
        let settings = &self.settings;
        loaded(outcome.err(), &response, parsed.as_deref()).map_err(|cause| {
            let owner = settings.expected_owner.clone();
            SourceError::Bucket(BucketError::new(cause, &settings.bucket, owner))
        })
    }

    fn loaded(&mut self, outcome: &Result<Replaced, SourceError>) -> Option<Duration> {
        let wait = self.wait_after(outcome);
        self.due = later(wait);
        self.due.map(|_| wait)
    }
}

fn later(wait: Duration) -> Option<Instant> {
    Instant::now().checked_add(wait)
}

#[cfg(test)]
mod tests;
