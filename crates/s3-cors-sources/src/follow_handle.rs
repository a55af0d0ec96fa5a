//! The task that follows a source, and the handle to it.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use s3_cors::{AppRules, CorsConfiguration, Replaced, SharedPolicy};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;

use crate::error::{SourceError, Stopped};
use crate::report::Reporter;

/// Where rules come from.
pub(crate) trait Source: Send + 'static {
    /// What it is called in logs, errors and [`s3_cors::PolicyStatus::source`].
    fn name(&self) -> Arc<str>;

    /// Waits until it should be loaded.
    fn due(&mut self) -> impl Future<Output = ()> + Send;

    /// Loads it.
    fn load(&mut self) -> impl Future<Output = Result<Loaded, SourceError>> + Send;

    /// Hears what came of the latest load, to tell when the next is due: after what time, if it
    /// knows.
    fn loaded(&mut self, outcome: &Result<Replaced, SourceError>) -> Option<Duration>;
}

/// What a source holds.
#[derive(Debug)]
pub(crate) enum Loaded {
    Configuration(CorsConfiguration),
    /// Rules of the app's own.
    #[cfg_attr(not(feature = "file"), allow(dead_code))]
    AppRules(AppRules),
    /// The bucket is there, and has none.
    #[cfg_attr(not(feature = "bucket"), allow(dead_code))]
    WithoutConfiguration,
}

type Reply = oneshot::Sender<Result<Replaced, SourceError>>;

/// A source that is followed: its task keeps a [`SharedPolicy`] up to date until this is dropped.
///
/// Dropping it stops the task; the rules in force stay in force.
///
/// ```
/// # use s3_cors::SharedPolicy;
/// # use s3_cors_sources::{FileSource, SourceError};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), SourceError> {
/// # let file = std::env::temp_dir().join(format!("following-{}.json", std::process::id()));
/// # std::fs::write(&file, r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#).unwrap();
/// let policy = SharedPolicy::pending();
/// let following = FileSource::new(&file).follow(&policy);
/// following.first_load().await?;
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
    /// Tells the task's end by a drop from one nobody has asked for.
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
    /// Waits until the first rules have arrived, or it is known that the bucket has none, however
    /// long that takes and whatever fails before.
    ///
    /// # Errors
    ///
    /// [`SourceError::Stopped`] if the source is not followed any more and never will load.
    pub async fn first_load(&self) -> Result<(), SourceError> {
        let progress = self
            .when(|progress| progress.loaded || progress.stopped.is_some())
            .await;
        match progress.stopped {
            Some(reason) if !progress.loaded => Err(self.stopped_error(reason)),
            _ => Ok(()),
        }
    }

    /// As [`first_load`](Self::first_load), but not for longer than a time.
    ///
    /// # Errors
    ///
    /// When the time is up, why the latest attempt has failed, or [`SourceError::NotYet`] if none
    /// has. The source is still followed.
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

    /// Waits for the first attempt to load, and says what came of it: for a program that would
    /// rather not start than start without rules.
    ///
    /// # Errors
    ///
    /// Why the first attempt has failed. The source is still followed.
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

    /// Loads now, and says what came of it: for an event that says that the rules have changed,
    /// or a button. Calls that come while one waits share the next load.
    ///
    /// # Errors
    ///
    /// Why the rules could not be loaded; those in force stay in force.
    pub async fn refresh(&self) -> Result<Replaced, SourceError> {
        let (reply, outcome) = oneshot::channel();
        // If the task has ended, the reply is dropped with the request.
        let _ = self.requests.send(reply);
        match outcome.await {
            Ok(outcome) => outcome,
            Err(_) => Err(self.stopped_error(self.stopped().await)),
        }
    }

    /// Waits until the source is not followed any more, which only a bug or the end of the
    /// runtime brings about, and says why. It is reported in the [status](s3_cors::PolicyStatus)
    /// and, at level `ERROR`, through `tracing`, too.
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
        // The task has ended without a word.
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

/// Follows a source on a task of its own.
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
                let mut following = Box::pin(run(source, requested, &end));
                let panicked = poll_fn(|cx| {
                    let poll = AssertUnwindSafe(|| following.as_mut().poll(cx));
                    match catch_unwind(poll) {
                        Ok(Poll::Pending) => Poll::Pending,
                        Ok(Poll::Ready(never)) => match never {},
                        Err(panic) => Poll::Ready(message_of(&*panic)),
                    }
                })
                .await;
                drop(following);
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

/// What has no values.
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
            // The handle, which holds the other end, ends this task when it is dropped.
            Some(reply) = requested.recv() => replies.push(reply),
        }
        while let Ok(reply) = requested.try_recv() {
            replies.push(reply);
        }
        let was_failing = policy.status().is_failing();
        let outcome = match source.load().await {
            // Notes its failure in the status itself.
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
            // Whoever asked may have lost patience.
            let _ = reply.send(outcome.clone());
        }
    }
}

/// Notices how the task ends, whatever ends it.
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
    text.unwrap_or("no message").into()
}

#[cfg(test)]
mod tests;
