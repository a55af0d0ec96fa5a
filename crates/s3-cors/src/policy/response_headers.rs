//! The CORS headers of a response: their order, and when each is sent.

/// A header that S3 sends for CORS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseHeader {
    /// `Access-Control-Allow-Origin`
    AllowOrigin,
    /// `Access-Control-Allow-Methods`
    AllowMethods,
    /// `Access-Control-Allow-Headers`
    AllowHeaders,
    /// `Access-Control-Expose-Headers`
    ExposeHeaders,
    /// `Access-Control-Max-Age`
    MaxAge,
    /// `Access-Control-Allow-Credentials`
    AllowCredentials,
    /// `Vary`
    Vary,
}

impl ResponseHeader {
    /// The number of headers.
    pub(crate) const COUNT: usize = 7;

    /// All of them, in the order in which S3 sends them.
    pub(crate) const ALL: [Self; Self::COUNT] = [
        Self::AllowOrigin,
        Self::AllowMethods,
        Self::AllowHeaders,
        Self::ExposeHeaders,
        Self::MaxAge,
        Self::AllowCredentials,
        Self::Vary,
    ];

    /// The header's name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllowOrigin => "access-control-allow-origin",
            Self::AllowMethods => "access-control-allow-methods",
            Self::AllowHeaders => "access-control-allow-headers",
            Self::ExposeHeaders => "access-control-expose-headers",
            Self::MaxAge => "access-control-max-age",
            Self::AllowCredentials => "access-control-allow-credentials",
            Self::Vary => "vary",
        }
    }
}

/// The `Vary` of every response with CORS headers, byte for byte as S3 sends it (F38).
///
/// ```
/// assert_eq!(
///     s3_cors::VARY,
///     "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
/// );
/// ```
pub const VARY: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

/// The type of a header value, with the values that are the same in every response.
pub(crate) trait HeaderText {
    const ANY_ORIGIN: Self;
    const TRUE: Self;
    const VARY: Self;
}

impl HeaderText for &[u8] {
    const ANY_ORIGIN: Self = b"*";
    const TRUE: Self = b"true";
    const VARY: Self = VARY.as_bytes();
}
