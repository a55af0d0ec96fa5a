//! The fetch that the tests of the browser's side begin with.

use cors_fetch::{Failure, Fetch, Outcome};

pub(crate) const PAGE: &str = "https://app.example.com/index.html";
pub(crate) const TARGET: &str = "https://bucket.example.net/cat.jpg";

pub(crate) fn fetch() -> Fetch {
    Fetch::new(PAGE, TARGET).expect("URLs")
}

pub(crate) fn with(method: &str, headers: &[(&str, &str)]) -> Fetch {
    let fetch = fetch().method(method);
    let add = |fetch: Fetch, (name, value): &(&str, &str)| fetch.header(name, *value);
    headers.iter().fold(fetch, add)
}

pub(crate) fn blocked(outcome: Outcome) -> Failure {
    match outcome {
        Outcome::Blocked(failure) => failure,
        other => panic!("{other:?}"),
    }
}
