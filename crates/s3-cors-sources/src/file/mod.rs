//! Follows rules in a file.

mod content;
mod reads;
mod trail;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use s3_cors::sanitize::sanitized;
use s3_cors::{Replaced, SharedPolicy};
use tokio::time::{Instant, sleep, timeout};

use self::content::{Content, Owner};
use self::reads::Reads;
use self::trail::Trail;
use self::watch::Watch;
use crate::error::SourceError;
use crate::follow_handle::{FollowHandle, Loaded, Source, follow};

/// Follows a configuration file such as `cors.json`.
///
/// It notices every kind of change: a file renamed over it, as editors do; a write in place; a
/// swapped directory behind a symbolic link, as Kubernetes does for a `ConfigMap`; a removal and a
/// new file.
///
/// The content decides, not the modification time. An incomplete configuration is never applied: an
/// empty or half-written file is read again until it is complete. If it is still incomplete after
/// two seconds, that is a failure, as is a missing or unreadable file. After a failure the rules in
/// force stay in force, and the source keeps watching for changes.
///
/// The source is notified of changes by the operating system. It also reads the file every
/// [`poll_interval`](Self::poll_interval), because network file systems send no notifications, and
/// it cannot detect that.
///
/// ```no_run
/// use s3_cors::SharedPolicy;
/// use s3_cors_sources::FileSource;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), s3_cors_sources::SourceError> {
/// let policy = SharedPolicy::pending();
/// let handle = FileSource::new("cors.json").follow(&policy);
/// handle.first_attempt().await?;
/// // Pass `&policy` to an adapter, and keep `handle` as long as the app runs.
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is followed until `follow` is called"]
pub struct FileSource {
    path: PathBuf,
    debounce: Duration,
    poll_interval: Duration,
    polling_only: bool,
    timeout: Duration,
}

impl FileSource {
    /// Creates a source for a file in any form that [`CorsConfiguration::from_path`] reads. The file
    /// need not exist yet.
    ///
    /// A relative path is resolved against the current directory when [`follow`](Self::follow) is
    /// called.
    ///
    /// [`CorsConfiguration::from_path`]: s3_cors::CorsConfiguration::from_path
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            debounce: Duration::from_millis(100),
            poll_interval: Duration::from_secs(5),
            polling_only: false,
            timeout: Duration::from_secs(10),
        }
    }

    /// Sets how long the file must be unchanged before a new version is applied. Default: 100 ms.
    ///
    /// If a file changes more often than that, a complete version is applied from time to time.
    pub fn debounce(mut self, debounce: Duration) -> Self {
        self.debounce = debounce;
        self
    }

    /// Sets how often the file is read without a notification from the operating system.
    /// Default: 5 s. At least one millisecond.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval.max(Duration::from_millis(1));
        self
    }

    /// Disables notifications from the operating system: the file is only read every
    /// [`poll_interval`](Self::poll_interval).
    pub fn polling_only(mut self) -> Self {
        self.polling_only = true;
        self
    }

    /// Sets how long reading the file may take before it counts as a failure. Default: 10 s.
    ///
    /// A read that takes longer is abandoned, and the next one starts. At most four reads run at
    /// the same time. Each has a thread of its own, which does not keep the program from exiting.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Like [`follow`](Self::follow), but for a file of the [app's own rules](s3_cors::AppRules),
    /// which come after those of the bucket. Both files can be followed into the same policy, each
    /// with its own handle.
    ///
    /// ```no_run
    /// use s3_cors::SharedPolicy;
    /// use s3_cors_sources::FileSource;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), s3_cors_sources::SourceError> {
    /// let policy = SharedPolicy::pending();
    /// let bucket = FileSource::new("cors.json").follow(&policy);
    /// let app = FileSource::new("app-cors.json").follow_app_rules(&policy);
    /// bucket.first_attempt().await?;
    /// app.first_attempt().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn follow_app_rules(self, policy: &SharedPolicy) -> FollowHandle {
        self.follow_rules_of(Owner::App, policy)
    }

    /// Spawns a task on the current tokio runtime that keeps a policy up to date with the file until
    /// the handle is dropped.
    ///
    /// The policy can be [pending](SharedPolicy::pending) or have initial rules. Outside a runtime
    /// the file is not followed; the handle, the policy's status and the log say so.
    pub fn follow(self, policy: &SharedPolicy) -> FollowHandle {
        self.follow_rules_of(Owner::Bucket, policy)
    }

    fn follow_rules_of(self, owner: Owner, policy: &SharedPolicy) -> FollowHandle {
        let name = sanitized(&self.path.to_string_lossy()).into();
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        let watch = Watch::new(self.polling_only);
        let source = Follower {
            settings: self,
            owner,
            name,
            path: path.into(),
            watch,
            reads: Reads::new(),
            latest: None,
            taken: None,
            due: Due::Now,
        };
        follow(source, policy.clone())
    }
}

