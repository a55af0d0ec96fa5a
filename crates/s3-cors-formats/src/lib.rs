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

#[doc = include_str!("../FORMATS.md")]
pub mod formats {}

mod document;
mod engine;
mod finding;
mod findings;
mod foreign;
mod normalise;
mod parse;
mod pattern;
mod position;
mod read;
mod recognise;
mod tree;
mod value;
mod variables;

pub use document::{Bucket, Document, Entry, Format, Further, SourceList, SourceRule, Unknown};
pub use finding::{Finding, Severity};
pub use foreign::shown;
pub use position::{Position, Span};
pub use read::{ReadError, read, read_path};
pub use value::{Knowledge, Value};
pub use variables::Variables;
