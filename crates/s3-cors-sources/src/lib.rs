// The examples need a framework, which this crate does not depend on: they are compiled in the
// workspace's package `conformance`.
#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]
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

#[cfg(feature = "bucket")]
mod bucket;
mod error;
#[cfg(feature = "file")]
mod file;
#[doc = include_str!("../FLEET.md")]
pub mod fleet {}
#[cfg_attr(not(any(feature = "file", feature = "bucket")), allow(dead_code))]
mod follow_handle;
#[cfg_attr(not(any(feature = "file", feature = "bucket")), allow(dead_code))]
mod report;
#[cfg_attr(not(feature = "bucket"), allow(dead_code))]
mod schedule;
#[cfg(test)]
mod simulation;

#[cfg(feature = "aws-config")]
pub use aws_config;
#[cfg(feature = "bucket")]
pub use aws_sdk_s3;
#[cfg(feature = "bucket")]
pub use bucket::{BucketError, BucketErrorKind, BucketSource};
pub use error::{SourceError, Stopped};
#[cfg(feature = "file")]
pub use file::FileSource;
pub use follow_handle::FollowHandle;
pub use s3_cors;
pub use s3_cors_analysis::changes::{RuleChange, rule_changes};
pub use schedule::Schedule;
