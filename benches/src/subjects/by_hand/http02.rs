//! An actix middleware for what is written by hand.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, HeaderMap,
    HeaderName, HeaderValue, ORIGIN, VARY,
};
use actix_web::{Error, HttpResponse};
use pin_project_lite::pin_project;
use s3_cors::CorsConfiguration;

use crate::cases::Case;
use crate::refusal::{Refused, refusal};
use crate::subjects::{Asked, RequestHeader, Verdict};
use crate::{floor, naive};

/// What decides, and adds the headers it decided on.
pub trait Engine {
    /// What it decided on.
    type Headers;

    /// Decides.
    fn decide(&self, request: &ServiceRequest) -> Verdict<Self::Headers>;

    /// Adds the headers to a response.
    fn add(added: Self::Headers, headers: &mut HeaderMap);

    /// Finishes the headers of the app's response.
    #[inline]
    fn finish(added: Option<Self::Headers>, headers: &mut HeaderMap) {
        if let Some(added) = added {
            Self::add(added, headers);
        }
    }
}

/// The middleware.
#[derive(Debug)]
pub struct ByHand<E>(pub Rc<E>);

impl<S, E, B> Transform<S, ServiceRequest> for ByHand<E>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    E: Engine,
    B: MessageBody,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = ByHandService<S, E>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(ByHandService {
            inner,
            engine: Rc::clone(&self.0),
        }))
    }
}

/// The service of [`ByHand`].
#[derive(Debug)]
pub struct ByHandService<S, E> {
    inner: S,
    engine: Rc<E>,
}

impl<S, E, B> Service<ServiceRequest> for ByHandService<S, E>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    E: Engine,
    B: MessageBody,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = ByHandFuture<S::Future, E>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context)
    }

    #[inline]
    fn call(&self, request: ServiceRequest) -> Self::Future {
        let done = |request: ServiceRequest, response| ByHandFuture {
            state: State::Done {
                response: Some(request.into_response(response)),
            },
        };
        let added = match self.engine.decide(&request) {
            Verdict::Nothing => None,
            Verdict::Allowed(added) => Some(added),
            Verdict::Preflight(added) => {
                let mut response = HttpResponse::new(StatusCode::OK);
                E::add(added, response.headers_mut());
                return done(request, response);
            }
            Verdict::Refused(refused) => {
                let response = refuse(&request, &refused);
                return done(request, response);
            }
        };
        ByHandFuture {
            state: State::Forwarded {
                inner: self.inner.call(request),
                added,
            },
        }
    }
}

pin_project! {
    /// The future of [`ByHandService`].
    #[allow(missing_debug_implementations)]
    pub struct ByHandFuture<F, E: Engine> {
        #[pin]
        state: State<F, E>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, E: Engine> {
        Forwarded { #[pin] inner: F, added: Option<E::Headers> },
        Done { response: Option<ServiceResponse> },
    }
}

impl<F, E, B> Future for ByHandFuture<F, E>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    E: Engine,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match self.project().state.project() {
            StateProjection::Forwarded { inner, added } => {
                let mut response = ready!(inner.poll(context))?;
                E::finish(added.take(), response.headers_mut());
                Ok(response.map_into_left_body())
            }
            StateProjection::Done { response } => match response.take() {
                Some(response) => Ok(response.map_into_right_body()),
                None => return Poll::Pending,
            },
        })
    }
}

/// A middleware that does nothing.
#[derive(Debug, Clone, Copy)]
pub struct Noop;

impl<S: Service<ServiceRequest, Error = Error>> Transform<S, ServiceRequest> for Noop {
    type Response = S::Response;
    type Error = Error;
    type Transform = NoopService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(NoopService(inner)))
    }
}

/// The service of [`Noop`].
#[derive(Debug)]
pub struct NoopService<S>(S);

impl<S: Service<ServiceRequest>> Service<ServiceRequest> for NoopService<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> S::Future {
        self.0.call(request)
    }
}

fn name(header: RequestHeader) -> HeaderName {
    match header {
        RequestHeader::Origin => ORIGIN,
        RequestHeader::Method => ACCESS_CONTROL_REQUEST_METHOD,
        RequestHeader::Headers => ACCESS_CONTROL_REQUEST_HEADERS,
    }
}

