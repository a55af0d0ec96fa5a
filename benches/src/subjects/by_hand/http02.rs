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
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderName,
    HeaderValue, ORIGIN, VARY,
};
use actix_web::{Error, HttpResponse};
use pin_project_lite::pin_project;
use s3_cors::CorsConfiguration;

use crate::cases::Case;
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
            Verdict::Refused => {
                return done(request, HttpResponse::new(StatusCode::FORBIDDEN));
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
                if let Some(added) = added.take() {
                    E::add(added, response.headers_mut());
                }
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

impl<'a> Asked<'a, HeaderValue> for &'a ServiceRequest {
    fn method(&self) -> &str {
        ServiceRequest::method(self).as_str()
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

    fn decide(&self, request: &ServiceRequest) -> Verdict<Self::Headers> {
        self.0.decide(&request)
    }

    fn add(added: Self::Headers, headers: &mut HeaderMap) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, added.origin);
        let values = added.values;
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, values.allow_methods.clone());
        if let Some(Ok(names)) = added.requested.map(HeaderValue::try_from) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, values.expose_headers.clone());
        headers.insert(ACCESS_CONTROL_MAX_AGE, values.max_age.clone());
        let credentials = HeaderValue::from_static("true");
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, credentials);
        headers.insert(VARY, HeaderValue::from_static(s3_cors::VARY));
    }
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
