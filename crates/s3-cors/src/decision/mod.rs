//! What S3 decides about a request, and what it sends.

mod decide;
mod headers;
mod refusal;
mod vary;

pub use headers::CorsHeaders;
pub(crate) use refusal::xml_end;
pub use refusal::{Refusal, RefusalReason};
pub use vary::merge_vary;

use crate::policy::Mismatch;

/// What a bucket does with a request, as far as CORS goes.
///
/// S3 itself responds to `OPTIONS` requests: [`Preflight`](Self::Preflight) or
/// [`Refused`](Self::Refused). All others get their ordinary response, with or without CORS
/// headers; S3 refuses none of them for CORS (F22).
#[derive(Debug)]
#[must_use]
pub enum Decision<'a, V: ?Sized = [u8]> {
    /// Not a CORS request: no `Origin`, and not `OPTIONS`. Send the ordinary response, with no
    /// CORS header and no `Vary` (F22).
    NotCors,
    /// An actual request that no rule allows. Send the ordinary response, with no CORS header and
    /// no `Vary` (F22): the browser then keeps it from the script.
    NotAllowed(Mismatch<'a>),
    /// An actual request that a rule allows. Send the ordinary response with these headers,
    /// whatever its status (F23, F24).
    Allowed(CorsHeaders<'a, V>),
    /// A preflight that a rule allows. Respond with status 200, these headers and no body (F39).
    Preflight(CorsHeaders<'a, V>),
    /// A preflight that S3 refuses. Respond with this error and no CORS header (F51).
    Refused(Refusal<'a>),
}
