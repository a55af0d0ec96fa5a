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

pub mod adapter;
mod configuration;
mod decision;
mod error;
pub mod files;
pub mod limits;
mod pattern;
mod policy;
#[cfg(feature = "shared")]
mod reload;
mod request;
pub mod sanitize;
mod xml_text;

#[doc = include_str!("../BEHAVIOUR.md")]
pub mod behaviour {}

pub use configuration::{
    AppRules, CorsConfiguration, CorsRule, Dialect, LocatedConfiguration, Span, UnknownDialect,
};
pub use decision::{CorsHeaders, Decision, Refusal, RefusalReason};
pub use error::{ConfigError, JsonType, Place, Position, Problem, ProblemKind, ReadError, S3Error};
pub use pattern::Pattern;
pub use policy::{CompiledRule, CorsPolicy, Mismatch, ResponseHeader, RuleSet, RuleValues, VARY};
#[cfg(feature = "shared")]
pub use reload::{LoadFailure, PolicyStatus, Replaced, SharedPolicy};
pub use request::{
    Asked, AskedMethod, CorsRequest, Echo, RequestHeader, RequestParts, ResourceType,
};
pub use xml_text::is_xml_character;
