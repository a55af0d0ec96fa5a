//! The group of axum routers, each wrapped as a whole.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::routing::any;
use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::by_hand::http1::{ByHand, Floor, Naive};
use super::tower::{Noop, Template, ours, respond, sent};
use super::{Kind, SentResponse, Subject, finish, rivals};
use crate::cases::Case;

/// The router, which has one route.
pub fn router(case: &Case) -> Router {
    let app = case.app;
    // With the state given, as `axum::serve` does it, the routes are made now and not for each
    // request.
    Router::new()
        .route("/", any(async move || respond(app, Body::new)))
        .with_state(())
}

/// The floor around the router.
#[must_use]
pub fn floor(case: &Case) -> ByHand<Router, Floor> {
    ByHand::new(router(case), Floor::new(case))
}

pub(super) fn subject(kind: Kind, case: &Case) -> Box<dyn Subject> {
    let router = router(case);
    match kind {
        Kind::Bare => boxed(router, case),
        Kind::Noop => boxed(Noop(router), case),
        Kind::Rival => boxed(rivals::tower_http(case).layer(router), case),
        Kind::Floor => boxed(floor(case), case),
        Kind::Ours => boxed(ours(case, false).layer(router), case),
        Kind::Shared => boxed(ours(case, true).layer(router), case),
        Kind::Naive => boxed(ByHand::new(router, Naive::new(case)), case),
    }
}

fn boxed<S>(service: S, case: &Case) -> Box<dyn Subject>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + 'static,
{
    Box::new(AxumSubject {
        service,
        template: Template::new(&(case.request)()),
        prepared: Vec::new(),
    })
}

struct AxumSubject<S> {
    service: S,
    template: Template,
    prepared: Vec<Request<Body>>,
}

impl<S> AxumSubject<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone,
{
    fn response(&mut self) -> Response<Body> {
        let request = self.prepared.pop().expect("a request was prepared");
        // As `axum::serve` does for each request.
        let mut service = self.service.clone();
        let Ok(()) = finish(std::future::poll_fn(|context| service.poll_ready(context)));
        let Ok(response) = finish(service.call(request));
        response
    }
}

impl<S> Subject for AxumSubject<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone,
{
    fn prepare(&mut self, count: usize) {
        let requests = std::iter::repeat_with(|| self.template.request(Body::empty()));
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
