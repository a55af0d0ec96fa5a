//! When a bucket is asked next.

use std::time::Duration;

/// When a bucket is asked next, such that a fleet does not knock at once.
///
/// Pure arithmetic: whatever is random comes in as a number from 0 to 1. The
/// [fleet page](crate::fleet) shows what comes of it for fleets of several sizes.
///
/// ```
/// use std::time::Duration;
/// use s3_cors_sources::Schedule;
///
/// let schedule = Schedule::default().interval(Duration::from_secs(60)).jitter(0.1);
/// assert_eq!(schedule.next(0.0), Duration::from_secs(60));
/// assert_eq!(schedule.next(1.0), Duration::from_secs(54));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    interval: Duration,
    jitter: f64,
    spread: Duration,
    retry: Duration,
    longest_retry: Duration,
}

impl Default for Schedule {
    /// Every 60 seconds with a jitter of 0.1; at once for the first time; after failures within
    /// 2 seconds, then 4, 8, … up to 5 minutes.
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(60),
            jitter: 0.1,
            spread: Duration::ZERO,
            retry: Duration::from_secs(2),
            longest_retry: Duration::from_secs(300),
        }
    }
}

impl Schedule {
    /// The longest time between two loads, as long as they succeed; at least one millisecond.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval.max(Duration::from_millis(1));
        self
    }

    /// How much of the interval is random, from 0 to 1: with 0.1 a load follows 90 to 100 % of
    /// the interval after the one before. It only ever shortens, so that the interval stays a
    /// promise.
    #[must_use]
    pub fn jitter(mut self, share: f64) -> Self {
        self.jitter = unit(share);
        self
    }

    /// Spreads the first loads of a fleet that starts at the same moment over this time. Meanwhile
    /// each instance has the rules its [`SharedPolicy`](s3_cors::SharedPolicy) came with.
    #[must_use]
    pub fn spread_first_load(mut self, over: Duration) -> Self {
        self.spread = over;
        self
    }

    /// The longest wait after the first failure in a row, at least one millisecond, and after
    /// many; each failure doubles it.
    #[must_use]
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.retry = first.max(Duration::from_millis(1));
        self.longest_retry = longest.max(self.retry);
        self
    }

    /// The longest time between two loads.
    #[must_use]
    pub fn longest_interval(&self) -> Duration {
        self.interval
    }

    /// The mean time between two loads.
    #[must_use]
    pub fn mean_interval(&self) -> Duration {
        self.next(0.5)
    }

    /// The longest wait after failures.
    #[must_use]
    pub fn longest_backoff(&self) -> Duration {
        self.longest_retry
    }

    /// When the first load comes.
    #[must_use]
    pub fn first(&self, random: f64) -> Duration {
        share(self.spread, unit(random))
    }

    /// When the load after the first success comes: at any moment of an interval, so that those
    /// who started together part at once.
    #[must_use]
    pub fn phase(&self, random: f64) -> Duration {
        share(self.interval, unit(random))
    }

    /// When the load after another success comes.
    #[must_use]
    pub fn next(&self, random: f64) -> Duration {
        share(self.interval, 1.0 - self.jitter * unit(random))
    }

    /// When the load after a failure comes: at any moment of the back-off, but not before a
    /// hundredth of it.
    #[must_use]
    pub fn retry(&self, failures_in_a_row: u32, random: f64) -> Duration {
        let doublings = failures_in_a_row.saturating_sub(1).min(31);
        let longest = self
            .retry
            .saturating_mul(1 << doublings)
            .min(self.longest_retry);
        share(longest, unit(random).max(0.01))
    }

    /// When the load after being told to slow down comes: not sooner than if all were well.
    #[must_use]
    pub fn slow_down(&self, failures_in_a_row: u32, random: f64) -> Duration {
        self.next(random)
            .saturating_add(self.retry(failures_in_a_row, random))
    }
}

/// Durations too long for arithmetic stay as they are.
fn share(of: Duration, part: f64) -> Duration {
    Duration::try_from_secs_f64(of.as_secs_f64() * part).unwrap_or(of)
}

fn unit(number: f64) -> f64 {
    if number.is_nan() {
        0.0
    } else {
        number.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Schedule;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn no_wait_is_longer_than_the_interval() {
        let schedule = Schedule::default().interval(MINUTE);
        for step in 0..=100 {
            let random = f64::from(step) / 100.0;
            assert!(schedule.next(random) <= MINUTE);
            assert!(schedule.next(random) >= MINUTE.mul_f64(0.9));
            assert!(schedule.phase(random) <= MINUTE);
        }
    }

    #[test]
    fn the_first_load_comes_at_once_unless_it_is_spread() {
        assert_eq!(Schedule::default().first(0.7), Duration::ZERO);
        let spread = Schedule::default().spread_first_load(MINUTE);
        assert_eq!(spread.first(0.5), MINUTE / 2);
    }

    #[test]
    fn the_back_off_doubles_up_to_its_limit() {
        let second = Duration::from_secs(1);
        let schedule = Schedule::default().backoff(second, 5 * second);
        let waits = [0, 1, 2, 3, 4, 5, u32::MAX].map(|failures| schedule.retry(failures, 1.0));
        assert_eq!(waits.map(|wait| wait.as_secs()), [1, 1, 2, 4, 5, 5, 5]);
        assert_eq!(schedule.retry(1, 0.0), second / 100);
    }

    #[test]
    fn whoever_is_told_to_slow_down_does_not_ask_more_often_than_before() {
        let schedule = Schedule::default();
        for failures in 0..40 {
            assert!(schedule.slow_down(failures, 0.3) >= schedule.next(0.3));
        }
    }

    #[test]
    fn nonsense_is_bounded() {
        for nonsense in [-1.0, 2.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let schedule = Schedule::default()
                .jitter(nonsense)
                .interval(Duration::ZERO)
                .backoff(Duration::ZERO, Duration::ZERO);
            assert!(schedule.next(nonsense) <= Duration::from_millis(1));
            assert!(schedule.retry(3, nonsense) <= Duration::from_millis(1));
        }
        let longest = Schedule::default()
            .interval(Duration::MAX)
            .backoff(Duration::MAX, Duration::MAX);
        assert_eq!(longest.slow_down(9, 0.0), Duration::MAX);
    }
}
