//! Lets the engine edit actix-web's header map.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use s3_cors::adapter::http_02x::ResponseHeaders;

/// The headers of a response. actix-web does not preserve their order.
pub(crate) struct Headers<'a>(pub(crate) &'a mut HeaderMap);

impl ResponseHeaders for Headers<'_> {
    #[inline]
    fn names(&self) -> impl Iterator<Item = &HeaderName> {
        self.0.keys()
    }

    fn lines(&self, name: &HeaderName) -> impl Iterator<Item = &HeaderValue> {
        self.0.get_all(name)
    }

    #[inline]
    fn reserve(&mut self, additional: usize) -> bool {
        let _ = additional;
        // The map has no limit and grows by itself.
        true
    }

    #[inline]
    fn append(&mut self, name: HeaderName, value: HeaderValue) {
        self.0.append(name, value);
    }

    fn remove(&mut self, name: &HeaderName) {
        self.0.remove(name);
    }
}
