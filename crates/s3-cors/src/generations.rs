//! The two generations of the `http` crate: requests as [`CorsRequest`](crate::CorsRequest), and
//! the headers of an answer as values that are ready to send.

macro_rules! generation {
    ($module:ident, $http:ident, $feature:literal, $version:literal) => {
        #[doc = concat!("For the `http` crate ", $version, ".")]
        #[cfg(feature = $feature)]
        pub mod $module {
            use std::sync::{Arc, OnceLock};

            use $http::header::{
                ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
                ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
                ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
                ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName,
                HeaderValue, ORIGIN, ValueIter,
            };

            use crate::decision::{CorsHeaders, Echo};
            use crate::policy::Rule;
            use crate::request::{CorsRequest, RequestHeader, ResourceType};

            /// Checked methods, tokens and digits are always header values.
            pub(crate) fn header_value(text: &str) -> HeaderValue {
                let value = HeaderValue::from_str(text)
                    .unwrap_or_else(|_| const { HeaderValue::from_static("") });
                // The first clone makes the value's bytes shared, so that later ones need not
                // allocate.
                drop(value.clone());
                value
            }

            /// [`host_id`](crate::host_id) as a header's value.
            #[must_use]
            pub fn host_id_value() -> HeaderValue {
                static VALUE: OnceLock<HeaderValue> = OnceLock::new();
                let value = || HeaderValue::from_static(crate::host_id());
                VALUE.get_or_init(value).clone()
            }

            /// The header of a request that [`RequestHeader`] stands for.
            #[must_use]
            #[inline]
            pub fn request_header_name(header: RequestHeader) -> HeaderName {
                match header {
                    RequestHeader::Origin => ORIGIN,
                    RequestHeader::AccessControlRequestMethod => ACCESS_CONTROL_REQUEST_METHOD,
                    RequestHeader::AccessControlRequestHeaders => ACCESS_CONTROL_REQUEST_HEADERS,
                }
            }

            impl<B> CorsRequest for $http::Request<B> {
                type HeaderValue = HeaderValue;

                fn method(&self) -> &str {
                    self.method().as_str()
                }

                fn resource_type(&self) -> ResourceType {
                    ResourceType::of_path(self.uri().path())
                }

                #[inline]
                fn header_lines(
                    &self,
                    header: RequestHeader,
                ) -> impl Iterator<Item = &HeaderValue> {
                    let headers = self.headers();
                    let name = request_header_name(header);
                    // Mostly no header has several lines, and then one look-up is all it takes.
                    if headers.len() == headers.keys_len() {
                        Lines::Single(headers.get(name))
                    } else {
                        Lines::Several(headers.get_all(name).iter())
                    }
                }
            }

            enum Lines<'a> {
                Single(Option<&'a HeaderValue>),
                Several(ValueIter<'a, HeaderValue>),
            }

            impl<'a> Iterator for Lines<'a> {
                type Item = &'a HeaderValue;

                #[inline]
                fn next(&mut self) -> Option<&'a HeaderValue> {
                    match self {
                        Self::Single(line) => line.take(),
                        Self::Several(lines) => lines.next(),
                    }
                }
            }

            /// [`CorsHeaders`] that outlive their request, until the answer is there to take
            /// them.
            ///
            /// They keep the rule they were made from: an answer is finished from the rules it
            /// was begun with, whatever has replaced them since.
            #[derive(Debug, Clone)]
            pub struct OwnedCorsHeaders {
                pub(crate) rule: Arc<Rule>,
                pub(crate) origin: Option<HeaderValue>,
                pub(crate) requested_headers: Option<HeaderValue>,
            }

            impl From<CorsHeaders<'_, HeaderValue>> for OwnedCorsHeaders {
                fn from(headers: CorsHeaders<'_, HeaderValue>) -> Self {
                    let rule = headers.shared_rule();
                    let (origin, requested_headers) = headers.into_echoes();
                    Self {
                        rule,
                        origin: origin.and_then(value),
                        requested_headers: requested_headers.and_then(value),
                    }
                }
            }

            impl OwnedCorsHeaders {
                /// How many headers [`for_each`](Self::for_each) hands out.
                #[must_use]
                pub fn count(&self) -> usize {
                    let values = self.rule.$module();
                    2 + [
                        self.requested_headers.is_some(),
                        values.expose_headers().is_some(),
                        values.max_age().is_some(),
                        self.origin.is_some(),
                    ]
                    .into_iter()
                    .map(usize::from)
                    .sum::<usize>()
                }

                /// Hands out the headers in the order in which S3 sends them, all but `Vary`,
                /// which is [merged](crate::merge_vary) into the app's own. The rule's values are
                /// clones, which neither allocate nor validate.
                pub fn for_each(self, mut insert: impl FnMut(HeaderName, HeaderValue)) {
                    let values = self.rule.$module();
                    let echoes = self.origin.is_some();
                    let any = const { HeaderValue::from_static("*") };
                    insert(ACCESS_CONTROL_ALLOW_ORIGIN, self.origin.unwrap_or(any));
                    insert(ACCESS_CONTROL_ALLOW_METHODS, values.allow_methods().clone());
                    if let Some(names) = self.requested_headers {
                        insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
                    }
                    if let Some(names) = values.expose_headers() {
                        insert(ACCESS_CONTROL_EXPOSE_HEADERS, names.clone());
                    }
                    if let Some(seconds) = values.max_age() {
                        insert(ACCESS_CONTROL_MAX_AGE, seconds.clone());
                    }
                    if echoes {
                        insert(
                            ACCESS_CONTROL_ALLOW_CREDENTIALS,
                            const { HeaderValue::from_static("true") },
                        );
                    }
                }
            }

            /// The request's own value where there is one; what was made of several is made of
            /// header values, and so is one.
            fn value(echo: Echo<'_, HeaderValue>) -> Option<HeaderValue> {
                match echo {
                    Echo::Line(line) => Some(line.clone()),
                    Echo::Built(bytes) => HeaderValue::try_from(bytes).ok(),
                }
            }
        }
    };
}

generation!(http1, http, "http1", "1.x");
generation!(http02, http02, "http02", "0.2");
