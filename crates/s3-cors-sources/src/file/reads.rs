//! Reads on threads of their own: one that does not return, as on a network file system that has
//! gone away, keeps neither the next one nor the program's end waiting.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Reads that are under way at the same time, all but the latest of them given up.
const MOST: usize = 4;

type Outcome<T> = Result<T, Box<dyn Any + Send>>;

enum Heard<T> {
    /// What came of a read, by its number.
    Outcome(u64, Outcome<T>),
    /// Whoever waited, by number, waits no more.
    GivenUp(u64),
}

pub(super) struct Reads<T> {
    sender: Sender<Heard<T>>,
    receiver: Arc<Mutex<Receiver<Heard<T>>>>,
    under_way: Arc<AtomicUsize>,
    /// The number of the latest read that has begun.
    begun: u64,
    /// The number of the latest read that was heard of.
    heard: u64,
    waits: u64,
}

impl<T: Send + 'static> Reads<T> {
    pub(super) fn new() -> Self {
        let (sender, receiver) = channel();
        Self {
            sender,
            receiver: Arc::new(Mutex::new(receiver)),
            under_way: Arc::default(),
            begun: 0,
            heard: 0,
            waits: 0,
        }
    }

    /// Reads once more and waits for what comes of it; `None` if nothing comes in time. Where every
    /// read takes longer than that, what an earlier one has found is better than nothing.
    pub(super) async fn read(
        &mut self,
        read: impl FnOnce() -> T + Send + 'static,
        patience: Duration,
    ) -> Option<T> {
        if self.under_way.load(Ordering::Acquire) < MOST {
            // If there is no thread to be had, there may be one next time.
            let _ = self.begin(read);
        }
        self.waits += 1;
        let (wanted, waiting) = (self.begun, self.waits);
        let receiver = Arc::clone(&self.receiver);
        let given_up = GivenUp(waiting, self.sender.clone());
        let wait = move || {
            let receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
            let end = Instant::now().checked_add(patience);
            wait(&receiver, wanted, waiting, end)
        };
        // A blocking task, though all it does is wait: the runtime's clock may be a test's, which
        // stands still as long as there is one.
        let heard = tokio::task::spawn_blocking(wait).await;
        drop(given_up);
        let heard = match heard.map_err(tokio::task::JoinError::try_into_panic) {
            Ok(heard) => heard,
            Err(Ok(panic)) => resume_unwind(panic),
            // The runtime shuts down, and with it this task.
            Err(Err(_)) => std::future::pending().await,
        };
        let mut latest = None;
        for (number, outcome) in heard {
            latest = self.newer(number, outcome).or(latest);
        }
        latest
    }

    /// What a read has found, unless one that began later was heard of before.
    fn newer(&mut self, number: u64, outcome: Outcome<T>) -> Option<T> {
        let found = outcome.unwrap_or_else(|panic| resume_unwind(panic));
        let newer = number > self.heard;
        self.heard = self.heard.max(number);
        newer.then_some(found)
    }

    fn begin(&mut self, read: impl FnOnce() -> T + Send + 'static) -> std::io::Result<()> {
        let sender = self.sender.clone();
        let under_way = UnderWay::one_more(&self.under_way);
        let number = self.begun + 1;
        let read = move || {
            let outcome = catch_unwind(AssertUnwindSafe(read));
            drop(under_way);
            // The program may follow the file no longer.
            let _ = sender.send(Heard::Outcome(number, outcome));
        };
        let thread = thread::Builder::new().name("s3-cors-file".into());
        thread.spawn(read)?;
        self.begun = number;
        Ok(())
    }
}

/// All that is heard until a read is heard of, or there is no time left, or nobody waits any more.
fn wait<T>(
    receiver: &Receiver<Heard<T>>,
    wanted: u64,
    waiting: u64,
    end: Option<Instant>,
) -> Vec<(u64, Outcome<T>)> {
    let mut heard = Vec::new();
    loop {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        let next = match left {
            Some(left) => receiver.recv_timeout(left).ok(),
            None => receiver.recv().ok(),
        };
        match next {
            Some(Heard::Outcome(number, outcome)) => {
                heard.push((number, outcome));
                if number == wanted {
                    return heard;
                }
            }
            Some(Heard::GivenUp(number)) if number != waiting => {}
            Some(Heard::GivenUp(_)) | None => return heard,
        }
    }
}

