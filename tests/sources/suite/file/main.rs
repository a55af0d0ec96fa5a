//! Each way a file can change, on a real file system, with good and bad content.

mod app_rules;
mod changes;
mod hidden;
#[cfg(unix)]
mod permissions;
mod settling;
mod told;
mod ways;

use std::path::Path;
use std::time::Duration;

use s3_cors_sources::FileSource;

/// How a file is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finding {
    /// Only what the operating system tells: it is polled once an hour.
    Told,
    /// Only by polling.
    Polled,
}

fn source(path: &Path, finding: Finding) -> FileSource {
    let source = FileSource::new(path).debounce(Duration::from_millis(20));
    match finding {
        Finding::Told => source.poll_interval(Duration::from_secs(3600)),
        Finding::Polled => source
            .poll_interval(Duration::from_millis(20))
            .polling_only(),
    }
}
