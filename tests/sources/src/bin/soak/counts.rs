//! What a process uses, as the Linux kernel counts it.

use std::fmt;
use std::time::{Duration, Instant};

use conformance::apps::App;

/// A runtime keeps a thread for ten seconds in case it is needed again; what is freed in a minute
/// has not leaked.
const PATIENCE: Duration = Duration::from_secs(60);

/// What an app uses. Zeros where there is no `/proc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    resident_kib: u64,
    descriptors: u64,
    threads: u64,
}

impl Counts {
    /// Waits until an app has no more descriptors and threads than before; without a before, until
    /// they have not changed for longer than a runtime keeps a thread.
    pub(crate) async fn settled(app: &App, before: Option<Self>) -> Self {
        let begun = Instant::now();
        let (mut counts, mut since) = (Self::of(app), Instant::now());
        while begun.elapsed() < PATIENCE {
            let is_settled = match before {
                Some(before) => !counts.has_more_than(before),
                None => since.elapsed() > Duration::from_secs(12),
            };
            if is_settled {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            let now = Self::of(app);
            if now.has_more_than(counts) || counts.has_more_than(now) {
                since = Instant::now();
            }
            counts = now;
        }
        counts
    }

    fn of(app: &App) -> Self {
        let folder = format!("/proc/{}", app.id());
        let status = std::fs::read_to_string(format!("{folder}/status")).unwrap_or_default();
        let number = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let digits = line.and_then(|line| line.split_whitespace().next());
            digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
        };
        let descriptors = std::fs::read_dir(format!("{folder}/fd")).map_or(0, Iterator::count);
        Self {
            resident_kib: number("VmRSS:"),
            descriptors: descriptors as u64,
            threads: number("Threads:"),
        }
    }

    /// Memory does not count: an allocator keeps what it may need again.
    pub(crate) fn has_more_than(self, before: Self) -> bool {
        self.descriptors > before.descriptors || self.threads > before.threads
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} | {} | {}",
            self.resident_kib, self.descriptors, self.threads
        )
    }
}
