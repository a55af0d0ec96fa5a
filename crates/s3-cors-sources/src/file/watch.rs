//! Notifications of changes by the operating system.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use s3_cors::sanitize::sanitized;
use tokio::sync::Notify;

use super::trail::{Identity, Trail};

/// Watches directories, never files: when a file is replaced, a watch on it is lost.
pub(super) struct Watch {
    watcher: Option<RecommendedWatcher>,
    watched: BTreeMap<PathBuf, Identity>,
    /// Directories that could not be watched, so that this is logged only once.
    refused: BTreeMap<PathBuf, Identity>,
    shared: Arc<Shared>,
}

struct Shared {
    changed: Notify,
    entries: Mutex<BTreeSet<PathBuf>>,
}

impl Watch {
    pub(super) fn new(disabled: bool) -> Self {
        let shared = Arc::new(Shared {
            changed: Notify::new(),
            entries: Mutex::default(),
        });
        let watcher = (!disabled)
            .then(|| {
                let shared = Arc::clone(&shared);
                let handler = move |event| shared.handle(event);
                notify::recommended_watcher(handler)
                    .inspect_err(|error| tracing::warn!("{}", Polling(error)))
                    .ok()
            })
            .flatten();
        Self {
            watcher,
            watched: BTreeMap::new(),
            refused: BTreeMap::new(),
            shared,
        }
    }

    /// Waits until something has changed since the last call.
    pub(super) async fn changed(&self) {
        self.shared.changed.notified().await;
    }

    /// Watches the directories of a trail and no others. Returns whether any of them was not watched
    /// before.
    pub(super) fn follow(&mut self, trail: Trail, source: &str) -> bool {
        let Some(watcher) = &mut self.watcher else {
            return false;
        };
        *self.shared.entries() = trail.entries;
        let wanted = &trail.directories;
        self.refused
            .retain(|path, identity| wanted.get(path) == Some(identity));
        self.watched.retain(|path, identity| {
            let keep = wanted.get(path) == Some(identity);
            if !keep {
                // This fails for a directory that is gone, whose watch is gone with it.
                let _ = watcher.unwatch(path);
            }
            keep
        });
        let mut new = false;
        for (path, identity) in trail.directories {
            if self.watched.contains_key(&path) || self.refused.contains_key(&path) {
                continue;
            }
            match watcher.watch(&path, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.watched.insert(path, identity);
                    new = true;
                }
                Err(error) => {
                    let directory = path.to_string_lossy();
                    let directory = &*sanitized(&directory);
                    tracing::warn!(source, directory, "{}", Polling(&error));
                    self.refused.insert(path, identity);
                }
            }
        }
        new
    }
}

impl Shared {
    fn entries(&self) -> std::sync::MutexGuard<'_, BTreeSet<PathBuf>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, event: notify::Result<notify::Event>) {
        let matters = match event {
            // Reading the file also causes an event, which must not cause another read.
            Ok(event) => {
                let closed = AccessKind::Close(AccessMode::Write);
                let changes = match event.kind {
                    EventKind::Access(kind) => kind == closed,
                    _ => true,
                };
                let entries = self.entries();
                let ours = event.paths.iter().any(|path| is_among(&entries, path));
                event.need_rescan() || (changes && (ours || event.paths.is_empty()))
            }
            Err(_) => true,
        };
        if matters {
            self.changed.notify_one();
        }
    }
}

/// Whether a path is one of the entries. Windows and macOS report a name as it was created, and find it
/// in any case. Where case matters, at worst a file is read once too often.
fn is_among(entries: &BTreeSet<PathBuf>, path: &Path) -> bool {
    let is_same = |entry: &PathBuf| entry.as_os_str().eq_ignore_ascii_case(path);
    entries.iter().any(is_same)
}

struct Polling<'a>(&'a notify::Error);

impl fmt::Display for Polling<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the operating system cannot send notifications of changes ({}); they are noticed only \
             by reading the file every `poll_interval`",
            sanitized(&self.0.to_string())
        )
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::is_among;

    #[test]
    fn a_name_is_found_in_any_case_and_in_its_own_folder() {
        let entries = ["/Apps/a", "/Apps/a/cors.json"].map(PathBuf::from).into();
        for (path, expected) in [
            ("/Apps/a/cors.json", true),
            ("/apps/A/CORS.json", true),
            ("/Apps/a", true),
            ("/Apps/a/cors.json.new", false),
            ("/Apps/b/cors.json", false),
            ("cors.json", false),
        ] {
            assert_eq!(is_among(&entries, Path::new(path)), expected, "{path}");
        }
    }
}
