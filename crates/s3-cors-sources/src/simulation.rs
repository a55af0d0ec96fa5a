//! The numbers of `FLEET.md`: the load that a fleet puts on S3 when every instance follows one
//! bucket, computed or simulated with the source's own [`Schedule`].
//!
//! The test compares the page with the tables; `UPDATE_FLEET=1 cargo test -p s3-cors-sources fleet`
//! rewrites them.

use std::fmt::Write;
use std::time::Duration;

use fastrand::Rng;

use crate::schedule::Schedule;

const FLEETS: [u32; 3] = [10, 1_000, 100_000];
/// us-east-1, S3 Standard, "GET, SELECT, and all other requests", as listed in November 2026.
const DOLLARS_PER_REQUEST: f64 = 0.0004 / 1000.0;
const HOURS_PER_MONTH: f64 = 730.0;
/// Fixed, so that the page is reproducible.
const SEED: u64 = 1_700_000_000;
const RESTARTED: u32 = 100_000;
const MINUTES: u64 = 10;

/// The tables of the page, in its order.
fn tables() -> [String; 4] {
    let schedule = Schedule::default();
    let spread = schedule.clone().spread_first_load(Duration::from_secs(60));
    [
        costs(&schedule),
        staleness(&schedule),
        arrivals(&schedule, &spread),
        outage(&schedule),
    ]
}

/// Requests and cost, from the mean time between two loads.
fn costs(schedule: &Schedule) -> String {
    let mut table =
        "| instances | requests per second | requests per month | dollars per month |\n\
                     |---:|---:|---:|---:|\n"
            .to_owned();
    for instances in FLEETS {
        let per_second = f64::from(instances) / schedule.mean_interval().as_secs_f64();
        let per_month = per_second * HOURS_PER_MONTH * 3600.0;
        let dollars = per_month * DOLLARS_PER_REQUEST;
        line(
            &mut table,
            &[
                grouped(u64::from(instances)),
                decimal(per_second),
                grouped(rounded(per_month)),
                decimal(dollars),
            ],
        );
    }
    table
}

/// How long a change may go unnoticed, not counting the request itself.
fn staleness(schedule: &Schedule) -> String {
    let throttled = (0..=1000).map(|step| schedule.slow_down(u32::MAX, f64::from(step) / 1000.0));
    let mut table = "| | at most |\n|---|---:|\n".to_owned();
    let mut row = |name: &str, wait: Duration| {
        line(
            &mut table,
            &[name.to_owned(), format!("{} s", wait.as_secs())],
        );
    };
    row("while loads succeed", schedule.longest_interval());
    row(
        "after failures, from the end of the outage",
        schedule.longest_backoff(),
    );
    row(
        "after throttling, from its end",
        throttled.max().unwrap_or_default(),
    );
    table
}

/// How many requests arrive per second after a restart of the whole fleet.
fn arrivals(at_once: &Schedule, spread: &Schedule) -> String {
    let columns = [simulated(at_once), simulated(spread)];
    let mut table =
        "| | first load at once | first loads spread over 60 s |\n|---|---:|---:|\n".to_owned();
    let mut row = |name: &str, of: &dyn Fn(&[u32]) -> u64| {
        let [left, right] = columns.each_ref().map(|seconds| grouped(of(seconds)));
        line(&mut table, &[name.to_owned(), left, right]);
    };
    row("in the first second", &|seconds| second(seconds, 0));
    for minute in 1..=MINUTES {
        let name = format!("busiest second of minute {minute}");
        let from = if minute == 1 { 1 } else { (minute - 1) * 60 };
        let name = if minute == 1 {
            "busiest second of the rest of minute 1".into()
        } else {
            name
        };
        row(&name, &|seconds| busiest(seconds, from, minute * 60));
    }
    let from = (MINUTES - 1) * 60;
    row("quietest second of the last minute", &|seconds| {
        quietest(seconds, from)
    });
    row("mean of the last minute, per second", &|seconds| {
        mean(seconds, from)
    });
    table
}

/// The loads of the first minutes, by second. Every load succeeds and takes no time.
fn simulated(schedule: &Schedule) -> Vec<u32> {
    let end = Duration::from_secs(MINUTES * 60);
    let mut seconds = vec![0; usize::try_from(end.as_secs()).unwrap_or_default()];
    let mut random = Rng::with_seed(SEED);
    for _ in 0..RESTARTED {
        let mut now = schedule.first(random.f64());
        let mut next = now + schedule.phase(random.f64());
        while now < end {
            count(&mut seconds, now);
            now = next;
            next += schedule.next(random.f64());
        }
    }
    seconds
}