/// How long an incomplete file may take to become a valid configuration.
const GRACE: Duration = Duration::from_secs(2);

struct Follower {
    settings: FileSource,
    owner: Owner,
    name: Arc<str>,
    path: Arc<Path>,
    watch: Watch,
    reads: Reads<(Trail, Arc<Content>)>,
    /// The content of the file when it was last read.
    latest: Option<Arc<Content>>,
    /// The content of the file when it was last applied or rejected.
    taken: Option<Arc<Content>>,
    due: Due,
}

#[derive(Clone, Copy)]
enum Due {
    Now,
    /// Soon after the first read, in case the file was being written.
    Soon,
    Later,
}

impl Source for Follower {
    fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    async fn due(&mut self) {
        match self.due {
            Due::Now => {}
            Due::Soon => sleep(self.settings.debounce).await,
            Due::Later => {
                let changed = timeout(self.settings.poll_interval, self.watch.changed()).await;
                if changed.is_ok() {
                    // Writers rarely write only once.
                    sleep(self.settings.debounce).await;
                }
            }
        }
    }

    async fn load(&mut self) -> Result<Loaded, SourceError> {
        let content = self.settled().await?;
        let loaded = content.loaded(&self.settings.path);
        self.taken = Some(content);
        Ok(loaded?)
    }

    fn loaded(&mut self, _: &Result<Replaced, SourceError>) -> Option<Duration> {
        self.due = match self.due {
            Due::Now => Due::Soon,
            Due::Soon | Due::Later => Due::Later,
        };
        None
    }
}

impl Follower {
    /// The content of the file, once it is stable.
    async fn settled(&mut self) -> Result<Arc<Content>, SourceError> {
        let mut content = self.read().await?;
        let taken = self.taken.as_ref();
        if taken.is_some_and(|taken| taken.is_same(&content)) {
            return Ok(content);
        }
        // The app may be waiting for the first load, so it is not delayed. If the file is being
        // written at this moment, the next read, which follows soon, notices.
        let first = self.taken.is_none();
        let mut whole = content.is_whole();
        if first && whole {
            return Ok(content);
        }
        let grace = if first { self.settings.debounce } else { GRACE };
        let patience = Instant::now() + grace.max(self.settings.debounce);
        loop {
            sleep(self.settings.debounce).await;
            let again = self.read().await?;
            let same = again.is_same(&content);
            if !same {
                whole = again.is_whole();
                content = again;
            }
            if (same && whole) || Instant::now() >= patience {
                return Ok(content);
            }
        }
    }

    /// Reads the file and makes sure that no later change is missed.
    async fn read(&mut self) -> Result<Arc<Content>, SourceError> {
        let mut content = self.read_once().await?;
        // Changes before the watch was set up are not notified, so the file is read again. If
        // directories change faster than that, polling has to suffice.
        for _ in 0..3 {
            let (trail, read) = content;
            if !self.watch.follow(trail, &self.name) {
                return Ok(read);
            }
            content = self.read_once().await?;
        }
        Ok(content.1)
    }

    async fn read_once(&mut self) -> Result<(Trail, Arc<Content>), SourceError> {
        let path = Arc::clone(&self.path);
        let before = self.latest.clone();
        let owner = self.owner;
        let read = move || (Trail::of(&path), Content::of(&path, owner, before.as_ref()));
        let read = self.reads.read(read, self.settings.timeout).await;
        let (trail, content) = read.ok_or_else(|| SourceError::TimedOut {
            source: Arc::clone(&self.name),
            after: self.settings.timeout,
        })?;
        self.latest = Some(Arc::clone(&content));
        Ok((trail, content))
    }
}
