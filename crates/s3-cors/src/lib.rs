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

#[doc = include_str!("../BEHAVIOUR.md")]
pub mod behaviour {}
mod check;
mod configuration;
mod decide;
mod decision;
mod dialect;
#[cfg(feature = "difference")]
pub mod difference;
mod error;
#[cfg(feature = "explain")]
pub mod explain;
#[cfg(feature = "fetch")]
pub mod fetch;
mod generations;
#[cfg(feature = "lint")]
pub mod lint;
mod located;
#[cfg(any(feature = "explain", feature = "lint", feature = "difference"))]
mod pattern;
mod policy;
#[cfg(feature = "http1")]
mod preflight;
mod provider;
mod read;
mod refusal;
mod request;
mod request_id;
mod requested_headers;
mod rule_index;
mod rule_set;
#[cfg(feature = "shared")]
mod shared;
mod values;
mod vary;
mod write;

pub use configuration::{CorsConfiguration, CorsRule};
pub use decision::{CorsHeaders, Decision, Echo, NotAllowed};
pub use dialect::Dialect;
pub use error::{ConfigError, JsonType, Place, Position, Problem, ProblemKind, S3Error};
pub use located::{Located, Span};
pub use policy::{CorsPolicy, Rule};
pub use provider::{LoadedPolicy, PolicyProvider};
pub use refusal::{Refusal, RefusalReason};
pub use request::{CorsRequest, PlainRequest, RequestHeader, ResourceType};
pub use request_id::{host_id, request_id};
pub use values::RuleValues;
pub use vary::{VARY, merge_vary};

#[cfg(feature = "shared")]
pub use shared::{Failure, PolicyStatus, Replaced, SharedPolicy};

#[cfg(feature = "http1")]
pub use generations::http1;
#[cfg(feature = "http02")]
pub use generations::http02;
