//! The service: asks the policy, then forwards the request or answers it.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use s3_cors::http1::{OwnedCorsHeaders, host_id_value};
use s3_cors::{CorsPolicy, Decision, PolicyProvider, Refusal, host_id, request_id};
use tower_layer::Layer;
use tower_service::Service;

use crate::body::{AnswerBody, Wrapped};
use crate::future::ResponseFuture;
use crate::headers::{self, Own};
use crate::layer::{RefusalBody, S3CorsLayer, Settings};

/// The service that [`S3CorsLayer`] makes of another.
///
/// Preflights are answered here and never reach the inner service; all other requests always
/// reach it, and its answers get their CORS headers.
pub struct S3Cors<S, A = Wrapped> {
    inner: S,
    settings: Arc<Settings>,
    bodies: PhantomData<fn() -> A>,
}

impl<S> S3Cors<S> {
    /// Wraps a service with a policy. [`S3CorsLayer`] has options besides.
    pub fn new(inner: S, policy: impl Into<PolicyProvider>) -> Self {
        S3CorsLayer::new(policy).layer(inner)
    }
}

impl<S, A> S3Cors<S, A> {
    pub(crate) fn with_settings(inner: S, settings: Arc<Settings>) -> Self {
        Self {
            inner,
            settings,
            bodies: PhantomData,
        }
    }

    /// The policy in force.
    pub fn policy(&self) -> CorsPolicy {
        self.settings.policy.load().clone()
    }

    /// A reference to the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// A mutable reference to the inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: Clone, A> Clone for S3Cors<S, A> {
    fn clone(&self) -> Self {
        Self::with_settings(self.inner.clone(), Arc::clone(&self.settings))
    }
}

impl<S: fmt::Debug, A> fmt::Debug for S3Cors<S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Cors")
            .field("inner", &self.inner)
            .field("settings", &self.settings)
            .finish()
    }
}

impl<S, A, ReqBody, ResBody> Service<Request<ReqBody>> for S3Cors<S, A>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    A: AnswerBody<ResBody>,
{
    type Response = Response<A::Body>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, A>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    #[inline]
    fn call(&mut self, request: Request<ReqBody>) -> ResponseFuture<S::Future, A> {
        let settings = &self.settings;
        let policy = settings.policy.load();
        let cors = match policy.decide(&request) {
            Decision::NotCors => None,
            Decision::NotAllowed(reason) => {
                trace_not_allowed(&request, &reason);
                None
            }
            Decision::Allowed(headers) => Some(OwnedCorsHeaders::from(headers)),
            Decision::Preflight(headers) => {
                let mut response = Response::default();
                *response.headers_mut() = OwnedCorsHeaders::from(headers).into_preflight();
                return ResponseFuture::answered(response);
            }
            Decision::Refused(refusal)
                if settings.forward_plain_options && refusal.is_plain_options() =>
            {
                None
            }
            Decision::Refused(refusal) => {
                return ResponseFuture::answered(refused(&request, &refusal, settings));
            }
        };
        ResponseFuture::forwarded(self.inner.call(request), cors, Arc::clone(settings))
    }
}

const X_REQUEST_ID: header::HeaderName = header::HeaderName::from_static("x-request-id");
const X_AMZ_REQUEST_ID: header::HeaderName = header::HeaderName::from_static("x-amz-request-id");
const X_AMZ_ID_2: header::HeaderName = header::HeaderName::from_static("x-amz-id-2");

fn refused<B>(
    request: &Request<B>,
    refusal: &Refusal<'_>,
    settings: &Settings,
) -> Response<bytes::Bytes> {
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
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::FORBIDDEN);
    let headers: &mut HeaderMap = response.headers_mut();
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
fn trace_refused<B>(request: &Request<B>, refusal: &Refusal<'_>, request_id: &str) {
    tracing::info!(
        status = refusal.status(),
        request_id,
        path = request.uri().path(),
        origin = ?request.headers().get(header::ORIGIN),
        requested_method = ?request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD),
        "{} refused: {}",
        if refusal.is_plain_options() { "OPTIONS" } else { "preflight" },
        refusal.reason()
    );
}

#[cfg(not(feature = "tracing"))]
fn trace_refused<B>(_: &Request<B>, _: &Refusal<'_>, _: &str) {}

#[cfg(feature = "tracing")]
fn trace_not_allowed<B>(request: &Request<B>, reason: &s3_cors::NotAllowed<'_>) {
    tracing::debug!(
        method = %request.method(),
        path = request.uri().path(),
        origin = ?request.headers().get(header::ORIGIN),
        requested_method = ?request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD),
        "answered without CORS headers: {reason}"
    );
}

#[cfg(not(feature = "tracing"))]
fn trace_not_allowed<B>(_: &Request<B>, _: &s3_cors::NotAllowed<'_>) {}
