#![doc = include_str!("../README.md")]
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

#[doc = include_str!("../BEHIND.md")]
pub mod behind {}

#[doc = include_str!("../FORMATS.md")]
pub mod formats {}

mod compare;
mod convert;
mod document;
mod engine;
mod evaluate;
mod finding;
mod findings;
mod foreign;
mod normalise;
mod parse;
mod pattern;
mod position;
mod read;
mod recognise;
mod target;
mod tree;
mod value;
mod variables;
mod write;

pub use compare::{Difference, DifferenceCode, DifferenceKind, Request, RequestKind, Response};
pub use convert::{Conversion, ConvertError, convert, differences_in, response_of_s3};
pub use document::{Bucket, Document, Entry, Format, Further, SourceList, SourceRule, Unknown};
pub use evaluate::{Deployment, DeploymentError};
pub use finding::{Finding, FindingCode, Related, Severity};
pub use foreign::shown;
pub use position::{Position, Span};
pub use read::{MAX_FILE_BYTES, ReadError, read, read_app_rules, read_path};
pub use target::Target;
pub use value::{Knowledge, Value};
pub use variables::Variables;
