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

mod future;
mod headers;
mod middleware;
mod seen;
mod service;

pub use future::ResponseFuture;
pub use middleware::{RefusalBody, S3Cors};
#[cfg(feature = "shared")]
pub use s3_cors::SharedPolicy;
#[cfg(feature = "shared")]
pub use s3_cors::adapter::BucketPolicies;
pub use s3_cors::adapter::{
    Addressing, DecisionEvent, PolicyProvider, RequestHead, Selection, ShadowDifference,
};
pub use s3_cors::{self, ConfigError, CorsConfiguration, CorsPolicy, Refusal};
pub use service::S3CorsMiddleware;
