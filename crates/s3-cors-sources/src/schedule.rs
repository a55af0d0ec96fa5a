//! When a bucket is loaded next.

use std::time::Duration;

/// When a bucket is loaded: interval, jitter and back-off, chosen so that the instances of a fleet
/// do not all send their requests at once.
///
/// The [fleet page](crate::fleet) shows the resulting load for fleets of several sizes.
///
/// ```
/// use std::time::Duration;
/// use s3_cors_sources::Schedule;
///
/// let schedule = Schedule::default().interval(Duration::from_secs(60)).jitter(0.1);
/// assert_eq!(schedule.longest_interval(), Duration::from_secs(60));
/// assert_eq!(schedule.mean_interval(), Duration::from_secs(57));
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
    /// The first load immediately, then one every 60 seconds with a jitter of 0.1. After failures,
    /// the next attempt follows within 2 seconds, then within 4, 8, … up to 5 minutes.
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
    /// The first load immediately, and later ones only when
    /// [`FollowHandle::refresh`](crate::FollowHandle::refresh) is called. For processes that are
    /// frozen between requests, as on AWS Lambda: their timers do not run.
    ///
    /// ```
    /// use std::time::Duration;
    /// use s3_cors_sources::Schedule;
    ///
    /// assert_eq!(Schedule::on_request().longest_interval(), Duration::MAX);
    /// ```
    #[must_use]
    pub fn on_request() -> Self {
        Self::default()
            .interval(Duration::MAX)
            .backoff(Duration::MAX, Duration::MAX)
    }

    /// Sets the longest time between two loads while loads succeed; at least one millisecond.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval.max(Duration::from_millis(1));
        self
    }

    /// Sets which share of the interval is random, from 0 to 1. With 0.1, the next load follows
    /// after 90 to 100 % of the interval. Jitter only shortens the interval, never extends it.
    #[must_use]
    pub fn jitter(mut self, share: f64) -> Self {
        self.jitter = unit(share);
        self
    }

    /// Spreads the first loads of a fleet that starts at the same moment over this time. Until its
    /// first load, each instance uses the initial rules of its
    /// [`SharedPolicy`](s3_cors::SharedPolicy).
    #[must_use]
    pub fn spread_first_load(mut self, over: Duration) -> Self {
        self.spread = over;
        self
    }

    /// Sets the longest wait after the first failure, at least one millisecond, and the longest
    /// wait after any number of consecutive failures. Each failure doubles the wait.
    #[must_use]
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.retry = first.max(Duration::from_millis(1));
        self.longest_retry = longest.max(self.retry);
        self
    }

    /// The longest time between two loads while loads succeed.
    #[must_use]
    pub fn longest_interval(&self) -> Duration {
        self.interval
    }

    /// The mean time between two loads while loads succeed.
    #[must_use]
    pub fn mean_interval(&self) -> Duration {
        self.next(0.5)
    }

    /// The longest wait after failures.
    #[must_use]
    pub fn longest_backoff(&self) -> Duration {
        self.longest_retry
    }
}

/// The arithmetic. Randomness comes in as a number from 0 to 1.
impl Schedule {
    /// The wait before the first load.
    pub(crate) fn first(&self, random: f64) -> Duration {
        share(self.spread, unit(random))
    }

    /// The wait after the first successful load: any part of an interval, so that instances that
    /// started together spread out at once.
    pub(crate) fn phase(&self, random: f64) -> Duration {
        share(self.interval, unit(random))
    }

    /// The wait after any other successful load.
    pub(crate) fn next(&self, random: f64) -> Duration {
        share(self.interval, 1.0 - self.jitter * unit(random))
    }

    /// The wait after a failure: any part of the back-off, but at least a hundredth of it.
    pub(crate) fn retry(&self, consecutive_failures: u32, random: f64) -> Duration {
        let doublings = consecutive_failures.saturating_sub(1).min(31);
        let longest = self
            .retry
            .saturating_mul(1 << doublings)
            .min(self.longest_retry);
        share(longest, unit(random).max(0.01))
    }

    /// The wait after S3 has asked to slow down: never shorter than the interval would be.
    pub(crate) fn slow_down(&self, consecutive_failures: u32, random: f64) -> Duration {
        self.next(random)
            .saturating_add(self.retry(consecutive_failures, random))
    }
}

/// A part of a duration. Durations too long for the arithmetic stay as they are, and so does the
/// longest, which means never.
fn share(of: Duration, part: f64) -> Duration {
    if of == Duration::MAX {
        return of;
    }
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
    fn jitter_only_shortens_the_interval() {
        let schedule = Schedule::default().interval(MINUTE).jitter(0.1);
        assert_eq!(schedule.next(0.0), MINUTE);
        assert_eq!(schedule.next(1.0), MINUTE.mul_f64(0.9));
    }

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
    fn the_first_load_is_immediate_unless_it_is_spread() {
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
    fn slowing_down_never_means_more_requests() {
        let schedule = Schedule::default();
        for failures in 0..40 {
            assert!(schedule.slow_down(failures, 0.3) >= schedule.next(0.3));
        }
    }

    #[test]
    fn on_request_no_wait_after_the_first_load_ends() {
        let schedule = Schedule::on_request();
        assert_eq!(schedule.first(0.5), Duration::ZERO);
        for random in [0.0, 0.001, 0.5, 1.0] {
            assert_eq!(schedule.phase(random), Duration::MAX);
            assert_eq!(schedule.next(random), Duration::MAX);
            assert_eq!(schedule.retry(3, random), Duration::MAX);
            assert_eq!(schedule.slow_down(3, random), Duration::MAX);
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
