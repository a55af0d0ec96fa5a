//! Header names and values for the two generations of the `http` crate, ready to send.

macro_rules! generation {
    ($module:ident, $http:ident, $feature:literal) => {
        #[cfg(feature = $feature)]
        pub(crate) mod $module {
            use $http::header::{self, HeaderName, HeaderValue};

            use crate::policy::response_headers::{HeaderText, ResponseHeader, VARY};

            /// Checked methods, tokens and digits are always valid header values.
            pub(crate) fn header_value(text: &str) -> HeaderValue {
                let value = HeaderValue::from_str(text)
                    .unwrap_or_else(|_| const { HeaderValue::from_static("") });
                // The first clone makes the value's bytes shared, so that later clones do not
                // allocate.
                drop(value.clone());
                value
            }

            // Each use is its own copy, which is intended.
            #[allow(clippy::declare_interior_mutable_const)]
            impl HeaderText for HeaderValue {
                const ANY_ORIGIN: Self = Self::from_static("*");
                const TRUE: Self = Self::from_static("true");
                const VARY: Self = Self::from_static(VARY);
            }

            #[inline]
            pub(crate) const fn name(header: ResponseHeader) -> HeaderName {
                match header {
                    ResponseHeader::AllowOrigin => header::ACCESS_CONTROL_ALLOW_ORIGIN,
                    ResponseHeader::AllowMethods => header::ACCESS_CONTROL_ALLOW_METHODS,
                    ResponseHeader::AllowHeaders => header::ACCESS_CONTROL_ALLOW_HEADERS,
                    ResponseHeader::ExposeHeaders => header::ACCESS_CONTROL_EXPOSE_HEADERS,
                    ResponseHeader::MaxAge => header::ACCESS_CONTROL_MAX_AGE,
                    ResponseHeader::AllowCredentials => header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
                    ResponseHeader::Vary => header::VARY,
                }
            }
        }
    };
}

generation!(http_1x, http, "http-1x");
generation!(http_02x, http02, "http-02x");

/// The headers of a rule's preflight responses, in S3's order. Values that come from the request
/// are empty.
#[cfg(feature = "http-1x")]
pub(super) fn preflight_template(
    values: &super::RuleValues<http::HeaderValue>,
    allows_any_origin: bool,
) -> http::HeaderMap {
    let empty = const { http::HeaderValue::from_static("") };
    let variable = super::Variable {
        origin: (!allows_any_origin).then(|| empty.clone()),
        allow_methods: values.allow_methods().clone(),
        requested_headers: Some(empty),
        expose_headers: values.expose_headers().cloned(),
        max_age: values.max_age().cloned(),
    };
    let mut headers = http::HeaderMap::new();
    variable.for_each(|header, value| {
        headers.insert(http_1x::name(header), value);
    });
    headers
}
