//! The task that follows a source, and the handle to it.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use s3_cors::{AppRules, CorsConfiguration, Replaced, SharedPolicy, sanitize};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;

use crate::error::{SourceError, Stopped};
use crate::report::Reporter;

/// Where rules come from.
pub(crate) trait Source: Send + 'static {
    /// Its name in logs, errors and [`s3_cors::PolicyStatus::source`].
    fn name(&self) -> Arc<str>;

    /// Waits until the next load is due.
    fn due(&mut self) -> impl Future<Output = ()> + Send;

    /// Loads the rules.
    fn load(&mut self) -> impl Future<Output = Result<Loaded, SourceError>> + Send;

    /// Receives the outcome of the latest load and schedules the next. Returns the time until then,
    /// if it is known.
    fn loaded(&mut self, outcome: &Result<Replaced, SourceError>) -> Option<Duration>;
}

/// The content of a source.
#[derive(Debug, Clone)]
pub(crate) enum Loaded {
    Configuration(CorsConfiguration),
    /// The app's own rules.
    #[cfg_attr(not(feature = "file"), allow(dead_code))]
    AppRules(AppRules),
    /// The bucket exists but has no configuration.
    #[cfg_attr(not(feature = "bucket"), allow(dead_code))]
    WithoutConfiguration,
}

type Reply = oneshot::Sender<Result<Replaced, SourceError>>;

/// A handle to a task that follows a source and keeps a [`SharedPolicy`] up to date.
///
/// Dropping the handle stops the task. The rules in force stay in force.
///
/// ```
/// # use s3_cors::SharedPolicy;
/// # use s3_cors_sources::{FileSource, SourceError};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), SourceError> {
/// # let file = std::env::temp_dir().join(format!("following-{}.json", std::process::id()));
/// # std::fs::write(&file, r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#).unwrap();
/// let policy = SharedPolicy::pending();
/// let handle = FileSource::new(&file).follow(&policy);
/// handle.first_load().await?;
/// assert_eq!(policy.status().version(), 1);
/// # std::fs::remove_file(&file).unwrap();
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "dropping it stops following the source"]
pub struct FollowHandle {
    source: Arc<str>,
    policy: SharedPolicy,
    requests: mpsc::UnboundedSender<Reply>,
    progress: watch::Receiver<Progress>,
    /// Set when the handle is dropped, to tell this from an unexpected end of the task.
    dropped: Arc<AtomicBool>,
    task: Option<AbortHandle>,
}

#[derive(Debug, Clone, Default)]
struct Progress {
    loaded: bool,
    first_attempt: Option<Result<(), SourceError>>,
    last_error: Option<SourceError>,
    stopped: Option<Stopped>,
}

impl FollowHandle {
    /// Waits for the first successful load, however long it takes and however many attempts fail
    /// before. A bucket without a CORS configuration counts as a successful load.
    ///
    /// # Errors
    ///
    /// [`SourceError::Stopped`] if the source is no longer followed and was never loaded.
    pub async fn first_load(&self) -> Result<(), SourceError> {
        let progress = self
            .when(|progress| progress.loaded || progress.stopped.is_some())
            .await;
        match progress.stopped {
            Some(reason) if !progress.loaded => Err(self.stopped_error(reason)),
            _ => Ok(()),
        }
    }

    /// Waits for the first successful load, but no longer than `patience`.
    ///
    /// # Errors
    ///
    /// If the time runs out, the error of the latest attempt, or [`SourceError::NotYet`] if no
    /// attempt has failed. The source is still followed.
    pub async fn first_load_within(&self, patience: Duration) -> Result<(), SourceError> {
        let late = || {
            let last_error = self.progress.borrow().last_error.clone();
            last_error.unwrap_or_else(|| SourceError::NotYet {
                source: Arc::clone(&self.source),
                after: patience,
            })
        };
        tokio::time::timeout(patience, self.first_load())
            .await
            .unwrap_or_else(|_| Err(late()))
    }

    /// Waits for the first attempt to load and returns its outcome. For programs that should not
    /// start without rules.
    ///
    /// # Errors
    ///
    /// The error of the first attempt. The source is still followed.
    pub async fn first_attempt(&self) -> Result<(), SourceError> {
        let progress = self
            .when(|progress| progress.first_attempt.is_some() || progress.stopped.is_some())
            .await;
        match (progress.first_attempt, progress.stopped) {
            (Some(outcome), _) => outcome,
            (None, Some(reason)) => Err(self.stopped_error(reason)),
            (None, None) => Ok(()),
        }
    }

    /// Loads the rules now and returns the outcome. Call it when an event announces a change of the
    /// rules, for example. Concurrent calls share a load.
    ///
    /// # Errors
    ///
    /// Why the rules could not be loaded. The rules in force stay in force.
    pub async fn refresh(&self) -> Result<Replaced, SourceError> {
        let (reply, outcome) = oneshot::channel();
        // If the task has ended, the reply channel is dropped with the request.
        let _ = self.requests.send(reply);
        match outcome.await {
            Ok(outcome) => outcome,
            Err(_) => Err(self.stopped_error(self.stopped().await)),
        }
    }

    /// Waits until the source is no longer followed and returns the reason: a bug, or the end of the
    /// runtime. The reason also appears in the [status](s3_cors::PolicyStatus) and as a `tracing`
    /// event at level `ERROR`.
    pub async fn stopped(&self) -> Stopped {
        let progress = self.when(|progress| progress.stopped.is_some()).await;
        progress.stopped.unwrap_or(Stopped::RuntimeShutDown)
    }

