//! What is the middleware's own. The rules of S3 are tested in the workspace's package
//! `conformance`, through this middleware as well.

mod bodies;
mod errors;
mod headers;
mod options;
mod refusals;
mod scopes;
mod service;

use std::future::ready;

use actix_s3_cors::S3Cors;
use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service};
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{App, Error, HttpResponse};

const CORS: &str = r#"[{
    "AllowedOrigins": ["https://www.example.com"],
    "AllowedMethods": ["GET", "PUT"],
    "ExposeHeaders": ["ETag"]
}]"#;

const VARY: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

type Headers<'a> = &'a [(&'a str, &'a str)];

const NO_ORIGIN: Headers<'_> = &[];
const ALLOWED: Headers<'_> = &[("origin", "https://www.example.com")];
const FOREIGN: Headers<'_> = &[("origin", "https://www.example.org")];
const PREFLIGHT: Headers<'_> = &[
    ("origin", "https://www.example.com"),
    ("access-control-request-method", "PUT"),
];
const FOREIGN_PREFLIGHT: Headers<'_> = &[
    ("origin", "https://www.example.org"),
    ("access-control-request-method", "PUT"),
];

fn cors() -> S3Cors {
    S3Cors::from_text(CORS).expect("a configuration")
}

/// A response, read to its end.
#[derive(Debug)]
struct Response {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Response {
    /// Whether it is the one of [`app`].
    fn is_apps(&self) -> bool {
        self.body == "from the app"
    }

    /// The lines of a header.
    fn lines(&self, name: &str) -> Vec<&str> {
        let text = |value| HeaderValue::to_str(value).expect("ASCII");
        self.headers.get_all(name).map(text).collect()
    }

    /// Whether it has CORS headers.
    fn has_cors(&self) -> bool {
        let is_cors = |name: &HeaderName| name.as_str().starts_with("access-control-");
        self.headers.keys().any(is_cors)
    }

    /// Every header, in the order of the names.
    fn sorted(&self) -> Vec<(&str, &[u8])> {
        let lines = self.headers.iter();
        let mut lines: Vec<_> = lines
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        lines.sort_unstable();
        lines
    }
}

/// An app whose responses have a status and headers, and say that they are the app's.
fn app(status: u16, headers: Headers<'static>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.default_service(web::to(move || {
            let status = StatusCode::from_u16(status).expect("a status");
            let mut response = HttpResponse::build(status);
            for header in headers {
                response.append_header(*header);
            }
            ready(response.body("from the app"))
        }));
    }
}

/// The response of an app with the middleware around it.
#[track_caller]
fn call(
    cors: S3Cors,
    app: impl FnOnce(&mut ServiceConfig),
    method: &str,
    path: &str,
    headers: Headers<'_>,
) -> Response {
    let request = request(method, path, headers);
    actix_web::rt::System::new().block_on(async {
        let service = init_service(App::new().configure(app).wrap(cors)).await;
        respond(&service, request.to_request()).await
    })
}

/// The response of an app with nothing around it.
#[track_caller]
fn call_bare(
    app: impl FnOnce(&mut ServiceConfig),
    method: &str,
    path: &str,
    headers: Headers<'_>,
) -> Response {
    let request = request(method, path, headers);
    actix_web::rt::System::new().block_on(async {
        let service = init_service(App::new().configure(app)).await;
        respond(&service, request.to_request()).await
    })
}

fn request(method: &str, path: &str, headers: Headers<'_>) -> TestRequest {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let request = TestRequest::with_uri(path).method(method);
    headers
        .iter()
        .fold(request, |request, header| request.append_header(*header))
}

async fn respond<R, B: MessageBody>(
    service: &impl Service<R, Response = ServiceResponse<B>, Error = Error>,
    request: R,
) -> Response {
    match service.call(request).await {
        Ok(response) => read(response.into_parts().1).await,
        // As the server does it.
        Err(error) => read(error.error_response()).await,
    }
}

async fn read(response: HttpResponse<impl MessageBody>) -> Response {
    Response {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: to_bytes(response.into_body()).await.ok().expect("a body"),
    }
}