fn refuse(request: &ServiceRequest, refused: &Refused) -> HttpResponse {
    const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
    const X_AMZ_REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
    const X_AMZ_ID_2: HeaderName = HeaderName::from_static("x-amz-id-2");
    let incoming = request.headers().get(X_REQUEST_ID);
    let (status, body, id) = refusal(refused, incoming.map(HeaderValue::as_bytes));
    let status = match status {
        403 => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut response = HttpResponse::with_body(status, body).map_into_boxed_body();
    let headers = response.headers_mut();
    headers.append(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    if let Ok(id) = HeaderValue::from_bytes(id.as_ref()) {
        headers.append(X_AMZ_REQUEST_ID, id);
    }
    let host_id = HeaderValue::from_static(s3_cors::adapter::host_id());
    headers.append(X_AMZ_ID_2, host_id);
    response
}

impl<'a> Asked<'a, HeaderValue> for &'a ServiceRequest {
    fn method(&self) -> &str {
        ServiceRequest::method(self).as_str()
    }

    fn is_bucket(&self) -> bool {
        matches!(self.path(), "/" | "")
    }

    fn header(&self, header: RequestHeader) -> Option<&'a HeaderValue> {
        self.headers().get(name(header))
    }

    fn lines(&self, header: RequestHeader) -> impl Iterator<Item = &'a HeaderValue> {
        self.headers().get_all(name(header))
    }
}

/// The floor.
#[derive(Debug)]
pub struct Floor(floor::Floor<HeaderValue, ()>);

impl Floor {
    /// With the policy of a case.
    #[must_use]
    pub fn new(case: &Case) -> Self {
        let value = |text: &str| {
            let value = HeaderValue::from_str(text).expect("the policies are valid");
            drop(value.clone());
            value
        };
        Self(floor::Floor::new(
            &case.policy.configuration(),
            value,
            |_| (),
        ))
    }
}

impl Engine for Floor {
    type Headers = floor::Headers<HeaderValue, ()>;

    #[inline]
    fn decide(&self, request: &ServiceRequest) -> Verdict<Self::Headers> {
        self.0.decide(&request)
    }

    fn add(added: Self::Headers, headers: &mut HeaderMap) {
        let vary = HeaderValue::from_static(s3_cors::VARY);
        add_all(added, vary, headers);
    }

    #[inline]
    fn finish(added: Option<Self::Headers>, headers: &mut HeaderMap) {
        let mut own_vary = false;
        let mut own_cors = false;
        for name in headers.keys() {
            own_vary |= *name == VARY;
            let name = name.as_str();
            own_cors |= name.len() > 15 && name.starts_with("access-control-");
        }
        if own_cors {
            remove_own(headers);
        }
        if let Some(added) = added {
            let vary = if own_vary {
                let own = headers.get_all(VARY).map(HeaderValue::as_bytes);
                let merged = s3_cors::adapter::merge_vary(own);
                headers.remove(VARY);
                HeaderValue::try_from(merged).expect("made of header values")
            } else {
                HeaderValue::from_static(s3_cors::VARY)
            };
            add_all(added, vary, headers);
        }
    }
}

#[cold]
fn remove_own(headers: &mut HeaderMap) {
    let own = headers
        .keys()
        .filter(|name| name.as_str().starts_with("access-control-"));
    for name in own.cloned().collect::<Vec<_>>() {
        headers.remove(name);
    }
}

#[inline(never)]
fn add_all(added: floor::Headers<HeaderValue, ()>, vary: HeaderValue, headers: &mut HeaderMap) {
    headers.append(ACCESS_CONTROL_ALLOW_ORIGIN, added.origin);
    let values = added.values;
    headers.append(ACCESS_CONTROL_ALLOW_METHODS, values.allow_methods.clone());
    if let Some(requested) = added.requested {
        let requested = match requested {
            floor::Requested::Line(line) => line,
            floor::Requested::Built(bytes) => {
                HeaderValue::try_from(bytes).expect("made of header values")
            }
        };
        headers.append(ACCESS_CONTROL_ALLOW_HEADERS, requested);
    }
    headers.append(ACCESS_CONTROL_EXPOSE_HEADERS, values.expose_headers.clone());
    headers.append(ACCESS_CONTROL_MAX_AGE, values.max_age.clone());
    let credentials = HeaderValue::from_static("true");
    headers.append(ACCESS_CONTROL_ALLOW_CREDENTIALS, credentials);
    headers.append(VARY, vary);
}

/// The loop over the rules.
#[derive(Debug)]
pub struct Naive(CorsConfiguration);

impl Naive {
    /// With the policy of a case.
    #[must_use]
    pub fn new(case: &Case) -> Self {
        Self(case.policy.configuration())
    }
}

impl Engine for Naive {
    type Headers = naive::Headers;

    fn decide(&self, request: &ServiceRequest) -> Verdict<Self::Headers> {
        naive::decide(&self.0, &request)
    }

    fn add(added: Self::Headers, headers: &mut HeaderMap) {
        for (name, value) in added {
            let value = HeaderValue::try_from(value);
            let value = value.expect("made of header values");
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}
