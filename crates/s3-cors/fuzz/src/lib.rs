//! What the targets share: decisions held against the naive reading of the rules, and what must
//! hold for every text that is read as a configuration.

#[path = "../../../../tests/src/brute_force.rs"]
pub mod brute_force;
mod decisions;
#[path = "../../../../tests/src/naive.rs"]
pub mod naive;
pub mod naive_fetch;
mod texts;
#[path = "../../../../tests/src/translated.rs"]
pub mod translated;

pub use decisions::assert_decided_naively;
pub use texts::assert_read_soundly;

/// The naive readings take rules from their own package; the engine's have the same fields.
pub mod corpus {
    pub use s3_cors::CorsRule as Rule;
}
