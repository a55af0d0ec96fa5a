//! Every answer is made from one version of the rules, however fast they change.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use conformance::answer::Answer;
use conformance::raw_http::Connection;
use s3_cors::{PolicyStatus, SharedPolicy};

use crate::requests::{Asked, Which, asked, complete};
use crate::servers;

const TIME: Duration = Duration::from_secs(20);
/// A swap every four milliseconds; those that are late are made up for.
const BETWEEN_SWAPS: Duration = Duration::from_millis(4);
/// 200 a second.
const LEAST_SWAPS: usize = 4_000;
const CONNECTIONS: usize = 12;

/// A request, and how it is to be answered by either configuration.
struct Expected {
    asked: Asked,
    one: Answer,
    other: Answer,
}

#[derive(Default, Clone, Copy)]
struct Counted {
    sent: u64,
    one: u64,
    other: u64,
    /// How often the answer was not from the same configuration as the one before.
    changes: u64,
}

#[test]
fn under_load_every_answer_is_wholly_that_of_one_configuration() {
    let policy = SharedPolicy::pending();
    let addresses = servers::start(&policy);
    let expected = addresses.map(|address| expected(&policy, address));
    let stop = AtomicBool::new(false);
    let (swapped, counted) = thread::scope(|scope| {
        let load = |adapter: usize| {
            let (address, expected, stop) = (addresses[adapter], &expected[adapter], &stop);
            let ask = move |first| scope.spawn(move || ask_until(stop, address, expected, first));
            (0..CONNECTIONS).map(ask).collect::<Vec<_>>()
        };
        let load = [load(0), load(1)];
        // Whatever happens, so that nobody waits for ever for those who ask.
        let _stop = Stop(&stop);
        let swapped = swap_for(TIME, &policy);
        stop.store(true, Ordering::Relaxed);
        let counted = load.map(|threads| {
            let counts = threads.into_iter().map(thread::ScopedJoinHandle::join);
            counts
                .map(|count| count.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .fold(Counted::default(), Counted::and)
        });
        (swapped, counted)
    });

    println!("{} swaps in {TIME:?}", swapped.len());
    for (name, count) in servers::NAMES.iter().zip(&counted) {
        println!(
            "{name}: {CONNECTIONS} connections, {} requests sent: {} answered by the one \
             configuration, {} by the other, {} changes seen, none lost or mixed",
            count.sent, count.one, count.other, count.changes
        );
        assert_eq!(count.sent, count.one + count.other, "{name}: lost");
        assert!(count.one > 0 && count.other > 0, "{name}: one only");
    }
    let alive = swapped.iter().filter(|old| old.strong_count() > 0).count();
    println!(
        "of {} replaced policies {alive} are in memory",
        swapped.len()
    );
    assert_eq!(alive, 0);
    assert!(
        swapped.len() >= LEAST_SWAPS,
        "{} swaps are too few to tell anything",
        swapped.len()
    );
}

struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Counted {
    fn and(self, more: Self) -> Self {
        Self {
            sent: self.sent + more.sent,
            one: self.one + more.one,
            other: self.other + more.other,
            changes: self.changes + more.changes,
        }
    }
}

/// What a server answers while nothing is replaced.
fn expected(policy: &SharedPolicy, address: SocketAddr) -> Vec<Expected> {
    let answered_by = |which: Which| -> Vec<Answer> {
        let set = policy.set(which.configuration(), "the test");
        set.expect("good rules");
        let mut connection = Connection::open(address).expect("a server");
        let answer = |asked: Asked| complete(connection.exchange(&asked.bytes).expect("an answer"));
        asked().into_iter().map(answer).collect()
    };
    let (ones, others) = (answered_by(Which::One), answered_by(Which::Other));
    let expected = asked().into_iter().zip(ones.into_iter().zip(others));
    let expected: Vec<_> = expected
        .map(|(asked, (one, other))| Expected { asked, one, other })
        .collect();
    for row in &expected {
        row.check();
    }
    expected
}

impl Expected {
    /// Sees to it that no header that the configurations have a say in is the same in both, but
    /// for what repeats the request.
    fn check(&self) {
        let (name, one, other) = (self.asked.name, &self.one, &self.other);
        assert_eq!((one.status, other.status), self.asked.statuses, "{name}");
        assert_ne!(one.cors_lines(), other.cors_lines(), "{name}");
        let allowed = |answer: &Answer| answer.header("access-control-allow-origin").is_some();
        assert!(allowed(one) || allowed(other), "{name}");
        for header in [
            "access-control-allow-origin",
            "access-control-allow-methods",
            "access-control-allow-credentials",
            "access-control-expose-headers",
            "access-control-max-age",
        ] {
            let (one_line, other_line) = (one.header(header), other.header(header));
            let both = allowed(one) && allowed(other);
            assert!(!both || one_line != other_line, "{name}: {header}");
        }
    }
}

/// Sends one request after the other on a connection of its own.
fn ask_until(
    stop: &AtomicBool,
    address: SocketAddr,
    expected: &[Expected],
    first: usize,
) -> Counted {
    let mut connection = Connection::open(address).expect("a server");
    let mut counted = Counted::default();
    let mut before = None;
    for expected in expected.iter().cycle().skip(first) {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        counted.sent += 1;
        let name = expected.asked.name;
        let answer = connection.exchange(&expected.asked.bytes);
        let answer = complete(answer.unwrap_or_else(|error| panic!("{name}: {error}")));
        let which = if answer == expected.one {
            counted.one += 1;
            Which::One
        } else if answer == expected.other {
            counted.other += 1;
            Which::Other
        } else {
            panic!("{name}: neither configuration's: {answer:#?}");
        };
        if before.replace(which).is_some_and(|before| before != which) {
            counted.changes += 1;
        }
    }
    counted
}

/// Exchanges one configuration for the other, again and again. Returns what was replaced.
fn swap_for(time: Duration, policy: &SharedPolicy) -> Vec<Weak<PolicyStatus>> {
    let begun = Instant::now();
    let mut due = begun;
    let mut swapped = Vec::new();
    for number in 0.. {
        let now = Instant::now();
        if now >= begun + time {
            break;
        }
        if due > now {
            thread::sleep(due - now);
        }
        due += BETWEEN_SWAPS;
        let replaced = policy.set(Which::of(number).configuration(), "the test");
        let replaced = replaced.expect("good rules");
        assert!(replaced.changed());
        swapped.push(Arc::downgrade(&replaced.before));
    }
    swapped
}
