//! What middleware and S3 servers need besides a decision.
//!
//! An app that uses a middleware for its framework needs nothing from this module. It is for code
//! that applies a [`Decision`](crate::Decision) to a framework's requests and responses, and it
//! implements the rest of S3's behaviour in one place:
//!
//! - [`PolicyProvider`]: a fixed policy, one that can be replaced, or one that is selected for each
//!   request by its [`RequestHead`].
//! - `BucketPolicies`, with the feature `shared`: the policies of many buckets by name, and
//!   [`Addressing`]: which bucket a URL names.
//! - [`Observer`]: events of decisions, and a policy that is evaluated beside the one in force.
//! - [`bucket_cors`]: the bodies of `PutBucketCors` and `GetBucketCors`, and their errors, for S3
//!   servers.
//! - `http_1x` and `http_02x`, behind the features of the same names:
//!   [`CorsRequest`](crate::CorsRequest) for the requests of the `http` crate, CORS headers that
//!   outlive their request, and the changes to a response's headers.
//! - [`RequestId`] and [`host_id`]: the ids of a refusal; [`refusal_body`]: its body with them.
//! - [`merge_vary`]: S3's `Vary` merged with an app's own.

mod addressing;
pub mod bucket_cors;
#[cfg(feature = "shared")]
mod buckets;
mod http;
mod observe;
mod provider;
#[cfg(feature = "http-1x")]
mod ready_maps;
mod refusal_body;
mod request_head;
mod request_id;
mod selection;

pub use crate::decision::merge_vary;
pub use addressing::{Address, Addressing, AddressingError, BucketName};
#[cfg(feature = "shared")]
pub use buckets::BucketPolicies;
pub use observe::{
    DecisionEvent, DecisionOutcome, DecisionReason, Observer, ShadowDifference, ShadowKind,
};
pub use provider::{LoadedPolicy, PolicyOfRequest, PolicyProvider};
pub use refusal_body::refusal_body;
pub use request_head::RequestHead;
pub use request_id::{RequestId, host_id};
pub use selection::Selection;

/// For the `http` crate 1.x.
#[cfg(feature = "http-1x")]
pub mod http_1x {
    pub use super::http::http_1x::*;
    pub use super::ready_maps::{preflight_headers, refusal_headers};
}

/// For the `http` crate 0.2.
#[cfg(feature = "http-02x")]
pub mod http_02x {
    pub use super::http::http_02x::*;
}
