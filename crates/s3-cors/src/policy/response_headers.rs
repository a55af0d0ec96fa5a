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

/// The parts that differ between responses.
pub(crate) struct Variable<V> {
    /// The origin to echo; `None` for a rule that lists `*`.
    pub(crate) origin: Option<V>,
    pub(crate) allow_methods: V,
    /// The names to echo, if any were requested.
    pub(crate) requested_headers: Option<V>,
    pub(crate) expose_headers: Option<V>,
    pub(crate) max_age: Option<V>,
}

impl<V: HeaderText> Variable<V> {
    /// Passes on the headers in the order in which S3 sends them (F39). Credentials are allowed
    /// exactly when the origin is echoed (F30, F31).
    #[inline]
    pub(crate) fn for_each(self, mut send: impl FnMut(ResponseHeader, V)) {
        let echoes = self.origin.is_some();
        send(
            ResponseHeader::AllowOrigin,
            self.origin.unwrap_or(V::ANY_ORIGIN),
        );
        send(ResponseHeader::AllowMethods, self.allow_methods);
        if let Some(names) = self.requested_headers {
            send(ResponseHeader::AllowHeaders, names);
        }
        if let Some(names) = self.expose_headers {
            send(ResponseHeader::ExposeHeaders, names);
        }
        if let Some(seconds) = self.max_age {
            send(ResponseHeader::MaxAge, seconds);
        }
        if echoes {
            send(ResponseHeader::AllowCredentials, V::TRUE);
        }
        send(ResponseHeader::Vary, V::VARY);
    }
}
