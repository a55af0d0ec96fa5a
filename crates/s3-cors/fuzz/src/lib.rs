//! What the targets share: decisions held against the naive reading of the rules, and what must
//! hold for every text that is read as a configuration.

mod decisions;
#[path = "../../../../tests/src/naive.rs"]
pub mod naive;
mod texts;
#[path = "../../../../tests/src/translated.rs"]
pub mod translated;

pub use decisions::assert_decided_naively;
pub use texts::assert_read_soundly;

/// The naive reading takes rules from its own package; the engine's have the same fields.
pub mod corpus {
    pub use s3_cors::CorsRule as Rule;
}
