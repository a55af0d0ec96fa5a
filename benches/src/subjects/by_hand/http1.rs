//! A tower middleware for what is written by hand.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, HeaderName,
    ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use pin_project_lite::pin_project;
use s3_cors::CorsConfiguration;
use tower_service::Service;

use crate::cases::Case;
use crate::refusal::{Refused, refusal};
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

    /// Finishes the headers of the app's response.
    #[inline]
    fn finish(added: Option<Self::Headers>, headers: &mut HeaderMap) {
        if let Some(added) = added {
            Self::add(added, headers);
        }
    }

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
    B: Default + From<Bytes>,
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
            Verdict::Refused(refused) => {
                return ByHandFuture::done(refuse(&request, &refused));
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
                E::finish(added.take(), response.headers_mut());
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

fn refuse<A, B: From<Bytes>>(request: &Request<A>, refused: &Refused) -> Response<B> {
    static TEMPLATE: OnceLock<HeaderMap> = OnceLock::new();
    const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
    let incoming = request.headers().get(X_REQUEST_ID);
    let (status, body, id) = refusal(refused, incoming.map(HeaderValue::as_bytes));
    let template = TEMPLATE.get_or_init(|| {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        headers.insert("x-amz-request-id", HeaderValue::from_static(""));
        let host_id = HeaderValue::from_static(s3_cors::adapter::host_id());
        headers.insert("x-amz-id-2", host_id);
        headers
    });
    let mut response = Response::new(B::from(Bytes::from(body)));
    *response.status_mut() = match status {
        403 => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut headers = template.clone();
    if let (Some(value), Ok(id)) = (
        headers.values_mut().nth(1),
        HeaderValue::from_bytes(id.as_ref()),
    ) {
        *value = id;
    }
    *response.headers_mut() = headers;
    response
}

impl<'a, B> Asked<'a, HeaderValue> for &'a Request<B> {
    fn method(&self) -> &str {
        Request::method(self).as_str()
    }

    fn is_bucket(&self) -> bool {
        matches!(self.uri().path(), "/" | "")
    }

    fn header(&self, header: RequestHeader) -> Option<&'a HeaderValue> {
        self.headers().get(name(header))
    }

    #[inline]
    fn lines(&self, header: RequestHeader) -> impl Iterator<Item = &'a HeaderValue> {
        let headers = self.headers();
        // A single lookup is enough if no header has several lines.
        let several = headers.len() != headers.keys_len();
        let single = match several {
            true => None,
            false => headers.get(name(header)),
        };
        let several = several.then(|| headers.get_all(name(header)).iter());
        single.into_iter().chain(several.into_iter().flatten())
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
            let empty = HeaderValue::from_static("");
            add_all(values, empty.clone(), Some(empty), &mut headers);
            headers.append(VARY, HeaderValue::from_static(s3_cors::VARY));
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
    requested: Option<HeaderValue>,
    headers: &mut HeaderMap,
) {
    headers.append(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(ACCESS_CONTROL_ALLOW_METHODS, values.allow_methods.clone());
    if let Some(requested) = requested {
        headers.append(ACCESS_CONTROL_ALLOW_HEADERS, requested);
    }
    headers.append(ACCESS_CONTROL_EXPOSE_HEADERS, values.expose_headers.clone());
    headers.append(ACCESS_CONTROL_MAX_AGE, values.max_age.clone());
    let credentials = HeaderValue::from_static("true");
    headers.append(ACCESS_CONTROL_ALLOW_CREDENTIALS, credentials);
}

fn value(requested: floor::Requested<HeaderValue>) -> HeaderValue {
    match requested {
        floor::Requested::Line(line) => line,
        floor::Requested::Built(bytes) => {
            HeaderValue::try_from(bytes).expect("made of header values")
        }
    }
}

impl Engine for Floor {
    type Headers = floor::Headers<HeaderValue, HeaderMap>;

    #[inline]
    fn decide<B>(&self, request: &Request<B>) -> Verdict<Self::Headers> {
        self.0.decide(&request)
    }

    fn add(_: Self::Headers, _: &mut HeaderMap) {
        unreachable!("the floor finishes responses itself")
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
            finish_allowed(added, own_vary, headers);
        }
    }

    fn preflight(added: Self::Headers) -> HeaderMap {
        let Some(requested) = added.requested else {
            let mut headers = HeaderMap::with_capacity(7);
            add_all(&added.values, added.origin, None, &mut headers);
            headers.append(VARY, HeaderValue::from_static(s3_cors::VARY));
            return headers;
        };
        let mut headers = added.values.preflight.clone();
        let mut values = headers.values_mut();
        if let Some(place) = values.next() {
            *place = added.origin;
        }
        if let Some(place) = values.nth(1) {
            *place = value(requested);
        }
        headers
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
fn finish_allowed(
    added: floor::Headers<HeaderValue, HeaderMap>,
    own_vary: bool,
    headers: &mut HeaderMap,
) {
    let requested = added.requested.map(value);
    headers.reserve(6 + usize::from(requested.is_some()));
    add_all(&added.values, added.origin, requested, headers);
    let vary = if own_vary {
        let own = headers.get_all(VARY).iter().map(HeaderValue::as_bytes);
        let merged = s3_cors::adapter::merge_vary(own);
        headers.remove(VARY);
        HeaderValue::try_from(merged).expect("made of header values")
    } else {
        HeaderValue::from_static(s3_cors::VARY)
    };
    headers.append(VARY, vary);
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
