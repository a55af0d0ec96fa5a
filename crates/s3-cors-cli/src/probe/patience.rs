//! When an endpoint is asked no more.

use std::time::Duration;

use super::client::Reply;

/// After this many consecutive requests without a complete response.
const IN_A_ROW: u32 = 3;

/// A response that comes within this time is not slow.
const QUICK: Duration = Duration::from_secs(1);

/// After slow responses, once they have taken this many timeouts more than quick ones would have.
const TIMEOUTS: u32 = 6;

/// Adds up what an endpoint's responses take.
///
/// Together with the number of requests, it limits the time of a probe: a server that responds
/// just before the timeout, each time, is not asked for half an hour.
#[derive(Debug)]
pub(super) struct Patience {
    left: Duration,
    in_a_row: u32,
}

impl Patience {
    pub(super) fn new(timeout: Duration) -> Self {
        Self {
            left: timeout * TIMEOUTS,
            in_a_row: 0,
        }
    }

    /// Counts a request and the time from sending it to the end of its response.
    pub(super) fn count(&mut self, reply: &Reply, took: Duration) {
        self.left = self.left.saturating_sub(took.saturating_sub(QUICK));
        self.in_a_row = match reply {
            Reply::Response(response) if !response.drips => 0,
            _ => self.in_a_row + 1,
        };
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.left.is_zero() || self.in_a_row >= IN_A_ROW
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::client::{Reply, Response};
    use super::Patience;

    const TIMEOUT: Duration = Duration::from_secs(10);

    /// How many requests are sent, out of 1,000, and how long they take.
    fn sent(replies: impl Fn(u32) -> (Reply, Duration)) -> (u32, Duration) {
        let mut patience = Patience::new(TIMEOUT);
        let mut all = Duration::ZERO;
        for number in 0..1_000 {
            if patience.is_exhausted() {
                return (number, all);
            }
            let (reply, took) = replies(number);
            patience.count(&reply, took);
            all += took;
        }
        (1_000, all)
    }

    fn response(drips: bool) -> Reply {
        Reply::Response(Response {
            status: 200,
            headers: Vec::new(),
            body: String::new(),
            drips,
        })
    }

    #[test]
    fn a_server_that_responds_just_before_the_timeout_is_asked_seven_times() {
        let (number, all) = sent(|_| (response(false), TIMEOUT - Duration::from_millis(1)));
        assert_eq!(number, 7);
        assert!(all < 7 * TIMEOUT);
    }

    #[test]
    fn a_probe_takes_a_second_for_each_request_and_seven_timeouts_at_most() {
        for milliseconds in [1, 900, 1_000, 1_001, 1_100, 2_000, 5_000, 10_000] {
            for silent_every in [1, 2, 3, 4, 1_000] {
                let (number, all) = sent(|number| {
                    let reply = match number % silent_every {
                        0 => Reply::Nothing("no response in time".into()),
                        _ => response(number % 5 == 0),
                    };
                    (reply, Duration::from_millis(milliseconds))
                });
                assert!(all <= Duration::from_secs(number.into()) + 7 * TIMEOUT);
            }
        }
    }

    #[test]
    fn a_quick_server_is_asked_everything() {
        let (number, _) = sent(|_| (response(false), Duration::from_secs(1)));
        assert_eq!(number, 1_000);
    }

    #[test]
    fn three_in_a_row_without_a_complete_response_are_enough() {
        let nothing = || Reply::Nothing("the connection failed".into());
        assert_eq!(sent(|_| (nothing(), Duration::ZERO)).0, 3);
        assert_eq!(sent(|_| (response(true), Duration::ZERO)).0, 3);
        let mixed = |number| match number % 3 {
            0 => response(false),
            1 => response(true),
            _ => nothing(),
        };
        assert_eq!(sent(|number| (mixed(number), Duration::ZERO)).0, 1_000);
    }
}
