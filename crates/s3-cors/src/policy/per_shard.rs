//! A copy of a shared value for each group of threads, so that no two threads write one counter.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

/// A value in one copy for each shard of the threads.
///
/// Cloning an `Arc` or a header value writes a counter. If all threads of a server clone the same
/// one, its cache line moves between the cores with every request, and that soon limits the server.
/// So each thread belongs to a shard, and each shard clones its own copy. There is one shard per
/// processor, up to [`MAX_SHARDS`], so the threads of a runtime, one per processor, share none.
///
/// A copy is made when its shard first asks for it. All copies are freed with the value; a clone
/// that is still in use keeps only its own copy. `measure -- threads` of `s3-cors-bench` measures
/// the effect.
pub(crate) struct PerShard<T> {
    first: OnceLock<Arc<T>>,
    /// The copies of all shards but the first.
    others: OnceLock<Box<[OnceLock<Arc<T>>]>>,
}

/// The maximum number of copies of a value.
const MAX_SHARDS: usize = 64;

impl<T> PerShard<T> {
    pub(crate) const fn new() -> Self {
        Self {
            first: OnceLock::new(),
            others: OnceLock::new(),
        }
    }

    /// The copy for this thread's shard.
    #[inline]
    pub(crate) fn get(&self, make: impl FnOnce() -> T) -> &Arc<T> {
        let others = self.others.get_or_init(no_others);
        // Together with the first, their number is a power of two.
        let shard = shard_of_thread() & others.len();
        let copy = others.get(shard.wrapping_sub(1)).unwrap_or(&self.first);
        copy.get_or_init(|| Arc::new(make()))
    }
}

impl<T> fmt::Debug for PerShard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerShard").finish_non_exhaustive()
    }
}

#[cold]
fn no_others<T>() -> Box<[OnceLock<T>]> {
    static COUNT: OnceLock<usize> = OnceLock::new();
    let count = *COUNT.get_or_init(|| {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        processors.next_power_of_two().min(MAX_SHARDS)
    });
    (1..count).map(|_| OnceLock::new()).collect()
}

/// The shard of this thread, modulo the number of shards. Threads that start one after the other
/// get different shards.
#[inline]
fn shard_of_thread() -> usize {
    thread_local! {
        static SHARD: Cell<Option<usize>> = const { Cell::new(None) };
    }
    #[cold]
    fn assign(shard: &Cell<Option<usize>>) -> usize {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        shard.set(Some(next));
        next
    }
    SHARD.with(|shard| shard.get().unwrap_or_else(|| assign(shard)))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier};
    use std::thread;

    use super::{MAX_SHARDS, PerShard};

    #[test]
    fn a_thread_gets_the_same_copy_each_time() {
        let value = PerShard::new();
        let first = value.get(|| 1);
        let second = value.get(|| unreachable!("it is there"));
        assert!(Arc::ptr_eq(first, second));
        assert_eq!(**first, 1);
    }

    #[test]
    fn threads_share_at_most_the_copies_of_their_shards_and_all_are_freed_with_the_value() {
        const THREADS: usize = 2 * MAX_SHARDS;
        let value = PerShard::new();
        let barrier = Barrier::new(THREADS);
        let copies: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        Arc::downgrade(value.get(|| "a copy"))
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("no panic"))
                .collect()
        });
        let mut distinct: Vec<_> = copies.iter().map(std::sync::Weak::as_ptr).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let processors = thread::available_parallelism().map_or(1, usize::from);
        assert_eq!(
            distinct.len(),
            processors.next_power_of_two().min(MAX_SHARDS)
        );
        assert!(copies.iter().all(|copy| copy.strong_count() == 1));
        drop(value);
        assert!(copies.iter().all(|copy| copy.strong_count() == 0));
    }
}
