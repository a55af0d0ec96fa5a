//! Runs one subject in one case, for callgrind, which counts what happens within `counted_call`.

use std::hint::black_box;
use std::process::ExitCode;

use s3_cors_bench::subjects::configuration::{self, Step};
use s3_cors_bench::subjects::subject;
use s3_cors_bench::{Case, Group, Kind, Subject};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [group, kind, case, calls] = &arguments[..] else {
        return usage();
    };
    let Ok(calls) = calls.parse() else {
        return usage();
    };
    if group == "configuration" {
        let Some(step) = Step::ALL.into_iter().find(|step| step.name() == kind) else {
            return usage();
        };
        if configuration::subject(step, case).is_none() {
            return usage();
        }
        count(calls, || {
            configuration::subject(step, case).expect("it has been made before")
        });
        return ExitCode::SUCCESS;
    }
    let (Some(group), Some(kind), Some(case)) = (
        Group::by_name(group),
        Kind::by_name(kind),
        Case::by_id(case),
    ) else {
        return usage();
    };
    count(calls, || subject(group, kind, case));
    ExitCode::SUCCESS
}

/// What an allocation costs depends on the holes that happen to be in the heap, by up to 300
/// instructions for the larger ones. The calls are therefore spread over several heaps.
fn count(calls: usize, make: impl Fn() -> Box<dyn Subject>) {
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

fn usage() -> ExitCode {
    eprintln!("usage: count tower|axum|actix bare|noop|rival|floor|ours|naive CASE CALLS");
    eprintln!("       count configuration load|compile|lint NAME CALLS");
    ExitCode::from(2)
}
