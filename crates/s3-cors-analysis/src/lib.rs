#![doc = include_str!("../README.md")]
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
pub mod explain;
#[cfg(feature = "fetch")]
pub mod fetch;
#[cfg(feature = "lint")]
pub mod lint;
pub mod matrix;
mod pattern;

pub use s3_cors;