/// An outage: every load fails for ten minutes, and succeeds afterwards.
fn outage(schedule: &Schedule) -> String {
    let outage = Duration::from_secs(600);
    let end = outage + Duration::from_secs(360);
    let mut seconds = vec![0; usize::try_from(end.as_secs()).unwrap_or_default()];
    let mut recovered = Vec::new();
    let mut random = Rng::with_seed(SEED);
    for _ in 0..RESTARTED {
        let mut now = schedule.phase(random.f64());
        let mut failures = 0;
        loop {
            count(&mut seconds, now);
            if now >= outage {
                recovered.push(now - outage);
                break;
            }
            failures += 1;
            now += schedule.retry(failures, random.f64());
        }
    }
    recovered.sort_unstable();
    let at = |share: usize| {
        let index = (recovered.len() - 1) * share / 100;
        recovered.get(index).copied().unwrap_or_default().as_secs()
    };
    let mut table = "| 100,000 instances, outage of 10 minutes | |\n|---|---:|\n".to_owned();
    let mut row = |name: &str, value: String| line(&mut table, &[name.to_owned(), value]);
    row(
        "busiest second, while the back-off is short",
        grouped(busiest(&seconds, 0, 120)),
    );
    row(
        "busiest second of its last five minutes",
        grouped(busiest(&seconds, 300, 600)),
    );
    row(
        "busiest second after the outage",
        grouped(busiest(&seconds, 600, 960)),
    );
    row("half have loaded again after", format!("{} s", at(50)));
    row("99 % have loaded again after", format!("{} s", at(99)));
    row("all have loaded again after", format!("{} s", at(100)));
    table
}

fn count(seconds: &mut [u32], at: Duration) {
    let second = usize::try_from(at.as_secs()).unwrap_or(usize::MAX);
    if let Some(count) = seconds.get_mut(second) {
        *count += 1;
    }
}

fn slice(seconds: &[u32], from: u64, to: u64) -> impl Iterator<Item = u64> {
    let bounds = [from, to].map(|bound| usize::try_from(bound).unwrap_or(usize::MAX));
    let [from, to] = bounds.map(|bound| bound.min(seconds.len()));
    seconds
        .iter()
        .take(to)
        .skip(from)
        .map(|&count| u64::from(count))
}

fn second(seconds: &[u32], at: u64) -> u64 {
    slice(seconds, at, at + 1).sum()
}

fn busiest(seconds: &[u32], from: u64, to: u64) -> u64 {
    slice(seconds, from, to).max().unwrap_or_default()
}

fn quietest(seconds: &[u32], from: u64) -> u64 {
    slice(seconds, from, u64::MAX).min().unwrap_or_default()
}

fn mean(seconds: &[u32], from: u64) -> u64 {
    let count = slice(seconds, from, u64::MAX).count() as u64;
    slice(seconds, from, u64::MAX).sum::<u64>() / count.max(1)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn rounded(number: f64) -> u64 {
    number.round() as u64
}

fn line(table: &mut String, cells: &[String]) {
    // Writing to a string cannot fail.
    let _ = writeln!(table, "| {} |", cells.join(" | "));
}

fn decimal(number: f64) -> String {
    let hundredths = rounded(number * 100.0);
    format!("{}.{:02}", grouped(hundredths / 100), hundredths % 100)
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[test]
fn the_fleet_page_shows_the_tables_that_are_computed() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/FLEET.md");
    let page = std::fs::read_to_string(file).unwrap().replace("\r\n", "\n");
    let mut updated = String::new();
    let mut tables = tables().into_iter();
    let mut in_table = false;
    for line in page.lines() {
        let is_row = line.starts_with('|');
        if is_row && !in_table {
            updated += &tables.next().expect("a table for each on the page");
        }
        in_table = is_row;
        if !is_row {
            updated += line;
            updated.push('\n');
        }
    }
    assert_eq!(tables.next(), None, "the page lacks a table");
    if std::env::var_os("UPDATE_FLEET").is_some() {
        std::fs::write(file, updated).unwrap();
    } else {
        assert_eq!(page, updated);
    }
}

#[test]
fn the_simulation_counts_every_load() {
    let seconds = simulated(&Schedule::default());
    let all: u64 = slice(&seconds, 0, u64::MAX).sum();
    // The naive reading: one load at once, a second within a minute, and then one every 57 seconds.
    let expected = 100_000.0 * (1.0 + (600.0 - 30.0) / 57.0 + 0.5);
    #[allow(clippy::cast_precision_loss)]
    let share = all as f64 / expected;
    assert!((0.98..1.02).contains(&share), "{all}, expected {expected}");
}
