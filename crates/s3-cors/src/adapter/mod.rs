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
//! - [`RequestId`], [`host_id`] and [`refusal_body`]: the ids of a refusal, and its body with them.
//! - [`merge_vary`]: S3's `Vary` joined with an app's own.

mod http;
mod provider;
#[cfg(feature = "http-1x")]
mod ready_maps;
mod request_id;

pub use crate::decision::merge_vary;
pub use provider::{LoadedPolicy, PolicyProvider};
pub use request_id::{RequestId, host_id};

use std::sync::OnceLock;

use crate::decision::{Refusal, xml_end};

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

/// The body of a refusal, of content type `application/xml`: [`Refusal::to_xml`] with these ids
/// and [`host_id`], as bytes.
///
/// The vector has no spare room, so that it becomes a framework's body without an allocation.
#[must_use]
pub fn refusal_body(refusal: &Refusal<'_>, request_id: &RequestId<'_>) -> Vec<u8> {
    static END: OnceLock<String> = OnceLock::new();
    let end = END.get_or_init(|| xml_end(host_id()));
    refusal.to_xml_bytes(request_id.as_bytes(), end.as_bytes())
}
