//! The service: asks the policy, then forwards the request or responds to it.

use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::{Error, HttpResponse};
use s3_cors::adapter::http_02x::{
    OwnedCorsHeaders, X_REQUEST_ID, add_preflight_headers, add_refusal_headers, add_vary,
    refusal_status, request_header_name,
};
use s3_cors::adapter::{RequestId, refusal_body};
use s3_cors::{CorsRequest, Decision, Mismatch, Refusal, RequestHeader, ResourceType};

use crate::future::{Finish, ResponseFuture};
use crate::headers::Headers;
use crate::middleware::{RefusalBody, Settings};

/// The service that [`S3Cors`](crate::S3Cors) makes of another.
///
/// Preflights never reach the inner service. All other requests do, and its responses and errors
/// get their CORS headers.
#[derive(Debug)]
pub struct S3CorsMiddleware<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl<S> S3CorsMiddleware<S> {
    pub(crate) fn new(inner: S, settings: Arc<Settings>) -> Self {
        Self { inner, settings }
    }
}

impl<S, B> Service<ServiceRequest> for S3CorsMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    #[inline]
    fn call(&self, request: ServiceRequest) -> Self::Future {
        let settings = &self.settings;
        let seen = Seen(&request);
        // The policy is let go of before the app is called.
        let cors = {
            let policy = settings.policy.load();
            match policy.decide(&seen) {
                Decision::NotCors => None,
                Decision::NotAllowed(mismatch) => {
                    trace_not_allowed(&request, &mismatch);
                    None
                }
                Decision::Allowed(headers) => Some(OwnedCorsHeaders::from(headers)),
                Decision::Preflight(headers) => {
                    let mut response = HttpResponse::new(StatusCode::OK);
                    add_preflight_headers(&mut Headers(response.headers_mut()), headers);
                    return ResponseFuture::own(request.into_response(response));
                }
                Decision::Refused(refusal)
                    if settings.forward_non_preflight_options && !refusal.is_preflight() =>
                {
                    None
                }
                Decision::Refused(refusal) => {
                    let response = refused(&request, &refusal, settings);
                    return ResponseFuture::own(request.into_response(response));
                }
            }
        };
        ResponseFuture::inner(self.inner.call(request), Finish::new(cors, settings))
    }
}

/// A request as the policy sees it.
struct Seen<'a>(&'a ServiceRequest);

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

fn refused(request: &ServiceRequest, refusal: &Refusal<'_>, settings: &Settings) -> HttpResponse {
    let incoming = request.headers().get(X_REQUEST_ID);
    let request_id = RequestId::of(incoming.map(HeaderValue::as_bytes));
    trace_refused(request, refusal, &request_id);
    let (content_type, body) = match &settings.refusal_body {
        Some(own) => {
            let RefusalBody { content_type, body } = own.0(refusal, request_id.as_str());
            (Some(content_type), body)
        }
        None => (None, refusal_body(refusal, &request_id).into()),
    };
    let mut response = HttpResponse::with_body(refusal_status(refusal), body).map_into_boxed_body();
    let mut headers = Headers(response.headers_mut());
    add_refusal_headers(&mut headers, content_type, &request_id);
    if settings.always_vary {
        add_vary(&mut headers);
    }
    response
}

#[cfg(feature = "tracing")]
fn trace_refused(request: &ServiceRequest, refusal: &Refusal<'_>, request_id: &RequestId<'_>) {
    use actix_web::http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
    tracing::info!(
        status = refusal.status(),
        request_id = request_id.as_str(),
        path = request.path(),
        origin = ?request.headers().get(ORIGIN),
        requested_method = ?request.headers().get(ACCESS_CONTROL_REQUEST_METHOD),
        "{refusal}"
    );
}

#[cfg(not(feature = "tracing"))]
fn trace_refused(_: &ServiceRequest, _: &Refusal<'_>, _: &RequestId<'_>) {}

#[cfg(feature = "tracing")]
fn trace_not_allowed(request: &ServiceRequest, mismatch: &Mismatch<'_>) {
    use actix_web::http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
    tracing::debug!(
        method = %request.method(),
        path = request.path(),
        origin = ?request.headers().get(ORIGIN),
        requested_method = ?request.headers().get(ACCESS_CONTROL_REQUEST_METHOD),
        "no CORS headers: {mismatch}"
    );
}

#[cfg(not(feature = "tracing"))]
fn trace_not_allowed(_: &ServiceRequest, _: &Mismatch<'_>) {}
