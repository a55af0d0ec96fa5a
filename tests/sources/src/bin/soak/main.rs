//! Both apps whose rules can change, under load, while their sources change, break, vanish and
//! come back every few hundred milliseconds.
//!
//! ```sh
//! cargo run --release -p conformance-sources --bin soak -- 30m
//! ```
//!
//! Each response must be made by one version of the rules, and no connection may see an older
//! version than before. After the first part of the time and at the end, load and changes stop,
//! and the memory, descriptors and threads of the apps are counted. The result is a table in
//! Markdown. The exit code is 1 if a response was wrong, or descriptors or threads have grown.

mod counts;
mod load;
mod sources;
mod versions;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use counts::Counts;
use load::Load;
use sources::{Bucket, File};

const USAGE: &str = "usage: soak DURATION [CONNECTIONS]   such as: soak 30m 64";

/// How long load and changes go on between two rows of the table.
const ROW: Duration = Duration::from_secs(300);

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let time = arguments.next().as_deref().and_then(duration);
    let connections = arguments
        .next()
        .map_or(Some(64), |count| count.parse().ok());
    match (time, connections) {
        (Some(time), Some(connections)) => soak(time, connections).await,
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// `90s` or `30m`.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = match text.strip_suffix('m') {
        Some(minutes) => (minutes, 60),
        None => (text.strip_suffix('s')?, 1),
    };
    Some(Duration::from_secs(number.parse::<u64>().ok()? * unit))
}

async fn soak(time: Duration, connections: usize) -> ExitCode {
    let mut file = File::start();
    let mut bucket = Bucket::start().await;
    let loads = [
        Load::start(file.app.address(), connections, &file.versions),
        Load::start(bucket.app.address(), connections, &bucket.versions),
    ];
    let mut rows: Vec<(Duration, [Counts; 2])> = Vec::new();
    let mut under_load = Duration::ZERO;
    while under_load < time {
        // At first a minute of a long run, or a fifth of a short one.
        let part = match rows.len() {
            0 => (time / 5).min(Duration::from_secs(60)),
            1 => ROW.saturating_sub(under_load),
            _ => ROW,
        };
        let part = part.min(time - under_load);
        let begun = Instant::now();
        loads.iter().for_each(Load::go);
        while begun.elapsed() < part {
            file.disturb();
            bucket.disturb().await;
            tokio::time::sleep(Duration::from_millis(fastrand::u64(200..=500))).await;
        }
        under_load += part;
        loads.iter().for_each(Load::stop);
        file.calm().await;
        bucket.calm().await;
        let first = rows.first().map(|(_, counts)| *counts);
        let counts = [
            Counts::settled(&file.app, first.map(|[file, _]| file)).await,
            Counts::settled(&bucket.app, first.map(|[_, bucket]| bucket)).await,
        ];
        eprintln!("after {} s: {counts:?}", under_load.as_secs());
        rows.push((under_load, counts));
    }

    println!("| under load for | app | memory (KiB) | descriptors | threads |");
    println!("|---:|---|---:|---:|---:|");
    for (after, counts) in &rows {
        for (app, counts) in ["axum, file", "actix, bucket"].into_iter().zip(counts) {
            println!("| {} s | {app} | {counts} |", after.as_secs());
        }
    }
    println!(
        "\nThe file changed {} times, the bucket {} times.",
        file.changes, bucket.changes
    );
    println!("The bucket's server had {} requests.", bucket.requests());
    let mut failed = false;
    for ((app, load), versions) in ["axum", "actix"]
        .into_iter()
        .zip(&loads)
        .zip([&file.versions, &bucket.versions])
    {
        let told = load.told();
        println!(
            "{app}: {} responses on {} connections, by {} of {} versions; wrong: {}",
            told.responses,
            told.connections,
            told.versions,
            versions.latest(),
            told.wrong.len()
        );
        for wrong in told.wrong.iter().take(10) {
            println!("    {wrong}");
        }
        failed |= !told.wrong.is_empty() || told.responses == 0 || told.versions < 2;
    }
    if let (Some((_, first)), Some((_, last))) = (rows.first(), rows.last()) {
        failed |= first
            .iter()
            .zip(last)
            .any(|(first, last)| last.has_more_than(*first));
    }
    ExitCode::from(u8::from(failed))
}
