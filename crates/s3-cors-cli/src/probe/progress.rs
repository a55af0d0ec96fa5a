//! How far a probe is: a progress bar on a terminal, or whatever else watches it.

use std::sync::OnceLock;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Watches a probe.
pub(crate) trait Progress {
    /// So many requests will be sent.
    fn start(&self, requests: usize);

    /// Another request was sent.
    fn step(&self);

    /// All were sent.
    fn end(&self) {}

    /// Whether no further request shall be sent.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// A progress bar, on a terminal only.
#[derive(Debug, Default)]
pub(crate) struct Bar(OnceLock<ProgressBar>);

impl Progress for Bar {
    fn start(&self, requests: usize) {
        let length = u64::try_from(requests).unwrap_or(u64::MAX);
        self.0.get_or_init(|| {
            // It draws on standard error, and only if that is a terminal.
            let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
            if let Ok(style) =
                ProgressStyle::with_template("{bar:30} {pos} of {len} requests, {eta} left")
            {
                bar.set_style(style);
            }
            bar
        });
    }

    fn step(&self) {
        if let Some(bar) = self.0.get() {
            bar.inc(1);
        }
    }

    fn end(&self) {
        if let Some(bar) = self.0.get() {
            bar.finish_and_clear();
        }
    }
}
