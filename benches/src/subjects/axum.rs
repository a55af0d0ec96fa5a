//! The group of axum routers.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use axum::routing::{Route, any};
use http::{Request, Response};
use tower_layer::{Layer, layer_fn};
use tower_service::Service;

use super::by_hand::http1::{ByHand, Floor, Naive};
use super::tower::{Noop, Template, ours, respond, sent};
use super::{Kind, SentResponse, Subject, finish, rivals};
use crate::cases::Case;

/// A router with the middleware of a kind around its only route.
pub fn router(kind: Kind, case: &Case) -> Router {
    match kind {
        Kind::Bare => app(case),
        Kind::Noop => layered(case, layer_fn(Noop)),
        Kind::Rival => layered(case, rivals::tower_http(case)),
        Kind::Floor => {
            let floor = Floor::new(case);
            layered(
                case,
                layer_fn(move |route| ByHand::new(route, floor.clone())),
            )
        }
        Kind::Ours => layered(case, ours(case, false)),
        Kind::Shared => layered(case, ours(case, true)),
        Kind::Naive => {
            let naive = Naive::new(case);
            layered(
                case,
                layer_fn(move |route| ByHand::new(route, naive.clone())),
            )
        }
    }
}

fn app(case: &Case) -> Router {
    let app = case.app;
    // With the state given, as `axum::serve` does it, the routes are made now and not for each
    // request.
    Router::new()
        .route("/", any(async move || respond(app, Body::new)))
        .with_state(())
}

fn layered<L>(case: &Case, layer: L) -> Router
where
    L: Layer<Route> + Clone + Send + Sync + 'static,
    L::Service: Service<axum::extract::Request> + Clone + Send + Sync + 'static,
    <L::Service as Service<axum::extract::Request>>::Response: IntoResponse + 'static,
    <L::Service as Service<axum::extract::Request>>::Error: Into<Infallible> + 'static,
    <L::Service as Service<axum::extract::Request>>::Future: Send + 'static,
{
    app(case).layer(layer).with_state(())
}

pub(super) fn subject(kind: Kind, case: &Case) -> Box<dyn Subject> {
    Box::new(AxumSubject {
        router: router(kind, case),
        template: Template::new(&(case.request)()),
        prepared: Vec::new(),
    })
}

struct AxumSubject {
    router: Router,
    template: Template,
    prepared: Vec<Request<Body>>,
}

impl AxumSubject {
    fn response(&mut self) -> Response<Body> {
        let request = self.prepared.pop().expect("a request was prepared");
        // A router is always ready.
        let Ok(response) = finish(self.router.call(request));
        response
    }
}

impl Subject for AxumSubject {
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
