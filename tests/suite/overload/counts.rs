//! What a process uses, as the Linux kernel counts it.

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

/// Nothing here takes even a tenth of it, but for a machine that is very busy.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a process uses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) descriptors: u64,
    pub(crate) threads: u64,
    resident_kib: u64,
}

impl Counts {
    pub(crate) fn of(process: u32) -> Self {
        let folder = format!("/proc/{process}");
        let status = std::fs::read_to_string(format!("{folder}/status")).expect("a process");
        let number = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let digits = line.and_then(|line| line.split_whitespace().next());
            let number = digits.and_then(|digits| digits.parse().ok());
            number.unwrap_or_else(|| panic!("{name} in {status}"))
        };
        let descriptors = std::fs::read_dir(format!("{folder}/fd")).expect("a process");
        Self {
            descriptors: descriptors.count() as u64,
            threads: number("Threads:"),
            resident_kib: number("VmRSS:"),
        }
    }

    /// Waits until descriptors and threads have not changed for a while.
    pub(crate) fn settled(process: u32) -> Self {
        const SAMPLES: u32 = 50;

        let mut alike = 0;
        let mut latest = Self::of(process);
        Self::until(process, "settled", |counts| {
            let is_alike =
                (counts.descriptors, counts.threads) == (latest.descriptors, latest.threads);
            alike = if is_alike { alike + 1 } else { 0 };
            latest = *counts;
            alike > SAMPLES
        })
    }

    /// Waits until the counts are as they should be.
    pub(crate) fn until(
        process: u32,
        what: &str,
        mut condition: impl FnMut(&Self) -> bool,
    ) -> Self {
        let begun = Instant::now();
        loop {
            let counts = Self::of(process);
            if condition(&counts) {
                return counts;
            }
            assert!(begun.elapsed() < PATIENCE, "not {what}: {counts:?}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} | {} | {}",
            self.descriptors, self.threads, self.resident_kib
        )
    }
}
