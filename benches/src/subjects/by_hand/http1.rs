//! A tower middleware for what is written by hand.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use pin_project_lite::pin_project;
use s3_cors::CorsConfiguration;
use tower_service::Service;

use crate::cases::Case;
use crate::subjects::{Asked, RequestHeader, Verdict};
use crate::{floor, naive};

/// What decides, and adds the headers it decided on.
pub trait Engine: Clone {
    /// What it decided on.
    type Headers;

    /// Decides.
    fn decide<B>(&self, request: &Request<B>) -> Verdict<Self::Headers>;

    /// Adds the headers to the app's response.
    fn add(added: Self::Headers, headers: &mut HeaderMap);

    /// The headers of the response to a preflight.
    fn preflight(added: Self::Headers) -> HeaderMap {
        let mut headers = HeaderMap::new();
        Self::add(added, &mut headers);
        headers
    }
}

/// The middleware.
#[derive(Debug, Clone)]
pub struct ByHand<S, E> {
    inner: S,
    engine: E,
}

impl<S, E> ByHand<S, E> {
    /// Wraps a service.
    pub fn new(inner: S, engine: E) -> Self {
        Self { inner, engine }
    }
}

impl<S, E, A, B> Service<Request<A>> for ByHand<S, E>
where
    S: Service<Request<A>, Response = Response<B>>,
    E: Engine,
    B: Default,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = ByHandFuture<S::Future, E, B>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    #[inline]
    fn call(&mut self, request: Request<A>) -> Self::Future {
        let added = match self.engine.decide(&request) {
            Verdict::Nothing => None,
            Verdict::Allowed(added) => Some(added),
            Verdict::Preflight(added) => {
                let mut response = Response::<B>::default();
                *response.headers_mut() = E::preflight(added);
                return ByHandFuture::done(response);
            }
            Verdict::Refused => {
                let mut response = Response::<B>::default();
                *response.status_mut() = StatusCode::FORBIDDEN;
                return ByHandFuture::done(response);
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
    /// The future of [`ByHand`].
    #[allow(missing_debug_implementations)]
    pub struct ByHandFuture<F, E: Engine, B> {
        #[pin]
        state: State<F, E, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, E: Engine, B> {
        Forwarded { #[pin] inner: F, added: Option<E::Headers> },
        Done { response: Option<Response<B>> },
    }
}

impl<F, E: Engine, B> ByHandFuture<F, E, B> {
    fn done(response: Response<B>) -> Self {
        Self {
            state: State::Done {
                response: Some(response),
            },
        }
    }
}

impl<F, E, B, Error> Future for ByHandFuture<F, E, B>
where
    F: Future<Output = Result<Response<B>, Error>>,
    E: Engine,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        Poll::Ready(match self.project().state.project() {
            StateProjection::Forwarded { inner, added } => {
                let mut response = ready!(inner.poll(context))?;
                if let Some(added) = added.take() {
                    E::add(added, response.headers_mut());
                }
                Ok(response)
            }
            StateProjection::Done { response } => match response.take() {
                Some(response) => Ok(response),
                None => return Poll::Pending,
            },
        })
    }
}

fn name(header: RequestHeader) -> HeaderName {
    match header {
        RequestHeader::Origin => ORIGIN,
        RequestHeader::Method => ACCESS_CONTROL_REQUEST_METHOD,
        RequestHeader::Headers => ACCESS_CONTROL_REQUEST_HEADERS,
    }
}

impl<'a, B> Asked<'a, HeaderValue> for &'a Request<B> {
    fn method(&self) -> &str {
        Request::method(self).as_str()
    }

    fn header(&self, header: RequestHeader) -> Option<&'a HeaderValue> {
        self.headers().get(name(header))
    }

    fn lines(&self, header: RequestHeader) -> impl Iterator<Item = &'a HeaderValue> {
        self.headers().get_all(name(header)).iter()
    }
}

/// The floor, which keeps a ready map of headers for the preflights of each rule.
#[derive(Debug, Clone)]
pub struct Floor(Arc<floor::Floor<HeaderValue, HeaderMap>>);

impl Floor {
    /// With the policy of a case.
    #[must_use]
    pub fn new(case: &Case) -> Self {
        let value = |text: &str| {
            let value = HeaderValue::from_str(text).expect("the policies are valid");
            drop(value.clone());
            value
        };
        let preflight = |values: &floor::Values<HeaderValue, ()>| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(""));
            add_all(values, HeaderValue::from_static(""), &mut headers);
            headers
        };
        Self(Arc::new(floor::Floor::new(
            &case.policy.configuration(),
            value,
            preflight,
        )))
    }
}

#[inline]
fn add_all<P>(
    values: &floor::Values<HeaderValue, P>,
    origin: HeaderValue,
    headers: &mut HeaderMap,
) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, values.allow_methods.clone());
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, values.expose_headers.clone());
    headers.insert(ACCESS_CONTROL_MAX_AGE, values.max_age.clone());
    let credentials = HeaderValue::from_static("true");
    headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, credentials);
    headers.insert(VARY, HeaderValue::from_static(s3_cors::VARY));
}

impl Engine for Floor {
    type Headers = floor::Headers<HeaderValue, HeaderMap>;

    fn decide<B>(&self, request: &Request<B>) -> Verdict<Self::Headers> {
        self.0.decide(&request)
    }

    fn add(added: Self::Headers, headers: &mut HeaderMap) {
        headers.reserve(6);
        add_all(&added.values, added.origin, headers);
        if let Some(Ok(names)) = added.requested.map(HeaderValue::try_from) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
    }

    fn preflight(added: Self::Headers) -> HeaderMap {
        let mut headers = added.values.preflight.clone();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, added.origin);
        match added.requested.map(HeaderValue::try_from) {
            Some(Ok(names)) => headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names),
            _ => headers.remove(ACCESS_CONTROL_ALLOW_HEADERS),
        };
        headers
    }
}

/// The loop over the rules.
#[derive(Debug, Clone)]
pub struct Naive(Arc<CorsConfiguration>);

impl Naive {
    /// With the policy of a case.
    #[must_use]
    pub fn new(case: &Case) -> Self {
        Self(Arc::new(case.policy.configuration()))
    }
}

impl Engine for Naive {
    type Headers = naive::Headers;

    fn decide<B>(&self, request: &Request<B>) -> Verdict<Self::Headers> {
        naive::decide(&self.0, &request)
    }

    fn add(added: Self::Headers, headers: &mut HeaderMap) {
        for (name, value) in added {
            let value = HeaderValue::try_from(value);
            headers.insert(name, value.expect("made of header values"));
        }
    }
}
