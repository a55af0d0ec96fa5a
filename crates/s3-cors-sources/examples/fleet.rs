//! What a fleet that follows one bucket asks of S3: computed where it can be, simulated where
//! chance plays along. Prints the tables of `FLEET.md`.
//!
//! ```sh
//! cargo run -p s3-cors-sources --example fleet
//! ```

use std::fmt::Write;
use std::time::Duration;

use fastrand::Rng;
use s3_cors_sources::Schedule;

const FLEETS: [u32; 3] = [10, 1_000, 100_000];
/// us-east-1, S3 Standard, "GET, SELECT, and all other requests", as listed in November 2026.
const DOLLARS_PER_REQUEST: f64 = 0.0004 / 1000.0;
const HOURS_PER_MONTH: f64 = 730.0;
/// The same dice for everybody who prints the page.
const SEED: u64 = 1_700_000_000;
const RESTARTED: u32 = 100_000;
const MINUTES: u64 = 10;

fn main() {
    print!("{}", page());
}

fn page() -> String {
    let schedule = Schedule::default();
    let spread = schedule.clone().spread_first_load(Duration::from_secs(60));
    let sections = [
        ("Requests and cost", costs(&schedule)),
        ("Staleness", staleness(&schedule)),
        ("Restarted at the same second", arrivals(&schedule, &spread)),
        ("While S3 fails, and after", outage(&schedule)),
    ];
    let sections = sections.map(|(title, table)| format!("### {title}\n\n{table}"));
    sections.join("\n")
}

/// From the mean time between two loads alone.
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

/// The longest a change may go unnoticed, not counting the request itself.
fn staleness(schedule: &Schedule) -> String {
    let throttled = (0..=1000).map(|step| schedule.slow_down(u32::MAX, f64::from(step) / 1000.0));
    let mut table = "| | at worst |\n|---|---:|\n".to_owned();
    let mut row = |name: &str, wait: Duration| {
        line(
            &mut table,
            &[name.to_owned(), format!("{} s", wait.as_secs())],
        );
    };
    row("while all is well", schedule.longest_interval());
    row(
        "after failures, from their end on",
        schedule.longest_backoff(),
    );
    row(
        "after being told to slow down, from its end on",
        throttled.max().unwrap_or_default(),
    );
    table
}

/// How many requests arrive in each second.
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
            "busiest second of minute 1 after that".into()
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

/// Loads of the first minutes, by second; every load succeeds, and takes no time.
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

/// S3 fails for everybody from a moment on for ten minutes, and then for nobody.
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
    let mut table = "| 100,000 instances, S3 fails for 10 minutes | |\n|---|---:|\n".to_owned();
    let mut row = |name: &str, value: String| line(&mut table, &[name.to_owned(), value]);
    row(
        "busiest second, while the back-off is short",
        grouped(busiest(&seconds, 0, 120)),
    );
    row(
        "busiest second of the last five minutes of it",
        grouped(busiest(&seconds, 300, 600)),
    );
    row(
        "busiest second after its end",
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

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_shows_what_the_program_prints() {
        let page = include_str!("../FLEET.md");
        let printed = super::page();
        for section in printed.split("### ").skip(1) {
            let section = section
                .split_once("\n\n")
                .map_or("", |(_, table)| table.trim());
            assert!(
                page.contains(section),
                "FLEET.md lacks or contradicts:\n{section}"
            );
        }
    }

    #[test]
    fn nothing_here_is_forgotten() {
        let seconds = super::simulated(&super::Schedule::default());
        let all: u64 = super::slice(&seconds, 0, u64::MAX).sum();
        // One each at once, and then one each per 57 seconds, of which the first takes half a
        // minute: the naive reading.
        let expected = 100_000.0 * (1.0 + (600.0 - 30.0) / 57.0 + 0.5);
        #[allow(clippy::cast_precision_loss)]
        let share = all as f64 / expected;
        assert!((0.98..1.02).contains(&share), "{all}, expected {expected}");
    }
}
