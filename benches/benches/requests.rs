//! The time of a call: `cargo bench -p s3-cors-bench --bench requests -- axum/get-allowed`.

use std::time::{Duration, Instant};

use criterion::Criterion;
use s3_cors_bench::subjects::subject;
use s3_cors_bench::{CASES, Group, Kind};

fn main() {
    // Many short runs: what is compared runs within the same minute.
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .sample_size(20)
        .configure_from_args();
    for group in Group::ALL {
        for case in CASES {
            let mut benches = criterion.benchmark_group(format!("{}/{}", group.name(), case.id));
            for kind in Kind::ALL.into_iter().filter(|kind| kind.suits(case)) {
                let name = match kind {
                    Kind::Rival => group.rival(),
                    _ => kind.name(),
                };
                benches.bench_function(name, |bencher| {
                    let mut subject = subject(group, kind, case);
                    bencher.iter_custom(|count| {
                        let mut left = usize::try_from(count).unwrap_or(usize::MAX);
                        let mut taken = Duration::ZERO;
                        while left > 0 {
                            let batch = left.min(32);
                            subject.prepare(batch);
                            let start = Instant::now();
                            for _ in 0..batch {
                                subject.call();
                            }
                            taken += start.elapsed();
                            left -= batch;
                        }
                        taken
                    });
                });
            }
            benches.finish();
        }
    }
    criterion.final_summary();
}
