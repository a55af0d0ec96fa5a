//! Each way a file can change, on a real file system, with good and bad content.

mod app_rules;
mod changes;
#[cfg(unix)]
mod hidden;
mod logged;
#[cfg(unix)]
mod permissions;
mod settling;
mod ways;

use std::path::Path;
use std::time::Duration;

use s3_cors_sources::FileSource;

/// How a file is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finding {
    /// Only by notifications: it is polled once an hour.
    Notified,
    /// Only by polling.
    Polled,
}

fn source(path: &Path, finding: Finding) -> FileSource {
    let source = FileSource::new(path).debounce(Duration::from_millis(20));
    match finding {
        Finding::Notified => source.poll_interval(Duration::from_secs(3600)),
        Finding::Polled => source
            .poll_interval(Duration::from_millis(20))
            .polling_only(),
    }
}
