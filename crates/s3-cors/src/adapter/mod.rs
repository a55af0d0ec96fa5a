//! What middleware and S3 servers need besides a decision.
//!
//! An app that uses a middleware for its framework needs nothing from this module. It is for code
//! that applies a [`Decision`](crate::Decision) to a framework's requests and responses, and it
//! implements the rest of S3's behaviour in one place:
//!
//! - [`PolicyProvider`]: a fixed policy, or one that can be replaced.
//! - `http_1x` and `http_02x`, behind the features of the same names:
//!   [`CorsRequest`](crate::CorsRequest) for the requests of the `http` crate, CORS headers that
//!   outlive their request, and the changes to a response's headers.
//! - [`request_id`] and [`host_id`]: the ids of a refusal.
//! - [`merge_vary`]: S3's `Vary` merged with an app's own.

mod http;
#[cfg(feature = "http-1x")]
mod preflight;
mod provider;
mod request_id;

pub use crate::decision::merge_vary;
pub use provider::{LoadedPolicy, PolicyProvider};
pub use request_id::{host_id, request_id};

#[cfg(feature = "http-1x")]
pub use http::http_1x;
#[cfg(feature = "http-02x")]
pub use http::http_02x;
