//! The group without a framework.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use tower_layer::Layer;
use tower_s3_cors::S3CorsLayer;
use tower_service::Service;

use super::by_hand::http1::{ByHand, Floor, Naive};
use super::{Kind, SentResponse, Subject, finish, rivals};
use crate::app::{App, PLAIN_TEXT};
use crate::cases::Case;
use crate::requests;

/// The service without middleware.
#[derive(Debug, Clone, Copy)]
pub struct Bare(pub App);

/// A body in pieces, the last piece first.
#[derive(Debug)]
pub struct Pieces(Vec<Bytes>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop().map(|piece| Ok(Frame::data(piece))))
    }
}

/// The app's response.
pub(super) fn respond<B: From<Bytes>>(app: App, streamed: impl FnOnce(Pieces) -> B) -> Response<B> {
    let body = match app.streamed {
        true => streamed(Pieces(app.pieces())),
        false => B::from(Bytes::from_static(b"hello\n")),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        const { HeaderValue::from_static(PLAIN_TEXT) },
    );
    if app != App::PLAIN {
        for (name, value) in app.lines().skip(1) {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
    }
    response
}

impl Service<Request<()>> for Bare {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        // Without a framework, nothing reads a streamed body.
        ready(Ok(respond(self.0, |pieces| {
            Full::new(pieces.0.concat().into())
        })))
    }
}

/// A middleware that does nothing.
#[derive(Debug, Clone, Copy)]
pub struct Noop<S>(pub S);

impl<R, S: Service<R>> Service<R> for Noop<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.0.call(request)
    }
}

/// Our layer with a policy of this package, which may be one that can be replaced.
pub fn ours(case: &Case, shared: bool) -> S3CorsLayer {
    S3CorsLayer::new(case.policy.provider(shared))
}

/// A service wrapped by this layer.
pub(super) fn with_layer(layer: &S3CorsLayer, case: &Case) -> Box<dyn Subject> {
    boxed(layer.layer(Bare(case.app)), case)
}

pub(super) fn subject(kind: Kind, case: &Case) -> Box<dyn Subject> {
    let app = Bare(case.app);
    match kind {
        Kind::Bare => boxed(app, case),
        Kind::Noop => boxed(Noop(app), case),
        Kind::Rival => boxed(rivals::tower_http(case).layer(app), case),
        Kind::Floor => boxed(ByHand::new(app, Floor::new(case)), case),
        Kind::Ours => boxed(ours(case, false).layer(app), case),
        Kind::Shared => boxed(ours(case, true).layer(app), case),
        Kind::Naive => boxed(ByHand::new(app, Naive::new(case)), case),
    }
}

fn boxed<S, B>(service: S, case: &Case) -> Box<dyn Subject>
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible> + 'static,
    B: Body,
{
    Box::new(TowerSubject {
        service,
        template: Template::new(&(case.request)()),
        prepared: Vec::new(),
    })
}

struct TowerSubject<S> {
    service: S,
    template: Template,
    prepared: Vec<Request<()>>,
}

impl<S, B> TowerSubject<S>
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible>,
{
    fn response(&mut self) -> Response<B> {
        let request = self.prepared.pop().expect("a request was prepared");
        let Ok(()) = finish(std::future::poll_fn(|context| {
            self.service.poll_ready(context)
        }));
        let Ok(response) = finish(self.service.call(request));
        response
    }
}

impl<S, B> Subject for TowerSubject<S>
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible>,
    B: Body,
{
    fn prepare(&mut self, count: usize) {
        let requests = std::iter::repeat_with(|| self.template.request(()));
        self.prepared.extend(requests.take(count));
    }

    fn call(&mut self) -> u16 {
        self.response().status().as_u16()
    }

    fn respond(&mut self) -> SentResponse {
        self.prepare(1);
        sent(self.response())
    }
}

/// What requests are cloned from.
pub(super) struct Template {
    method: Method,
    headers: HeaderMap,
}

impl Template {
    pub(super) fn new(request: &requests::Request) -> Self {
        let mut headers = HeaderMap::with_capacity(request.headers.len());
        for (name, value) in &request.headers {
            let value = HeaderValue::from_maybe_shared(value.clone());
            headers.append(*name, value.expect("the requests are valid"));
        }
        Self {
            method: request.method.parse().expect("the requests are valid"),
            headers,
        }
    }

    pub(super) fn request<B>(&self, body: B) -> Request<B> {
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

pub(super) fn sent<B: Body>(response: Response<B>) -> SentResponse {
    let (parts, body) = response.into_parts();
    let mut headers: Vec<_> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
        .collect();
    headers.sort();
    let Ok(body) = finish(body.collect()) else {
        unreachable!("no subject fails");
    };
    SentResponse {
        status: parts.status.as_u16(),
        headers,
        body: body.to_bytes().into(),
    }
}
