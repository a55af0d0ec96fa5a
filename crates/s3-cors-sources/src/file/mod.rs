//! The rules in a file.

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

use self::content::Content;
use self::reads::Reads;
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
    ///
    /// A read that takes longer is left to itself, and the next one begins; of such reads four are
    /// under way at most. Each runs on a thread of its own, which does not keep the program from
    /// ending.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Follows the file, on a task of the tokio runtime this is called on, into a policy, until
    /// the handle is dropped.
    ///
    /// The policy may be [pending](SharedPolicy::pending), or have rules to begin with. Outside
    /// of a runtime nothing is followed, which the handle, the policy's status and the log say.
    pub fn follow(self, policy: &SharedPolicy) -> FollowHandle {
        let name = sanitized(&self.path.to_string_lossy()).into();
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        let watch = Watch::new(self.polling_only);
        let source = Follower {
            settings: self,
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

/// How long what is no configuration may take to become one.
const GRACE: Duration = Duration::from_secs(2);

struct Follower {
    settings: FileSource,
    name: Arc<str>,
    path: Arc<Path>,
    watch: Watch,
    reads: Reads<(Trail, Arc<Content>)>,
    /// What the file held when it was last read.
    latest: Option<Arc<Content>>,
    /// What the file held when it was last settled.
    taken: Option<Arc<Content>>,
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
        let loaded = content.configuration(&self.settings.path);
        self.taken = Some(content);
        Ok(Loaded::Configuration(loaded?))
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
    async fn settled(&mut self) -> Result<Arc<Content>, SourceError> {
        let mut content = self.read().await?;
        let taken = self.taken.as_ref();
        if taken.is_some_and(|taken| taken.is_same(&content)) {
            return Ok(content);
        }
        // The first time somebody waits for it. If it is being written just now, the next read,
        // which comes soon, tells.
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

    /// Reads the file, and sees to it that no later change goes unnoticed.
    async fn read(&mut self) -> Result<Arc<Content>, SourceError> {
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

    async fn read_once(&mut self) -> Result<(Trail, Arc<Content>), SourceError> {
        let path = Arc::clone(&self.path);
        let before = self.latest.clone();
        let read = move || (Trail::of(&path), Content::of(&path, before.as_ref()));
        let read = self.reads.read(read, self.settings.timeout).await;
        let (trail, content) = read.ok_or_else(|| SourceError::TimedOut {
            source: Arc::clone(&self.name),
            after: self.settings.timeout,
        })?;
        self.latest = Some(Arc::clone(&content));
        Ok((trail, content))
    }
}
