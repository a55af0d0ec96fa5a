//! The service: asks the policy, then forwards the request or answers it.

use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{Error, HttpResponse};
use s3_cors::http02::{OwnedCorsHeaders, host_id_value, request_header_name};
use s3_cors::{CorsRequest, Decision, Refusal, RequestHeader, ResourceType, host_id, request_id};

use crate::future::ResponseFuture;
use crate::headers::{self, Own};
use crate::middleware::{RefusalBody, Settings};

/// The service that [`S3Cors`](crate::S3Cors) makes of another.
///
/// Preflights are answered here and never reach the inner service; all other requests always
/// reach it, and its answers and errors get their CORS headers.
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
        let asked = Asked(&request);
        let policy = settings.policy.load();
        let cors = match policy.decide(&asked) {
            Decision::NotCors => None,
            Decision::NotAllowed(reason) => {
                trace_not_allowed(&request, &reason);
                None
            }
            Decision::Allowed(headers) => Some(OwnedCorsHeaders::from(headers)),
            Decision::Preflight(headers) => {
                let mut response = HttpResponse::new(StatusCode::OK);
                let cors = OwnedCorsHeaders::from(headers);
                headers::add(cors, &Own::default(), response.headers_mut());
                return ResponseFuture::answered(request.into_response(response));
            }
            Decision::Refused(refusal)
                if settings.forward_plain_options && refusal.is_plain_options() =>
            {
                None
            }
            Decision::Refused(refusal) => {
                let response = refused(&request, &refusal, settings);
                return ResponseFuture::answered(request.into_response(response));
            }
        };
        ResponseFuture::forwarded(self.inner.call(request), cors, Arc::clone(settings))
    }
}

/// A request as the policy sees it.
struct Asked<'a>(&'a ServiceRequest);

impl CorsRequest for Asked<'_> {
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

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const X_AMZ_REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
const X_AMZ_ID_2: HeaderName = HeaderName::from_static("x-amz-id-2");

fn refused(request: &ServiceRequest, refusal: &Refusal<'_>, settings: &Settings) -> HttpResponse {
    let incoming = request.headers().get(X_REQUEST_ID);
    let request_id = request_id(incoming.map(HeaderValue::as_bytes));
    trace_refused(request, refusal, &request_id);
    let RefusalBody { content_type, body } = match &settings.refusal_body {
        Some(own) => own.0(refusal, &request_id),
        None => RefusalBody {
            content_type: const { HeaderValue::from_static("application/xml") },
            body: refusal.to_xml(&request_id, host_id()).into(),
        },
    };
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::FORBIDDEN);
    let mut response = HttpResponse::with_body(status, body).map_into_boxed_body();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    // A harmless token or hexadecimal digits: always a header value.
    if let Ok(request_id) = HeaderValue::try_from(request_id) {
        headers.insert(X_AMZ_REQUEST_ID, request_id);
    }
    headers.insert(X_AMZ_ID_2, host_id_value());
    if settings.always_vary {
        headers::add_vary(&Own::default(), headers);
    }
    response
}

#[cfg(feature = "tracing")]
fn trace_refused(request: &ServiceRequest, refusal: &Refusal<'_>, request_id: &str) {
    tracing::info!(
        status = refusal.status(),
        request_id,
        path = request.path(),
        origin = ?request.headers().get(header::ORIGIN),
        requested_method = ?request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD),
        "{} refused: {}",
        if refusal.is_plain_options() { "OPTIONS" } else { "preflight" },
        refusal.reason()
    );
}

#[cfg(not(feature = "tracing"))]
fn trace_refused(_: &ServiceRequest, _: &Refusal<'_>, _: &str) {}

#[cfg(feature = "tracing")]
fn trace_not_allowed(request: &ServiceRequest, reason: &s3_cors::NotAllowed<'_>) {
    tracing::debug!(
        method = %request.method(),
        path = request.path(),
        origin = ?request.headers().get(header::ORIGIN),
        requested_method = ?request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD),
        "answered without CORS headers: {reason}"
    );
}

#[cfg(not(feature = "tracing"))]
fn trace_not_allowed(_: &ServiceRequest, _: &s3_cors::NotAllowed<'_>) {}
