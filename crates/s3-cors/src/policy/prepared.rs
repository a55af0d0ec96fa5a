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
#[derive(Debug)]
pub(crate) struct Preflights {
    with_names: http::HeaderMap,
    without_names: http::HeaderMap,
}

#[cfg(feature = "http-1x")]
impl Preflights {
    pub(super) fn new(values: &super::RuleValues<Box<str>>, allows_any_origin: bool) -> Self {
        let values = values.map(http_1x::header_value);
        let empty = || http::HeaderValue::from_static("");
        let headers = |with_names: bool| {
            let mut headers = http::HeaderMap::new();
            let origin = (!allows_any_origin).then(empty);
            let names = with_names.then(empty);
            values.for_each_header(origin, names, |header, value| {
                headers.insert(http_1x::name(header), value);
            });
            headers
        };
        Self {
            with_names: headers(true),
            without_names: headers(false),
        }
    }

    /// The headers of a response: a clone of a ready map, with the values set by position. That costs
    /// half as much as inserting them by name.
    #[inline]
    pub(crate) fn headers(
        &self,
        origin: Option<http::HeaderValue>,
        names: Option<http::HeaderValue>,
    ) -> http::HeaderMap {
        let template = match names {
            Some(_) => &self.with_names,
            None => &self.without_names,
        };
        let mut headers = template.clone();
        let mut values = headers.values_mut();
        // `Access-Control-Allow-Origin` is the first, `Access-Control-Allow-Headers` is the third.
        if let (Some(value), Some(origin)) = (values.next(), origin) {
            *value = origin;
        }
        if let (Some(value), Some(names)) = (values.nth(1), names) {
            *value = names;
        }
        headers
    }
}

#[cfg(all(test, feature = "http-1x"))]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::{Preflights, http_1x};
    use crate::configuration::CorsRule;
    use crate::policy::RuleValues;

    #[test]
    fn values_set_by_place_are_those_inserted_by_name() {
        let rule = CorsRule::new(["https://a.example"], ["GET", "PUT"]);
        for rule in [
            rule.clone(),
            rule.clone().max_age_seconds(3),
            rule.clone().expose_headers(["ETag"]),
            rule.expose_headers(["ETag"]).max_age_seconds(3),
        ] {
            let values = RuleValues::new(&rule);
            let prepared = values.map(http_1x::header_value);
            for origin in [None, Some(HeaderValue::from_static("https://a.example"))] {
                for names in [None, Some(HeaderValue::from_static("x-a, x-b"))] {
                    let preflights = Preflights::new(&values, origin.is_none());
                    let headers = preflights.headers(origin.clone(), names.clone());
                    let found: Vec<_> = headers.into_iter().collect();

                    let mut expected: Vec<(Option<HeaderName>, HeaderValue)> = Vec::new();
                    prepared.for_each_header(origin.clone(), names, |header, value| {
                        expected.push((Some(http_1x::name(header)), value));
                    });
                    assert_eq!(found, expected);
                }
            }
        }
    }
}