/// Wakes whoever waits for a read when the task that wants it is dropped: a runtime that shuts down
/// waits for its blocking tasks.
struct GivenUp<T>(u64, Sender<Heard<T>>);

impl<T> Drop for GivenUp<T> {
    fn drop(&mut self) {
        let Self(number, sender) = self;
        let _ = sender.send(Heard::GivenUp(*number));
    }
}

struct UnderWay(Arc<AtomicUsize>);

impl UnderWay {
    fn one_more(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(count))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, mpsc};
    use std::time::Duration;

    use super::{MOST, Reads};

    const SHORT: Duration = Duration::from_millis(10);
    const LONG: Duration = Duration::from_secs(3600);

    /// A read that returns when something is sent, or the sender is gone.
    fn hung() -> (mpsc::Sender<u32>, impl FnOnce() -> u32 + Send + 'static) {
        let (sender, receiver) = mpsc::channel();
        (sender, move || receiver.recv().unwrap_or_default())
    }

    #[tokio::test]
    async fn a_read_that_does_not_return_does_not_keep_the_next_one_waiting() {
        let mut reads = Reads::new();
        let (_kept, hangs) = hung();
        assert_eq!(reads.read(hangs, SHORT).await, None);
        assert_eq!(reads.read(|| 2, LONG).await, Some(2));
    }

    #[tokio::test]
    async fn reads_that_do_not_return_are_bounded_in_number_and_those_that_do_free_their_place() {
        let mut reads = Reads::new();
        let mut kept = Vec::new();
        let begun = Arc::new(AtomicUsize::new(0));
        for _ in 0..MOST + 3 {
            let (sender, hangs) = hung();
            let count = Arc::clone(&begun);
            let counted = move || {
                count.fetch_add(1, Ordering::SeqCst);
                hangs()
            };
            assert_eq!(reads.read(counted, SHORT).await, None);
            kept.push(sender);
        }
        assert_eq!(reads.begun, MOST as u64);
        assert!(begun.load(Ordering::SeqCst) <= MOST);
        // The mount is back.
        drop(kept);
        while reads.under_way.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(reads.read(|| 7, LONG).await, Some(7));
    }

    #[tokio::test]
    async fn where_every_read_is_late_what_an_earlier_one_found_is_taken() {
        let mut reads = Reads::new();
        let (first, hangs) = hung();
        assert_eq!(reads.read(hangs, SHORT).await, None);
        first.send(1).expect("it still waits");
        while reads.under_way.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let (_kept, hangs) = hung();
        assert_eq!(reads.read(hangs, SHORT).await, Some(1));
        // What is older than what was found is not.
        assert_eq!(reads.read(|| 3, LONG).await, Some(3));
    }

    #[tokio::test]
    async fn what_an_older_read_finds_late_is_not_taken() {
        let mut reads = Reads::new();
        let (first, hangs) = hung();
        assert_eq!(reads.read(hangs, SHORT).await, None);
        assert_eq!(reads.read(|| 2, LONG).await, Some(2));
        first.send(1).expect("it still waits");
        while reads.under_way.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let (_kept, hangs) = hung();
        assert_eq!(reads.read(hangs, SHORT).await, None);
    }

    #[test]
    fn a_runtime_shuts_down_while_a_read_hangs() {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_time().build().expect("a runtime");
        let (_kept, hangs) = hung();
        let (_kept_too, hangs_too) = hung();
        let mut reads = Reads::new();
        assert_eq!(runtime.block_on(reads.read(hangs, SHORT)), None);
        let waits = async move { reads.read(hangs_too, LONG).await };
        runtime.spawn(waits);
        runtime.block_on(async { tokio::time::sleep(SHORT).await });
        drop(runtime);
    }
}
