//! The calls that callgrind counts.

use std::hint::black_box;

use crate::Subject;

/// Calls subjects for callgrind, which counts what happens within `counted_call`.
///
/// What an allocation costs depends on the holes that happen to be in the heap, by up to 300
/// instructions for the larger ones. The calls are therefore spread over several heaps.
pub fn count(calls: usize, make: impl Fn() -> Box<dyn Subject>) {
    for heap in 0..calls.min(HEAPS) {
        let mut random = u64::try_from(heap).unwrap_or_default();
        let mut plugs: Vec<Vec<u8>> = (0..500)
            .map(|_| Vec::with_capacity(64 + next(&mut random) % 4096))
            .collect();
        let mut subject = make();
        plugs.retain(|_| next(&mut random).is_multiple_of(2));
        keep_small_chunks_at_hand();
        // What is made once is there after a few calls.
        for _ in 0..calls.min(5) {
            subject.prepare(1);
            subject.call();
        }
        for _ in 0..calls / calls.min(HEAPS) {
            subject.prepare(1);
            black_box(counted_call(&mut *subject));
        }
    }
}

const HEAPS: usize = 40;

/// As in a process that has run for a while, the allocator has chunks of each small size at hand.
///
/// Otherwise a size may never get one: a hole 16 bytes larger than what was asked for is handed out
/// whole, and is at hand for the larger size once it is freed. Each call then searches the heap for the
/// smaller size again, which costs 200 instructions in one subject and none in another.
fn keep_small_chunks_at_hand() {
    /// What glibc keeps of each size, and the sizes, which are multiples of 16.
    const KEPT: usize = 7;
    const SIZES: usize = 64;
    let sizes = (1..=SIZES).flat_map(|size| [16 * size; KEPT]);
    let chunks: Vec<Vec<u8>> = sizes.map(Vec::with_capacity).collect();
    drop(black_box(chunks));
}

/// Knuth's linear congruential generator.
fn next(random: &mut u64) -> usize {
    *random = random
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*random >> 33).unwrap_or_default()
}

#[inline(never)]
fn counted_call(subject: &mut dyn Subject) -> u16 {
    black_box(subject.call())
}
