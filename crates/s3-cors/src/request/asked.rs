//! A request as S3 reads it.

use super::{CorsRequest, Echo, RequestHeader, names};
use crate::limits::PREFLIGHT_METHODS;

/// A request as S3 reads it: its origin, and the method and headers that S3 checks.
///
/// All code that decides or explains requests reads them through this type, so that it agrees.
///
/// ```
/// use s3_cors::{Asked, RequestParts};
///
/// let headers: &[(&str, &[u8])] = &[
///     ("Origin", b"https://www.example.com"),
///     ("Access-Control-Request-Method", b"PUT"),
///     ("Access-Control-Request-Headers", b"content-type, ,x-amz-date"),
/// ];
/// let request = RequestParts::new("GET", headers);
/// let asked = Asked::of(&request);
/// assert_eq!(asked.origin().unwrap().as_bytes(), b"https://www.example.com");
/// // `Access-Control-Request-Method` applies whatever the method is.
/// assert_eq!(asked.method().as_bytes(), b"PUT");
/// let names: Vec<&[u8]> = asked.requested_headers().collect();
/// assert_eq!(names, [&b"content-type"[..], b"x-amz-date"]);
/// ```
#[derive(Debug)]
pub struct Asked<'a, R: CorsRequest> {
    request: &'a R,
    origin: Option<Echo<'a, R::HeaderValue>>,
}

impl<'a, R: CorsRequest> Asked<'a, R> {
    /// Reads a request.
    #[inline]
    pub fn of(request: &'a R) -> Self {
        Self {
            request,
            origin: value(request.header_lines(RequestHeader::Origin)),
        }
    }

    /// The request's `Origin`. An empty one counts as absent (D19); several lines are joined by
    /// `, ` into one value (D24).
    #[must_use]
    #[inline]
    pub fn origin(&self) -> Option<&Echo<'a, R::HeaderValue>> {
        self.origin.as_ref()
    }

    /// The [origin](Self::origin), for a response that outlives this value.
    #[inline]
    pub(crate) fn into_origin(self) -> Option<Echo<'a, R::HeaderValue>> {
        self.origin
    }

    /// Whether the method is `OPTIONS`, to which S3 responds itself.
    #[must_use]
    #[inline]
    pub fn is_options(&self) -> bool {
        self.request.method() == "OPTIONS"
    }

    /// Whether the request is an `OPTIONS` with `Origin` and `Access-Control-Request-Method`.
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        self.is_options() && self.origin.is_some() && self.method().is_requested()
    }

    /// The method that S3 checks: the value of `Access-Control-Request-Method`, whatever the
    /// request's own method is (F14); without that header, the request's own method (F52). An empty
    /// value counts as absent (F52, D22). Several lines are joined by `, ` into one value, which is
    /// not a valid method (D24).
    #[must_use]
    #[inline]
    pub fn method(&self) -> AskedMethod<'a, R::HeaderValue> {
        match value(
            self.request
                .header_lines(RequestHeader::AccessControlRequestMethod),
        ) {
            Some(requested) => AskedMethod::Requested(requested),
            None => AskedMethod::Own(self.request.method()),
        }
    }

    /// The lines of `Access-Control-Request-Headers`, in order. They form a single list (D23).
    #[inline]
    pub(crate) fn requested_lines(&self) -> impl Iterator<Item = &'a R::HeaderValue> + use<'a, R> {
        self.request
            .header_lines(RequestHeader::AccessControlRequestHeaders)
    }

    /// The names in `Access-Control-Request-Headers`, in order: split at commas, with white space
    /// around them dropped (F18) and empty names skipped (F19).
    pub fn requested_headers(&self) -> impl Iterator<Item = &'a [u8]> + use<'a, R> {
        self.requested_lines().flat_map(|line| names(line.as_ref()))
    }
}

/// The method that S3 checks: see [`Asked::method`].
#[derive(Debug)]
#[non_exhaustive]
pub enum AskedMethod<'a, V: ?Sized = [u8]> {
    /// The method in `Access-Control-Request-Method`.
    Requested(Echo<'a, V>),
    /// The request's own method.
    Own(&'a str),
}

impl<V: AsRef<[u8]> + ?Sized> AskedMethod<'_, V> {
    /// The method.
    #[must_use]
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Requested(requested) => requested.as_bytes(),
            Self::Own(own) => own.as_bytes(),
        }
    }

    /// Whether the request has a non-empty `Access-Control-Request-Method`.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        matches!(self, Self::Requested(_))
    }

    /// The method, if S3 accepts it in a preflight (F53).
    #[must_use]
    pub fn accepted(&self) -> Option<&'static str> {
        let asked = self.as_bytes();
        PREFLIGHT_METHODS
            .into_iter()
            .find(|method| method.as_bytes() == asked)
    }
}

/// A header's value: its line, or its lines joined by `, `. An empty value counts as absent.
#[inline]
fn value<'a, V: AsRef<[u8]> + ?Sized + 'a>(
    mut lines: impl Iterator<Item = &'a V>,
) -> Option<Echo<'a, V>> {
    let first = lines.next()?;
    match lines.next() {
        None => (!first.as_ref().is_empty()).then_some(Echo::Line(first)),
        Some(second) => Some(Echo::Built(joined(first, second, lines))),
    }
}

#[cold]
fn joined<'a, V: AsRef<[u8]> + ?Sized + 'a>(
    first: &V,
    second: &'a V,
    others: impl Iterator<Item = &'a V>,
) -> Vec<u8> {
    let mut joined = first.as_ref().to_vec();
    for line in [second].into_iter().chain(others) {
        joined.extend_from_slice(b", ");
        joined.extend_from_slice(line.as_ref());
    }
    joined
}