    /// Whether the source is still followed.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.progress.borrow().stopped.is_none() && self.progress.has_changed().is_ok()
    }

    /// The policy that is kept up to date.
    #[must_use]
    pub fn policy(&self) -> &SharedPolicy {
        &self.policy
    }

    /// The source's name, such as `cors.json` or `s3://my-bucket`.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    async fn when(&self, condition: impl FnMut(&Progress) -> bool) -> Progress {
        let mut progress = self.progress.clone();
        if let Ok(progress) = progress.wait_for(condition).await {
            return progress.clone();
        }
        // The task has ended without a report.
        let mut progress = self.progress.borrow().clone();
        progress.stopped.get_or_insert(Stopped::RuntimeShutDown);
        progress
    }

    fn stopped_error(&self, reason: Stopped) -> SourceError {
        SourceError::Stopped {
            source: Arc::clone(&self.source),
            reason,
        }
    }
}

impl Drop for FollowHandle {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::Relaxed);
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// Spawns a task that follows a source.
pub(crate) fn follow(source: impl Source, policy: SharedPolicy) -> FollowHandle {
    let (requests, requested) = mpsc::unbounded_channel();
    let (progress, progressed) = watch::channel(Progress::default());
    let dropped = Arc::new(AtomicBool::new(false));
    let name = source.name();
    let end = End {
        source: Arc::clone(&name),
        policy: policy.clone(),
        dropped: Arc::clone(&dropped),
        progress,
        reason: Stopped::RuntimeShutDown,
    };
    let task = match Handle::try_current() {
        Ok(runtime) => {
            let task = async move {
                let mut run = Box::pin(run(source, requested, &end));
                let panicked = poll_fn(|cx| {
                    let poll = AssertUnwindSafe(|| run.as_mut().poll(cx));
                    match catch_unwind(poll) {
                        Ok(Poll::Pending) => Poll::Pending,
                        Ok(Poll::Ready(never)) => match never {},
                        Err(panic) => Poll::Ready(message_of(&*panic)),
                    }
                })
                .await;
                drop(run);
                end.because(Stopped::Panicked(panicked));
            };
            Some(runtime.spawn(task).abort_handle())
        }
        Err(_) => {
            end.because(Stopped::NoRuntime);
            None
        }
    };
    FollowHandle {
        source: name,
        policy,
        requests,
        progress: progressed,
        dropped,
        task,
    }
}

/// A type without values.
enum Never {}

async fn run(
    mut source: impl Source,
    mut requested: mpsc::UnboundedReceiver<Reply>,
    end: &End,
) -> Never {
    let End {
        source: name,
        policy,
        progress,
        ..
    } = end;
    let mut reporter = Reporter::new(Arc::clone(name));
    let mut replies = Vec::new();
    loop {
        tokio::select! {
            () = source.due() => {}
            // The handle holds the other end, and aborts this task when it is dropped.
            Some(reply) = requested.recv() => replies.push(reply),
        }
        while let Ok(reply) = requested.try_recv() {
            replies.push(reply);
        }
        let was_failing = policy.status().is_failing();
        let outcome = match source.load().await {
            // `set` records a failure in the status itself.
            Ok(Loaded::Configuration(config)) => policy
                .set(config, Arc::clone(name))
                .map_err(SourceError::Configuration),
            Ok(Loaded::AppRules(rules)) => Ok(policy.set_app_rules(rules, Arc::clone(name))),
            Ok(Loaded::WithoutConfiguration) => {
                Ok(policy.set_without_configuration(Arc::clone(name)))
            }
            Err(error) => {
                policy.report_failure(Arc::new(error.clone()), Arc::clone(name));
                Err(error)
            }
        };
        let next = source.loaded(&outcome);
        reporter.report(&outcome, policy, was_failing, next);
        progress.send_modify(|progress| {
            let outcome = outcome.as_ref().map(|_| ()).map_err(Clone::clone);
            progress.loaded |= outcome.is_ok();
            progress.last_error = outcome.as_ref().err().cloned();
            progress.first_attempt.get_or_insert(outcome);
        });
        for reply in replies.drain(..) {
            // The caller may have stopped waiting.
            let _ = reply.send(outcome.clone());
        }
    }
}

/// Reports the end of the task, whatever its cause.
struct End {
    source: Arc<str>,
    policy: SharedPolicy,
    dropped: Arc<AtomicBool>,
    progress: watch::Sender<Progress>,
    reason: Stopped,
}

impl End {
    fn because(mut self, reason: Stopped) {
        self.reason = reason;
    }
}

impl Drop for End {
    fn drop(&mut self) {
        if !self.dropped.load(Ordering::Relaxed) {
            let error = SourceError::Stopped {
                source: Arc::clone(&self.source),
                reason: self.reason.clone(),
            };
            crate::report::stopped(&error, &self.policy);
            self.policy
                .report_failure(Arc::new(error), Arc::clone(&self.source));
        }
        let reason = self.reason.clone();
        self.progress
            .send_modify(|progress| progress.stopped = Some(reason));
    }
}

fn message_of(panic: &(dyn Any + Send)) -> Arc<str> {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    sanitize::excerpt(text.unwrap_or("no message")).into()
}

#[cfg(test)]
mod tests;
