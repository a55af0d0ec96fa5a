//! What a selection sees of a request.

/// The head of a request, as far as policies are selected by it: method, host, path, query and
/// headers, whatever the framework's own types are.
///
/// With the feature `http-1x` it is implemented for `http::Request` of the `http` crate 1.x, with
/// `http-02x` for that of 0.2; the adapters implement it for their frameworks. Nothing here
/// allocates.
pub trait RequestHead {
    /// The method.
    fn method(&self) -> &str;

    /// The host that the request is for, with its port if it names one: the authority of its
    /// target, as HTTP/2 and proxies send it, else the header `Host` (RFC 9110, section 7.2).
    /// `None` if it has neither or `Host` is no text.
    ///
    /// `X-Forwarded-Host` and `Forwarded` do not count: whoever sends the request can write them.
    fn host(&self) -> Option<&str>;

    /// The path as it was sent, percent-encoding included. A nested router may have removed the
    /// prefix it is nested under.
    fn path(&self) -> &str;

    /// The query without its `?`.
    fn query(&self) -> Option<&str>;

    /// The first line of a header, by its name in any case.
    fn header(&self, name: &str) -> Option<&[u8]>;
}

macro_rules! generation {
    ($http:ident, $feature:literal) => {
        #[cfg(feature = $feature)]
        impl<B> RequestHead for $http::Request<B> {
            fn method(&self) -> &str {
                self.method().as_str()
            }

            fn host(&self) -> Option<&str> {
                match self.uri().authority() {
                    Some(authority) => Some(authority.as_str()),
                    None => self.headers().get($http::header::HOST)?.to_str().ok(),
                }
            }

            fn path(&self) -> &str {
                self.uri().path()
            }

            fn query(&self) -> Option<&str> {
                self.uri().query()
            }

            fn header(&self, name: &str) -> Option<&[u8]> {
                self.headers().get(name).map(|value| value.as_bytes())
            }
        }
    };
}

generation!(http, "http-1x");
generation!(http02, "http-02x");
