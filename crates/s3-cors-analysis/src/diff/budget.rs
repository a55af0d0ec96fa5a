//! How much is looked at before the search stops.

/// Steps, each of some nanoseconds; what is kept costs more, so that memory is bounded, too.
/// Configurations that people write take a few thousand.
const STEPS: usize = 20_000_000;

/// What keeping a finding costs, in steps.
pub(super) const KEPT: usize = 200;

/// Pairs of wildcards that are looked into.
pub(super) const MOST_PAIRS: usize = 20_000;

/// Differences that are told.
pub(super) const MOST_DIFFERENCES: usize = 1_000;

/// Bytes of all that is told.
pub(super) const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What is left to spend, and whether something was not looked at for want of it.
#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
    stopped: bool,
}

impl Budget {
    pub(crate) const fn new() -> Self {
        Self {
            left: STEPS,
            stopped: false,
        }
    }

    /// Takes steps if there are so many left, for what can be left undone.
    pub(super) fn affords(&mut self, steps: usize) -> bool {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }

    /// Takes steps. Without them, the search is not complete.
    pub(crate) fn spend(&mut self, steps: usize) -> bool {
        let affords = self.affords(steps);
        self.stopped |= !affords;
        affords
    }

    /// Something is not looked at.
    pub(super) fn stop(&mut self) {
        self.stopped = true;
    }

    pub(crate) const fn has_stopped(&self) -> bool {
        self.stopped
    }
}
