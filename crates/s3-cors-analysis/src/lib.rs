#![cfg_attr(all(feature = "explain", feature = "lint", feature = "fetch"), doc = include_str!("../README.md"))]
#![cfg_attr(
    not(all(feature = "explain", feature = "lint", feature = "fetch")),
    doc = "Explains, checks and compares S3 CORS configurations. Each module but [`diff`] and [`changes`] is a feature."
)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

pub mod changes;
pub mod diff;
#[cfg(feature = "explain")]
pub mod explain;
#[cfg(feature = "fetch")]
pub mod fetch;
#[cfg(feature = "lint")]
pub mod lint;
pub mod matrix;
mod pattern;
mod quoted;
#[cfg(any(feature = "explain", feature = "lint"))]
mod sendable;
mod tried;

pub use s3_cors;
pub use tried::RulePosition;
