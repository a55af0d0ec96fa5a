//! What the engine needs to know about a request.

mod asked;
mod echo;
mod requested_headers;

pub use asked::{Asked, AskedMethod};
pub use echo::Echo;
pub(crate) use requested_headers::{EchoOfNames, names};

/// What a path names: the bucket itself, or an object in it. It only appears in the body of a
/// refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResourceType {
    /// The root path.
    Bucket,
    /// Any other path.
    Object,
}

impl ResourceType {
    /// `/` is the bucket, as in a virtual-hosted-style URL; every other path is an object
    /// (F57).
    ///
    /// ```
    /// use s3_cors::ResourceType;
    ///
    /// assert_eq!(ResourceType::of_path("/"), ResourceType::Bucket);
    /// assert_eq!(ResourceType::of_path("/photos/cat.jpg"), ResourceType::Object);
    /// ```
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        match path {
            "/" | "" => Self::Bucket,
            _ => Self::Object,
        }
    }

    /// S3's spelling: `BUCKET` or `OBJECT`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bucket => "BUCKET",
            Self::Object => "OBJECT",
        }
    }
}

/// The request headers that CORS decisions depend on (F40).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestHeader {
    /// `Origin`
    Origin,
    /// `Access-Control-Request-Method`
    AccessControlRequestMethod,
    /// `Access-Control-Request-Headers`
    AccessControlRequestHeaders,
}

impl RequestHeader {
    /// The header's name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::AccessControlRequestMethod => "access-control-request-method",
            Self::AccessControlRequestHeaders => "access-control-request-headers",
        }
    }
}

/// The parts of a request that CORS needs. Implement it for your framework's request type to decide
/// requests without copying headers.
///
/// With the feature `http-1x` it is implemented for `http::Request` of the `http` crate 1.x, with
/// `http-02x` for that of 0.2. For anything else there is [`RequestParts`].
pub trait CorsRequest {
    /// The framework's type for a header value; `[u8]` if it has none. A response that echoes a
    /// value borrows it, so that it is not validated again.
    type HeaderValue: AsRef<[u8]> + ?Sized;

    /// The request's method.
    fn method(&self) -> &str;

    /// What the request's path names.
    fn resource_type(&self) -> ResourceType;

    /// The values of a header, one for each of its lines, in order.
    fn header_lines(&self, header: RequestHeader) -> impl Iterator<Item = &Self::HeaderValue>;
}

/// A request built from its parts, for code without a framework.
///
/// ```
/// use s3_cors::{CorsPolicy, Decision, RequestParts};
///
/// let policy = CorsPolicy::from_text(
///     r#"[{"AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["PUT"]}]"#,
/// )?;
/// let headers: &[(&str, &[u8])] = &[
///     ("Origin", b"https://www.example.com"),
///     ("Access-Control-Request-Method", b"PUT"),
/// ];
/// let preflight = RequestParts::new("OPTIONS", headers);
/// assert!(matches!(policy.decide(&preflight), Decision::Preflight(_)));
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RequestParts<'a> {
    /// The method.
    pub method: &'a str,
    /// What the path names.
    pub resource_type: ResourceType,
    /// Header names, case-insensitive, and values. Headers that CORS does not use can be left out.
    pub headers: &'a [(&'a str, &'a [u8])],
}

impl<'a> RequestParts<'a> {
    /// A request for an object.
    #[must_use]
    pub const fn new(method: &'a str, headers: &'a [(&'a str, &'a [u8])]) -> Self {
        Self {
            method,
            resource_type: ResourceType::Object,
            headers,
        }
    }

    /// Sets what the path names.
    #[must_use]
    pub const fn resource_type(mut self, resource_type: ResourceType) -> Self {
        self.resource_type = resource_type;
        self
    }
}

impl CorsRequest for RequestParts<'_> {
    type HeaderValue = [u8];

    fn method(&self) -> &str {
        self.method
    }

    fn resource_type(&self) -> ResourceType {
        self.resource_type
    }

    fn header_lines(&self, header: RequestHeader) -> impl Iterator<Item = &[u8]> {
        self.headers
            .iter()
            .filter(move |(name, _)| name.eq_ignore_ascii_case(header.name()))
            .map(|(_, value)| *value)
    }
}
