//! The group without a framework.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use http_body_util::Full;
use tower_layer::Layer;
use tower_s3_cors::S3CorsLayer;
use tower_service::Service;

use super::by_hand::http1::{ByHand, Floor, Naive};
use super::{Kind, ResponseHead, Subject, finish, rivals};
use crate::cases::Case;
use crate::requests;

/// The service without middleware.
#[derive(Debug, Clone, Copy)]
pub struct App;

impl Service<Request<()>> for App {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        let mut response = Response::new(Full::new(Bytes::from_static(b"hello\n")));
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        );
        ready(Ok(response))
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

pub(super) fn subject(kind: Kind, case: &Case) -> Box<dyn Subject> {
    match kind {
        Kind::Bare => boxed(App, case),
        Kind::Noop => boxed(Noop(App), case),
        Kind::Rival => boxed(rivals::tower_http(case).layer(App), case),
        Kind::Floor => boxed(ByHand::new(App, Floor::new(case)), case),
        Kind::Ours => boxed(ours(case, false).layer(App), case),
        Kind::Shared => boxed(ours(case, true).layer(App), case),
        Kind::Naive => boxed(ByHand::new(App, Naive::new(case)), case),
    }
}

fn boxed<S, B>(service: S, case: &Case) -> Box<dyn Subject>
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible> + 'static,
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
{
    fn prepare(&mut self, count: usize) {
        let requests = std::iter::repeat_with(|| self.template.request(()));
        self.prepared.extend(requests.take(count));
    }

    fn call(&mut self) -> u16 {
        self.response().status().as_u16()
    }

    fn respond(&mut self) -> ResponseHead {
        self.prepare(1);
        head(&self.response())
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

pub(super) fn head<B>(response: &Response<B>) -> ResponseHead {
    let mut headers: Vec<_> = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
        .collect();
    headers.sort();
    ResponseHead {
        status: response.status().as_u16(),
        headers,
    }
}
