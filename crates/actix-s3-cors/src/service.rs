//! The service: asks the policy, then forwards the request or responds to it.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::{Error, HttpResponse};
use s3_cors::adapter::http_02x::{
    OwnedCorsHeaders, X_REQUEST_ID, add_preflight_headers, add_refusal_headers, add_vary,
    refusal_status,
};
use s3_cors::adapter::{PolicyOfRequest, RequestId, refusal_body};
use s3_cors::{CorsPolicy, Decision, Mismatch, Refusal};

use crate::future::{Finish, ResponseFuture};
use crate::headers::Headers;
use crate::middleware::{RefusalBody, Settings};
use crate::seen::Seen;

/// A service that handles CORS around an inner service. [`S3Cors`](crate::S3Cors) creates it.
///
/// Preflights never reach the inner service. Other requests do, and the responses and errors get
/// CORS headers.
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
        let settings = &*self.settings;
        // The policy is released before the app is called.
        let finish = if settings.selects_or_observes() {
            match decided_as_selected(&request, settings) {
                Some(ControlFlow::Continue(cors)) => Some(Finish::new(cors, settings)),
                Some(ControlFlow::Break(response)) => {
                    return ResponseFuture::own(request.into_response(response));
                }
                None => None,
            }
        } else {
            match decided(&request, settings, &settings.policy.load(), None) {
                ControlFlow::Continue(cors) => Some(Finish::new(cors, settings)),
                ControlFlow::Break(response) => {
                    return ResponseFuture::own(request.into_response(response));
                }
            }
        };
        ResponseFuture::inner(self.inner.call(request), finish)
    }
}

/// What becomes of a request: it is forwarded, and the response gets these headers; or it gets the
/// middleware's own response.
type Decided = ControlFlow<HttpResponse, Option<OwnedCorsHeaders>>;

/// The same for a request whose policy is selected, or that somebody looks at; `None` if it passes
/// through. Kept apart, and so is what it costs.
#[inline(never)]
fn decided_as_selected(request: &ServiceRequest, settings: &Settings) -> Option<Decided> {
    let policy = settings.policy.select(&Seen(request))?;
    Some(decided(request, settings, &policy, Some(&policy)))
}

// Always inlined, so that without a selection nothing of it is left.
#[inline(always)]
fn decided(
    request: &ServiceRequest,
    settings: &Settings,
    policy: &CorsPolicy,
    selected: Option<&PolicyOfRequest<'_>>,
) -> Decided {
    let seen = Seen(request);
    let decision = policy.decide(&seen);
    if let (Some(selected), Some(observer)) = (selected, &settings.observer) {
        observer.see(&seen, selected, &decision);
    }
    match decision {
        Decision::NotCors => ControlFlow::Continue(None),
        Decision::NotAllowed(mismatch) => {
            trace_not_allowed(request, &mismatch);
            ControlFlow::Continue(None)
        }
        Decision::Allowed(headers) => ControlFlow::Continue(Some(OwnedCorsHeaders::from(headers))),
        Decision::Preflight(headers) => {
            let mut response = HttpResponse::new(StatusCode::OK);
            add_preflight_headers(&mut Headers(response.headers_mut()), headers);
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
        path = &*s3_cors::sanitize::sanitized(request.path()),
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
        path = &*s3_cors::sanitize::sanitized(request.path()),
        origin = ?request.headers().get(ORIGIN),
        requested_method = ?request.headers().get(ACCESS_CONTROL_REQUEST_METHOD),
        "no CORS headers: {mismatch}"
    );
}

#[cfg(not(feature = "tracing"))]
fn trace_not_allowed(_: &ServiceRequest, _: &Mismatch<'_>) {}
