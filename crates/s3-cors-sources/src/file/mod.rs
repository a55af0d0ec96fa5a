//! The rules in a file.

mod content;
mod trail;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use s3_cors::{Replaced, SharedPolicy};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use self::content::{Content, Owner};
use self::trail::Trail;
use self::watch::Watch;
use crate::error::SourceError;
use crate::follow_handle::{FollowHandle, Loaded, Source, follow};

/// Follows a `cors.json`, however it is changed: by renaming another over it, as editors do, by
/// writing into it, by swapping the directory a symbolic link leads to, as Kubernetes does with a
/// `ConfigMap`, by removing it and putting it back.
///
/// The content decides, not the time of change. What is not a whole configuration is never taken
/// for one: an empty or half-written file is read again until it is whole, or for two seconds,
/// and then is a failure, as are a file that is gone and one that may not be read. After a failure
/// the rules in force stay, and the next change is looked for as ever.
///
/// The operating system tells of changes where it can. Besides, the file is read every
/// [`poll_interval`](Self::poll_interval): network file systems tell nothing, and nothing tells
/// that they do not.
///
/// ```no_run
/// use s3_cors::SharedPolicy;
/// use s3_cors_sources::FileSource;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), s3_cors_sources::SourceError> {
/// let policy = SharedPolicy::pending();
/// let following = FileSource::new("cors.json").follow(&policy);
/// following.first_attempt().await?;
/// // Now give `&policy` to an adapter, and keep `following` as long as the app runs.
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
    /// A file in any form that [`CorsConfiguration::from_path`] reads. It need not be there yet.
    ///
    /// A relative path starts at the directory the process is in when [`follow`](Self::follow) is
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

    /// For how long the file must stay the same before a change is taken. Default: 100 ms.
    ///
    /// Of a file that never stays the same for so long a whole version is taken every now and
    /// then.
    pub fn debounce(mut self, debounce: Duration) -> Self {
        self.debounce = debounce;
        self
    }

    /// How often the file is read besides, in case the operating system does not tell of changes.
    /// Default: 5 s. At least one millisecond.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval.max(Duration::from_millis(1));
        self
    }

    /// Only reads the file every [`poll_interval`](Self::poll_interval), and does not ask the
    /// operating system to tell of changes.
    pub fn polling_only(mut self) -> Self {
        self.polling_only = true;
        self
    }

    /// For how long the file system may take to hand out the file before that is a failure.
    /// Default: 10 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Follows a file of [rules of the app's own](s3_cors::AppRules), which come after those of the
    /// bucket, as [`follow`](Self::follow) follows those of the bucket. The two are followed into
    /// the same policy, each with a handle of its own.
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

    /// Follows the file, on a task of the tokio runtime this is called on, into a policy, until
    /// the handle is dropped.
    ///
    /// The policy may be [pending](SharedPolicy::pending), or have rules to begin with. Outside
    /// of a runtime nothing is followed, which the handle, the policy's status and the log say.
    pub fn follow(self, policy: &SharedPolicy) -> FollowHandle {
        self.follow_rules_of(Owner::Bucket, policy)
    }

    fn follow_rules_of(self, owner: Owner, policy: &SharedPolicy) -> FollowHandle {
        let name = self.path.display().to_string().into();
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        let watch = Watch::new(self.polling_only);
        let source = Follower {
            settings: self,
            owner,
            name,
            path: path.into(),
            watch,
            reading: None,
            taken: None,
            due: Due::Now,
        };
        follow(source, policy.clone())
    }
}

/// How long what is no configuration may take to become one.
const GRACE: Duration = Duration::from_secs(2);

struct Follower {
    settings: FileSource,
    owner: Owner,
    name: Arc<str>,
    path: Arc<Path>,
    watch: Watch,
    /// A read that has taken too long and is still under way: no other is begun meanwhile.
    reading: Option<JoinHandle<(Trail, Content)>>,
    /// What the file held when it was last settled.
    taken: Option<Content>,
    due: Due,
}

#[derive(Clone, Copy)]
enum Due {
    Now,
    /// Once more when a first read has had time to prove itself.
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
                let told = timeout(self.settings.poll_interval, self.watch.told()).await;
                if told.is_ok() {
                    // Writers seldom write once.
                    sleep(self.settings.debounce).await;
                }
            }
        }
    }

    async fn load(&mut self) -> Result<Loaded, SourceError> {
        let content = self.settled().await?;
        let loaded = content.loaded(self.owner, &self.settings.path);
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
    /// The file's content, once it stays the same.
    async fn settled(&mut self) -> Result<Content, SourceError> {
        let mut content = self.read().await?;
        if self.taken.as_ref() == Some(&content) {
            return Ok(content);
        }
        // The first time somebody waits for it. If it is being written just now, the next read,
        // which comes soon, tells.
        let first = self.taken.is_none();
        let mut whole = content.is_whole(self.owner);
        if first && whole {
            return Ok(content);
        }
        let grace = if first { self.settings.debounce } else { GRACE };
        let patience = Instant::now() + grace.max(self.settings.debounce);
        loop {
            sleep(self.settings.debounce).await;
            let again = self.read().await?;
            let same = again == content;
            if !same {
                whole = again.is_whole(self.owner);
                content = again;
            }
            if (same && whole) || Instant::now() >= patience {
                return Ok(content);
            }
        }
    }

    /// Reads the file, and sees to it that no later change goes unnoticed.
    async fn read(&mut self) -> Result<Content, SourceError> {
        let mut content = self.read_once().await?;
        // What came before the watch is not told, so it has to be read again; but where
        // directories come and go faster than that, polling has to do.
        for _ in 0..3 {
            let (trail, read) = content;
            if !self.watch.follow(trail, &self.name) {
                return Ok(read);
            }
            content = self.read_once().await?;
        }
        Ok(content.1)
    }

    async fn read_once(&mut self) -> Result<(Trail, Content), SourceError> {
        let reading = self.reading.get_or_insert_with(|| {
            let path = Arc::clone(&self.path);
            tokio::task::spawn_blocking(move || (Trail::of(&path), Content::of(&path)))
        });
        let read = timeout(self.settings.timeout, reading).await;
        let Ok(joined) = read else {
            return Err(SourceError::TimedOut {
                source: Arc::clone(&self.name),
                after: self.settings.timeout,
            });
        };
        self.reading = None;
        match joined.map_err(tokio::task::JoinError::try_into_panic) {
            Ok(read) => Ok(read),
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            // The runtime shuts down, and with it this task.
            Err(Err(_)) => std::future::pending().await,
        }
    }
}
