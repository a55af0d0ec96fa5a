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

mod body;
mod future;
mod layer;
mod service;

pub use body::{BodyKind, InnerBody, ResponseBody, WrappedBody};
pub use future::ResponseFuture;
pub use layer::{RefusalBody, S3CorsLayer};
#[cfg(feature = "shared")]
pub use s3_cors::SharedPolicy;
#[cfg(feature = "shared")]
pub use s3_cors::adapter::BucketPolicies;
pub use s3_cors::adapter::{
    Addressing, DecisionEvent, PolicyProvider, RequestHead, Selection, ShadowDifference,
};
pub use s3_cors::{self, ConfigError, CorsConfiguration, CorsPolicy, Refusal};
pub use service::S3Cors;
