//! The two generations of the `http` crate: requests as [`CorsRequest`](crate::CorsRequest), the
//! headers of responses as values that are ready to send, and the changes to make to a response.

macro_rules! generation {
    ($module:ident, $http:ident, $feature:literal, $version:literal) => {
        #[doc = concat!("For the `http` crate ", $version, ".")]
        #[cfg(feature = $feature)]
        pub mod $module {
            use std::sync::{Arc, OnceLock};

            use $http::StatusCode;
            use $http::header::{
                ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE,
                HeaderName, HeaderValue, ORIGIN, VARY, ValueIter,
            };

            use crate::decision::{CorsHeaders, Refusal, merge_vary};
            use crate::policy::prepared::$module::name;
            use crate::policy::{CompiledRule, Variable};
            use crate::request::{CorsRequest, Echo, RequestHeader, ResourceType};

            /// The name of the request header that a [`RequestHeader`] stands for.
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
                    // Usually no header has several lines; then a single lookup is enough.
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

            /// [`CorsHeaders`] that outlive their request, so that they can be added once the
            /// response is ready.
            ///
            /// They keep the rule that matched: a response follows the rules its request was
            /// decided by, even if those have been replaced since.
            #[derive(Debug, Clone)]
            pub struct OwnedCorsHeaders {
                pub(crate) rule: Arc<CompiledRule>,
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

            /// The request's own value where possible. A value built from several lines consists of
            /// valid header values, so it is one itself.
            fn value(echo: Echo<'_, HeaderValue>) -> Option<HeaderValue> {
                match echo {
                    Echo::Line(line) => Some(line.clone()),
                    Echo::Built(bytes) => HeaderValue::try_from(bytes).ok(),
                }
            }

            impl OwnedCorsHeaders {
                /// The number of headers that [`for_each`](Self::for_each) passes on.
                #[must_use]
                pub fn count(&self) -> usize {
                    let values = self.rule.$module();
                    let mut count = 0;
                    Variable {
                        origin: self.origin.as_ref().map(drop),
                        allow_methods: (),
                        requested_headers: self.requested_headers.as_ref().map(drop),
                        expose_headers: values.expose_headers().map(drop),
                        max_age: values.max_age().map(drop),
                    }
                    .for_each(|_, ()| count += 1);
                    count
                }

                /// Passes each header to `send`, in the order in which S3 sends them, `Vary` last.
                /// The rule's values are clones, which neither allocate nor validate.
                #[inline]
                pub fn for_each(self, mut send: impl FnMut(HeaderName, HeaderValue)) {
                    let values = self.rule.$module();
                    Variable {
                        origin: self.origin,
                        allow_methods: values.allow_methods().clone(),
                        requested_headers: self.requested_headers,
                        expose_headers: values.expose_headers().cloned(),
                        max_age: values.max_age().cloned(),
                    }
                    .for_each(|header, value| send(name(header), value));
                }
            }

            /// The operations on a framework's response headers that CORS needs.
            pub trait ResponseHeaders {
                /// The header names, each at least once.
                fn names(&self) -> impl Iterator<Item = &HeaderName>;

                /// The values of a header, one for each of its lines.
                fn lines(&self, name: &HeaderName) -> impl Iterator<Item = &HeaderValue>;

                /// Reserves room for more headers; returns whether there is room.
                fn reserve(&mut self, additional: usize) -> bool;

                /// Adds a header that the response does not have yet.
                fn append(&mut self, name: HeaderName, value: HeaderValue);

                /// Removes all lines of a header.
                fn remove(&mut self, name: &HeaderName);
            }

            impl ResponseHeaders for $http::HeaderMap {
                #[inline]
                fn names(&self) -> impl Iterator<Item = &HeaderName> {
                    self.keys()
                }

                fn lines(&self, name: &HeaderName) -> impl Iterator<Item = &HeaderValue> {
                    self.get_all(name).iter()
                }

                #[inline]
                fn reserve(&mut self, additional: usize) -> bool {
                    self.try_reserve(additional).is_ok()
                }

                #[inline]
                fn append(&mut self, name: HeaderName, value: HeaderValue) {
                    // Cannot fail: room was reserved.
                    let _ = self.try_append(name, value);
                }

                fn remove(&mut self, name: &HeaderName) {
                    let _ = self.remove(name);
                }
            }

            /// Finishes the headers of an app's response: removes the app's own `Access-Control-*`
            /// headers and adds the given CORS headers, if any. S3's `Vary` is merged with the
            /// app's own into one line; with `always_vary` this happens even without CORS headers
            /// (D28).
            ///
            /// Each removed header line is passed to `removed` first. A response without room for
            /// more headers gets none of them.
            #[inline]
            pub fn finish<H: ResponseHeaders>(
                headers: &mut H,
                cors: Option<OwnedCorsHeaders>,
                always_vary: bool,
                removed: impl FnMut(&HeaderName, &HeaderValue),
            ) {
                let mut own_vary = false;
                let mut own_cors = false;
                for name in headers.names() {
                    own_vary |= *name == VARY;
                    own_cors |= is_cors(name);
                }
                if own_cors {
                    remove_cors(headers, removed);
                }
                match cors {
                    Some(cors) if headers.reserve(cors.count()) => cors.for_each(|name, value| {
                        if own_vary && name == VARY {
                            merge_own_vary(headers, value);
                        } else {
                            headers.append(name, value);
                        }
                    }),
                    None if always_vary => add_vary(headers),
                    _ => {}
                }
            }

            #[inline]
            fn is_cors(name: &HeaderName) -> bool {
                name.as_str().starts_with("access-control-")
            }

            #[cold]
            fn remove_cors<H: ResponseHeaders>(
                headers: &mut H,
                mut removed: impl FnMut(&HeaderName, &HeaderValue),
            ) {
                let first = |headers: &H| headers.names().find(|name| is_cors(name)).cloned();
                while let Some(name) = first(headers) {
                    headers.lines(&name).for_each(|value| removed(&name, value));
                    headers.remove(&name);
                }
            }

            /// Merges S3's `Vary` with the app's own into one line.
            pub fn add_vary<H: ResponseHeaders>(headers: &mut H) {
                if headers.reserve(1) {
                    merge_own_vary(headers, HeaderValue::from_static(crate::VARY));
                }
            }

            fn merge_own_vary<H: ResponseHeaders>(headers: &mut H, vary: HeaderValue) {
                let merged = merge_vary(headers.lines(&VARY).map(HeaderValue::as_bytes));
                headers.remove(&VARY);
                // Built from valid header values only, so it is one itself.
                headers.append(VARY, HeaderValue::try_from(merged).unwrap_or(vary));
            }

            /// The request header whose value a refusal reuses as its
            /// [request id](crate::adapter::request_id).
            pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

            const X_AMZ_REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
            const X_AMZ_ID_2: HeaderName = HeaderName::from_static("x-amz-id-2");

            /// The status of a refusal.
            #[must_use]
            pub fn refusal_status(refusal: &Refusal<'_>) -> StatusCode {
                StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::FORBIDDEN)
            }

            /// Adds the headers of a refusal: its `Content-Type` and the two ids of its body
            /// (F51, F59).
            pub fn add_refusal_headers<H: ResponseHeaders>(
                headers: &mut H,
                content_type: HeaderValue,
                request_id: &str,
            ) {
                headers.append(CONTENT_TYPE, content_type);
                // A safe token or hexadecimal digits: always a valid header value.
                if let Ok(request_id) = HeaderValue::try_from(request_id) {
                    headers.append(X_AMZ_REQUEST_ID, request_id);
                }
                headers.append(X_AMZ_ID_2, host_id_value());
            }

            /// [`host_id`](crate::adapter::host_id) as a header value.
            fn host_id_value() -> HeaderValue {
                static VALUE: OnceLock<HeaderValue> = OnceLock::new();
                let value = || HeaderValue::from_static(crate::adapter::host_id());
                VALUE.get_or_init(value).clone()
            }
        }
    };
}

generation!(http_1x, http, "http-1x", "1.x");
generation!(http_02x, http02, "http-02x", "0.2");
