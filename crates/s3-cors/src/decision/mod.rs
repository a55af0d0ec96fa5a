//! What S3 decides about a request, and what it sends.

mod decide;
mod headers;
mod refusal;
mod vary;

pub use headers::CorsHeaders;
pub(crate) use refusal::{BODIES, xml_end};
pub use refusal::{Refusal, RefusalReason};
pub use vary::merge_vary;

use crate::policy::Mismatch;

/// A bucket's CORS decision about a request.
///
/// S3 itself responds to `OPTIONS` requests: [`Preflight`](Self::Preflight) or
/// [`Refused`](Self::Refused). All other requests get their ordinary response, with or without CORS
/// headers; S3 never refuses one of them because of CORS (F22).
#[derive(Debug)]
#[must_use]
pub enum Decision<'a, V: ?Sized = [u8]> {
    /// Not a CORS request: no `Origin`, and not `OPTIONS`. Send the ordinary response, with no
    /// CORS header and no `Vary` (F22).
    NotCors,
    /// An actual request that no rule allows. Send the ordinary response, with no CORS header and
    /// no `Vary` (F22); the browser does not let the script read it.
    NotAllowed(Mismatch<'a>),
    /// An actual request that a rule allows. Send the ordinary response with these headers,
    /// whatever its status (F23, F24, D16).
    Allowed(CorsHeaders<'a, V>),
    /// A preflight that a rule allows. Respond with status 200, these headers and no body (F39).
    Preflight(CorsHeaders<'a, V>),
    /// A preflight that S3 refuses. Respond with this error and no CORS header (F51).
    Refused(Refusal<'a>),
}
