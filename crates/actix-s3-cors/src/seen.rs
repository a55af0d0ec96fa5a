//! actix-web's request, as the engine sees it.

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HOST, HeaderValue};
use s3_cors::adapter::RequestHead;
use s3_cors::adapter::http_02x::request_header_name;
use s3_cors::{CorsRequest, RequestHeader, ResourceType};

pub(crate) struct Seen<'a>(pub(crate) &'a ServiceRequest);

impl CorsRequest for Seen<'_> {
    type HeaderValue = HeaderValue;

    fn method(&self) -> &str {
        self.0.method().as_str()
    }

    fn resource_type(&self) -> ResourceType {
        ResourceType::of_path(self.0.path())
    }

    fn header_lines(&self, header: RequestHeader) -> impl Iterator<Item = &HeaderValue> {
        self.0.headers().get_all(request_header_name(header))
    }
}

impl RequestHead for Seen<'_> {
    fn method(&self) -> &str {
        self.0.method().as_str()
    }

    fn host(&self) -> Option<&str> {
        match self.0.uri().authority() {
            Some(authority) => Some(authority.as_str()),
            None => self.0.headers().get(HOST)?.to_str().ok(),
        }
    }

    fn path(&self) -> &str {
        self.0.path()
    }

    fn query(&self) -> Option<&str> {
        self.0.uri().query()
    }

    fn header(&self, name: &str) -> Option<&[u8]> {
        // A look-up by a name that is not a standard one would allocate.
        let mut headers = self.0.headers().iter();
        let found = headers.find(|(known, _)| known.as_str().eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_bytes())
    }
}
