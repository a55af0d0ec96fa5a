//! What middleware and S3 servers need besides a decision.
//!
//! An app with a middleware for its framework needs nothing from here. Code that applies a
//! [`Decision`](crate::Decision) to a framework's requests and responses finds the rest of S3's
//! behaviour here, so that it is written once:
//!
//! - [`PolicyProvider`]: a policy that stays, or one that can be replaced.
//! - `http_1x` and `http_02x`, with the features of these names: requests of the `http` crate as
//!   [`CorsRequest`](crate::CorsRequest), CORS headers that outlive their request, and what is
//!   done to a response's headers.
//! - [`request_id`] and [`host_id`]: the ids of a refusal.
//! - [`merge_vary`]: S3's `Vary` joined with an app's own.

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
