//! The service: asks the policy, then forwards the request or responds to it.

use std::fmt;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use s3_cors::adapter::http_1x::{
    OwnedCorsHeaders, X_REQUEST_ID, add_vary, preflight_headers, refusal_headers, refusal_status,
};
use s3_cors::adapter::{PolicyOfRequest, PolicyProvider, RequestId, refusal_body};
use s3_cors::{CorsPolicy, Decision, Mismatch, Refusal};
use tower_service::Service;

use crate::body::{BodyKind, InnerBody};
use crate::future::ResponseFuture;
use crate::layer::{RefusalBody, S3CorsLayer, Settings};

/// A service that handles CORS around an inner service. [`S3CorsLayer`] creates it.
///
/// Preflights never reach the inner service. Other requests do, and the responses get CORS headers.
#[must_use = "services do nothing unless called"]
pub struct S3Cors<S, A = InnerBody> {
    inner: S,
    settings: Arc<Settings>,
    bodies: PhantomData<fn() -> A>,
}

impl<S> S3Cors<S> {
    /// Wraps a service with a policy. For options, use [`S3CorsLayer`].
    pub fn new(inner: S, policy: impl Into<PolicyProvider>) -> Self {
        S3CorsLayer::new(policy).wrap(inner)
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

    /// The policy in force; that of a bucket that does not exist if policies are selected by
    /// request.
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
    A: BodyKind<ResBody>,
{
    type Response = Response<A::Body>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, A>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    #[inline]
    fn call(&mut self, request: Request<ReqBody>) -> ResponseFuture<S::Future, A> {
        let settings = &*self.settings;
        // The policy is released before the app is called.
        let (cors, settings) = if settings.selects_or_observes() {
            match decided_as_selected(&request, settings) {
                Some(ControlFlow::Continue(cors)) => (cors, Some(settings)),
                Some(ControlFlow::Break(response)) => return ResponseFuture::own(response),
                None => (None, None),
            }
        } else {
            match decided(&request, settings, &settings.policy.load(), None) {
                ControlFlow::Continue(cors) => (cors, Some(settings)),
                ControlFlow::Break(response) => return ResponseFuture::own(response),
            }
        };
        // The request is forwarded from one place only: a value that is moved in two is copied.
        ResponseFuture::inner(self.inner.call(request), cors, settings)
    }
}

/// What becomes of a request: it is forwarded, and the response gets these headers; or it gets the
/// layer's own response.
type Decided = ControlFlow<Response<Bytes>, Option<OwnedCorsHeaders>>;

/// The same for a request whose policy is selected, or that somebody looks at; `None` if it passes
/// through. Kept apart, and so is what it costs.
#[inline(never)]
fn decided_as_selected<B>(request: &Request<B>, settings: &Settings) -> Option<Decided> {
    let policy = settings.policy.select(request)?;
    Some(decided(request, settings, &policy, Some(&policy)))
}

// Always inlined, so that without a selection nothing of it is left.
#[inline(always)]
fn decided<B>(
    request: &Request<B>,
    settings: &Settings,
    policy: &CorsPolicy,
    selected: Option<&PolicyOfRequest<'_>>,
) -> Decided {
    let decision = policy.decide(request);
    if let (Some(selected), Some(observer)) = (selected, &settings.observer) {
        observer.see(request, selected, &decision);
    }
    match decision {
        Decision::NotCors => ControlFlow::Continue(None),
        Decision::NotAllowed(mismatch) => {
            trace_not_allowed(request, &mismatch);
            ControlFlow::Continue(None)
        }
        Decision::Allowed(headers) => ControlFlow::Continue(Some(OwnedCorsHeaders::from(headers))),
        Decision::Preflight(headers) => {
            let mut response = Response::default();
            *response.headers_mut() = preflight_headers(headers);
            ControlFlow::Break(response)
        }
        Decision::Refused(refusal)
            if settings.forward_non_preflight_options && !refusal.is_preflight() =>
        {
            ControlFlow::Continue(None)
        }
        Decision::Refused(mut refusal) => {
            if let Some(selected) = selected {
                refusal = selected.placed(refusal);
            }
            ControlFlow::Break(refused(request, &refusal, settings))
        }
    }
}

fn refused<B>(request: &Request<B>, refusal: &Refusal<'_>, settings: &Settings) -> Response<Bytes> {
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
    let mut headers = refusal_headers(content_type, &request_id);
    if settings.always_vary {
        add_vary(&mut headers);
    }
    let mut response = Response::new(body);
    *response.status_mut() = refusal_status(refusal);
    *response.headers_mut() = headers;
    response
}

#[cfg(feature = "tracing")]
fn trace_refused<B>(request: &Request<B>, refusal: &Refusal<'_>, request_id: &RequestId<'_>) {
    tracing::info!(
        status = refusal.status(),
        request_id = request_id.as_str(),
        path = &*s3_cors::sanitize::sanitized(request.uri().path()),
        origin = ?request.headers().get(http::header::ORIGIN),
        requested_method = ?request.headers().get(http::header::ACCESS_CONTROL_REQUEST_METHOD),
        "{refusal}"
    );
}

#[cfg(not(feature = "tracing"))]
fn trace_refused<B>(_: &Request<B>, _: &Refusal<'_>, _: &RequestId<'_>) {}

#[cfg(feature = "tracing")]
fn trace_not_allowed<B>(request: &Request<B>, mismatch: &Mismatch<'_>) {
    tracing::debug!(
        method = %request.method(),
        path = &*s3_cors::sanitize::sanitized(request.uri().path()),
        origin = ?request.headers().get(http::header::ORIGIN),
        requested_method = ?request.headers().get(http::header::ACCESS_CONTROL_REQUEST_METHOD),
        "no CORS headers: {mismatch}"
    );
}

#[cfg(not(feature = "tracing"))]
fn trace_not_allowed<B>(_: &Request<B>, _: &Mismatch<'_>) {}
