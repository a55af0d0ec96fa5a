//! The time to load a configuration and to compile it.

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use s3_cors::{CorsConfiguration, CorsPolicy};
use s3_cors_bench::policies::texts;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    for (name, text) in texts() {
        let configuration = CorsConfiguration::from_text(&text).expect("it is valid");
        let mut benches = criterion.benchmark_group(format!("configuration/{name}"));
        benches.bench_function("load", |bencher| {
            bencher.iter(|| CorsConfiguration::from_text(black_box(&text)));
        });
        benches.bench_function("compile", |bencher| {
            bencher.iter(|| CorsPolicy::new(black_box(&configuration)));
        });
        benches.finish();
    }
    criterion.final_summary();
}
