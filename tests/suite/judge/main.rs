//! The model of `fetch()` against the real judge: generated configurations and calls, and those
//! that deserved a name, run in a browser.
//!
//! Configurations are those of the example apps, with a server in front that writes down what
//! arrives. Whether a preflight is sent and with what, whether the request is, whether the script
//! gets the answer, and which of its headers, has to be as the model says. Answers that S3 does not
//! give come from a server of the tests.
//!
//! `S3_CORS_PAIRS` says how many calls are generated, and `S3_CORS_SEED` repeats a run. Where no
//! Chromium or no chromedriver is installed these tests say so and pass; with
//! `S3_CORS_REQUIRE_BROWSER=1` they fail.

mod answers;
mod bench;
mod call;
mod cases;
mod compare;
mod deviations;
mod generate;
mod script;
mod servers;

use std::env;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write as _};

use conformance::apps::NAMES;

use bench::{Bench, Tally};

const PAIRS: &str = "S3_CORS_PAIRS";
const SEED: &str = "S3_CORS_SEED";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn model_and_browser_agree_on_generated_calls() {
    let (seed, pairs) = seed_and_pairs();
    let Some(bench) = Bench::start().await else {
        return;
    };
    say(&format!("{SEED}={seed} {PAIRS}={pairs}"));
    let mut tally = Tally::default();
    for index in 0..pairs.div_ceil(generate::CALLS) {
        let mut group = generate::group(seed, index);
        group.calls.truncate(pairs - index * generate::CALLS);
        let name = format!("group {index}");
        bench
            .judge(&name, NAMES[index % NAMES.len()], &group, &mut tally)
            .await;
    }
    say(&format!("{tally}"));
    assert_eq!(tally.pairs, pairs);
    let found = tally.found.len();
    assert_eq!(
        found,
        0,
        "{SEED}={seed} {PAIRS}={pairs}:\n{}",
        tally.found.join("\n")
    );
}

fn seed_and_pairs() -> (u64, usize) {
    let seed = number(SEED).unwrap_or_else(|| RandomState::new().hash_one(PAIRS));
    (seed, number(PAIRS).map_or(120, |pairs| pairs as usize))
}

fn number(variable: &str) -> Option<u64> {
    let value = env::var(variable).ok().filter(|value| !value.is_empty())?;
    let parsed = value.parse();
    Some(parsed.unwrap_or_else(|error| panic!("{variable}={value}: {error}")))
}

/// To stderr itself, which the test harness lets through even if a test passes.
fn say(line: &str) {
    // Without a stderr there is nobody to tell.
    let _ = writeln!(io::stderr(), "judge: {line}");
}
