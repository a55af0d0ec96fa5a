//! What the tests under `suite/` share: the corpus under `cases/`, the comparison of an answer
//! with what a case expects, a second, naive engine, generated configurations and requests, a way to
//! real sockets, and a browser.

pub mod answer;
pub mod apps;
pub mod browser;
pub mod brute_force;
pub mod corpus;
pub mod dialects;
pub mod generate;
pub mod health;
pub mod naive;
pub mod raw_http;
pub mod translated;

/// The examples of the front pages, which need frameworks that the published crates do without.
#[cfg(doctest)]
mod front_pages {
    #[doc = include_str!("../../README.md")]
    struct Workspace;

    #[doc = include_str!("../../crates/tower-s3-cors/README.md")]
    struct Tower;

    #[doc = include_str!("../../crates/actix-s3-cors/README.md")]
    struct Actix;

    #[doc = include_str!("../../crates/s3-cors-sources/README.md")]
    struct Sources;
}
