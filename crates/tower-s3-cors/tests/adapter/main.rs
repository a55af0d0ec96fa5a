//! What is the layer's own. The rules of S3 are tested in the workspace's package `conformance`,
//! through this layer as well.

mod bodies;
mod headers;
mod options;
mod refusals;
mod service;

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower::{Service, ServiceExt, service_fn};
use tower_s3_cors::S3CorsLayer;

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

fn layer() -> S3CorsLayer {
    S3CorsLayer::from_text(CORS).expect("a configuration")
}

type AppResponse = Response<Full<Bytes>>;
type Responding = Ready<Result<AppResponse, Infallible>>;

/// An app whose responses have a status and headers, and say that they are the app's.
fn app(
    status: u16,
    headers: Headers<'static>,
) -> impl Service<Request<()>, Response = AppResponse, Error = Infallible, Future = Responding> + Clone
{
    service_fn(move |_| {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        ready(Ok(response
            .body(Full::from("from the app"))
            .expect("a response")))
    })
}

fn request(method: &str, path: &str, headers: Headers<'_>) -> Request<()> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).expect("a request")
}

/// The output of a future that never waits.
#[track_caller]
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

#[track_caller]
fn call<S, B>(service: S, request: Request<()>) -> Response<B>
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible>,
{
    match now(service.oneshot(request)) {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

#[track_caller]
fn bytes<B: Body>(response: Response<B>) -> Bytes {
    let collected = now(response.into_body().collect());
    collected.ok().expect("a body").to_bytes()
}

/// Whether a response is the app's.
#[track_caller]
fn is_apps<B: Body>(response: Response<B>) -> bool {
    bytes(response) == "from the app"
}

/// The lines of a header.
fn lines(headers: &HeaderMap, name: &str) -> Vec<String> {
    let text = |value: &HeaderValue| value.to_str().expect("ASCII").to_owned();
    headers.get_all(name).iter().map(text).collect()
}

/// Whether a response has CORS headers.
fn has_cors(headers: &HeaderMap) -> bool {
    let is_cors = |name: &http::HeaderName| name.as_str().starts_with("access-control-");
    headers.keys().any(is_cors)
}
