//! What threads that share a policy cost each other: the time of a call on two threads with one
//! policy, compared with the time on two threads that have a policy each.
//!
//! A counter that both write shows here, because its cache line moves between the cores with each
//! call. Two cores show much less of this than 64 would, so a ratio above [`BAR`] is a problem.
//! `PerShard` in the engine's `policy` keeps the ratio near 1.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use s3_cors_bench::subjects::shared::Shared;
use s3_cors_bench::{Case, Group};

use crate::Result;

/// How many times as long calls with one policy may take.
const BAR: f64 = 1.1;
const ROUNDS: usize = 11;
const CALLS: usize = 30_000;
const BATCH: usize = 50;
pub(crate) const CASES: [&str; 5] = [
    "no-origin",
    "get-not-allowed",
    "get-allowed",
    "preflight-allowed",
    "preflight-refused-origin",
];

/// Measures all cases. Returns the table, and whether all stay within the limit.
pub(crate) fn run() -> Result<(String, bool)> {
    let mut text = format!(
        "Two threads that share a policy against two with a policy each: nanoseconds per call, \
         making the request included; medians of {ROUNDS} rounds.\n\n\
         | group | case | policy | a policy each | one policy | ratio |\n|---|---|---|--:|--:|--:|\n"
    );
    let mut all_hold = true;
    for group in [Group::Tower, Group::Actix] {
        for id in CASES {
            let case = Case::by_id(id).ok_or("no such case")?;
            for replaceable in [false, true] {
                let [one, other] = [(); 2].map(|()| Shared::new(group, case, replaceable));
                let mut rounds: Vec<[f64; 2]> = Vec::new();
                // The first round warms up.
                for _ in 0..=ROUNDS {
                    rounds.push([time([&one, &other], case), time([&one, &one], case)]);
                }
                rounds.remove(0);
                let ratio = median(rounds.iter().map(|[each, same]| same / each));
                let each = median(rounds.iter().map(|[each, _]| *each));
                let same = median(rounds.iter().map(|[_, same]| *same));
                let policy = if replaceable { "replaceable" } else { "fixed" };
                let missed = if ratio > BAR { " **over**" } else { "" };
                let _ = writeln!(
                    text,
                    "| {} | {} | {policy} | {each:.0} | {same:.0} | {ratio:.2}{missed} |",
                    group.name(),
                    case.name,
                );
                all_hold &= ratio <= BAR;
            }
        }
    }
    Ok((text, all_hold))
}

/// Nanoseconds per call while two threads call.
fn time(subjects: [&Shared; 2], case: &Case) -> f64 {
    let barrier = Barrier::new(2);
    let taken = thread::scope(|scope| {
        let threads = subjects.map(|shared| {
            let barrier = &barrier;
            scope.spawn(move || {
                let mut subject = shared.subject(case);
                subject.prepare(BATCH);
                for _ in 0..BATCH {
                    black_box(subject.call());
                }
                barrier.wait();
                let start = Instant::now();
                for _ in 0..CALLS / BATCH {
                    subject.prepare(BATCH);
                    for _ in 0..BATCH {
                        black_box(subject.call());
                    }
                }
                start.elapsed().as_nanos() as f64
            })
        });
        threads.map(|thread| thread.join().expect("no call panics"))
    });
    (taken[0] + taken[1]) / 2.0 / CALLS as f64
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
