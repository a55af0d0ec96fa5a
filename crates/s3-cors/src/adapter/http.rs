//! The two generations of the `http` crate: requests as [`CorsRequest`](crate::CorsRequest), the
//! headers of responses as values that are ready to send, and the changes to make to a response.

macro_rules! generation {
    ($module:ident, $http:ident, $feature:literal) => {
        #[cfg(feature = $feature)]
        pub(super) mod $module {
            use std::sync::{Arc, OnceLock};

            use $http::StatusCode;
            use $http::header::{
                ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE,
                HeaderName, HeaderValue, ORIGIN, VARY, ValueIter,
            };

            use crate::adapter::RequestId;
            use crate::decision::{CorsHeaders, Refusal, merge_vary};
            use crate::policy::prepared::$module::name;
            use crate::policy::{ResponseHeader, RuleValues};
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
            /// They keep the values of the rule that matched: a response follows the rules its
            /// request was decided by, even if those have been replaced since.
            #[derive(Debug, Clone)]
            pub struct OwnedCorsHeaders {
                values: Arc<RuleValues<HeaderValue>>,
                origin: Option<HeaderValue>,
                /// Boxed because only preflights usually have it, and a small struct is cheaper to
                /// move.
                requested_headers: Option<Box<HeaderValue>>,
            }

            impl From<CorsHeaders<'_, HeaderValue>> for OwnedCorsHeaders {
                #[inline]
                fn from(headers: CorsHeaders<'_, HeaderValue>) -> Self {
                    let values = Arc::clone(headers.rule().$module());
                    let (origin, requested_headers) = echoes(headers);
                    Self {
                        values,
                        origin,
                        requested_headers: requested_headers.map(Box::new),
                    }
                }
            }

            /// The origin and the requested headers to echo.
            #[inline]
            pub(in crate::adapter) fn echoes(
                headers: CorsHeaders<'_, HeaderValue>,
            ) -> (Option<HeaderValue>, Option<HeaderValue>) {
                let (origin, requested_headers) = headers.into_echoes();
                (origin.and_then(value), requested_headers.and_then(value))
            }

            /// The request's own value where possible. A value built from several lines consists of
            /// valid header values, so it is one itself.
            #[inline]
            fn value(echo: Echo<'_, HeaderValue>) -> Option<HeaderValue> {
                match echo {
                    Echo::Line(line) => Some(line.clone()),
                    Echo::Built(bytes) => HeaderValue::try_from(bytes).ok(),
                }
            }

            impl OwnedCorsHeaders {
                /// Passes each header to `send`, in the order in which S3 sends them, `Vary` last.
                /// The rule's values are clones, which neither allocate nor validate.
                #[inline]
                pub fn for_each(self, mut send: impl FnMut(HeaderName, HeaderValue)) {
                    let requested_headers = self.requested_headers.map(|value| *value);
                    self.values
                        .for_each_header(self.origin, requested_headers, |header, value| {
                            send(name(header), value);
                        });
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
                    Some(cors) => add_cors(headers, cors, own_vary),
                    None if always_vary => add_vary(headers),
                    None => {}
                }
            }

            // Out of line, so that what surrounds it stays small enough to be inlined.
            #[inline(never)]
            fn add_cors<H: ResponseHeaders>(
                headers: &mut H,
                cors: OwnedCorsHeaders,
                own_vary: bool,
            ) {
                if !headers.reserve(ResponseHeader::COUNT) {
                    return;
                }
                cors.for_each(|name, value| {
                    if own_vary && name == VARY {
                        merge_own_vary(headers, value);
                    } else {
                        headers.append(name, value);
                    }
                });
            }

            /// Adds the headers of the response to a preflight to an empty map.
            pub fn add_preflight_headers<H: ResponseHeaders>(
                headers: &mut H,
                cors: CorsHeaders<'_, HeaderValue>,
            ) {
                let values = cors.rule().$module();
                let (origin, requested_headers) = echoes(cors);
                values.for_each_header(origin, requested_headers, |header, value| {
                    headers.append(name(header), value);
                });
            }

            #[inline]
            fn is_cors(name: &HeaderName) -> bool {
                const PREFIX: &str = "access-control-";
                // Most names are shorter.
                let name = name.as_str();
                name.len() > PREFIX.len() && name.starts_with(PREFIX)
            }

            #[cold]
            fn remove_cors<H: ResponseHeaders>(
                headers: &mut H,
                mut removed: impl FnMut(&HeaderName, &HeaderValue),
            ) {
                // Collected first, so that this ends whatever a framework's `remove` does.
                let names: Vec<HeaderName> = headers
                    .names()
                    .filter(|name| is_cors(name))
                    .cloned()
                    .collect();
                for name in names {
                    headers.lines(&name).for_each(|value| removed(&name, value));
                    headers.remove(&name);
                }
            }

            /// Merges S3's `Vary` with the app's own into one line.
            #[inline(never)]
            pub fn add_vary<H: ResponseHeaders>(headers: &mut H) {
                if headers.reserve(1) {
                    merge_own_vary(headers, const { HeaderValue::from_static(crate::VARY) });
                }
            }

            fn merge_own_vary<H: ResponseHeaders>(headers: &mut H, vary: HeaderValue) {
                let merged = merge_vary(headers.lines(&VARY).map(HeaderValue::as_bytes));
                headers.remove(&VARY);
                // Built from valid header values only, so it is one itself.
                headers.append(VARY, HeaderValue::try_from(merged).unwrap_or(vary));
            }

            /// The request header whose value a refusal reuses as its [id](RequestId).
            pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

            const X_AMZ_REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
            const X_AMZ_ID_2: HeaderName = HeaderName::from_static("x-amz-id-2");

            /// The status of a refusal.
            #[must_use]
            pub fn refusal_status(refusal: &Refusal<'_>) -> StatusCode {
                StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::FORBIDDEN)
            }

            /// Adds the headers of a refusal: its `Content-Type`, which is that of S3's XML unless
            /// another is given, and the two ids of its body (F51, F59).
            pub fn add_refusal_headers<H: ResponseHeaders>(
                headers: &mut H,
                content_type: Option<HeaderValue>,
                request_id: &RequestId<'_>,
            ) {
                let xml = const { HeaderValue::from_static("application/xml") };
                headers.append(CONTENT_TYPE, content_type.unwrap_or(xml));
                headers.append(X_AMZ_REQUEST_ID, id_value(request_id));
                headers.append(X_AMZ_ID_2, host_id_value());
            }

            /// A [`RequestId`] as a header value.
            pub(in crate::adapter) fn id_value(id: &RequestId<'_>) -> HeaderValue {
                // A safe token or hexadecimal digits: always a valid header value.
                let value = HeaderValue::from_bytes(id.as_bytes());
                value.unwrap_or(const { HeaderValue::from_static("") })
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

generation!(http_1x, http, "http-1x");
generation!(http_02x, http02, "http-02x");
