//! The layer as a part of tower.

use std::cell::Cell;
use std::collections::VecDeque;
use std::future::{Ready, ready};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::util::option_layer;
use tower::{Layer, Service, ServiceBuilder};
use tower_s3_cors::S3Cors;

use crate::{ALLOWED, FOREIGN, PREFLIGHT, app, call, has_cors, layer, now, request};

/// Is ready as it is told, and fails when it is called. It counts the calls.
#[derive(Clone)]
struct Scripted {
    readiness: VecDeque<Poll<Result<(), &'static str>>>,
    calls: Rc<Cell<usize>>,
}

impl Scripted {
    fn new(readiness: impl IntoIterator<Item = Poll<Result<(), &'static str>>>) -> Self {
        Self {
            readiness: readiness.into_iter().collect(),
            calls: Rc::default(),
        }
    }
}

impl Service<Request<()>> for Scripted {
    type Response = Response<Full<Bytes>>;
    type Error = &'static str;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        self.readiness.pop_front().expect("a line of the script")
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        self.calls.set(self.calls.get() + 1);
        ready(Err("failed"))
    }
}

#[test]
fn readiness_is_the_inner_services() {
    let script = [
        Poll::Pending,
        Poll::Ready(Ok(())),
        Poll::Ready(Err("overloaded")),
    ];
    let mut service = layer().wrap(Scripted::new(script));
    for expected in script {
        let mut context = Context::from_waker(Waker::noop());
        // The body of a request that is none yet.
        let readiness = Service::<Request<()>>::poll_ready(&mut service, &mut context);
        assert_eq!(readiness, expected);
    }
}

#[test]
fn errors_of_the_inner_service_are_passed_on() {
    for headers in [ALLOWED, FOREIGN] {
        let mut service = layer().wrap(Scripted::new([]));
        let failed = now(service.call(request("GET", "/key", headers)));
        assert_eq!(failed.err(), Some("failed"));
    }
}

#[test]
fn a_preflight_never_reaches_the_inner_service() {
    let inner = Scripted::new([]);
    let mut service = layer().wrap(inner.clone());
    for (method, headers, calls) in [("OPTIONS", PREFLIGHT, 0), ("GET", ALLOWED, 1)] {
        let response = now(service.call(request(method, "/key", headers)));
        assert_eq!((response.is_err(), inner.calls.get()), (calls == 1, calls));
    }
}

#[test]
fn all_ways_to_wrap_a_service_are_one() {
    let get = || request("GET", "/key", ALLOWED);
    let inner = app(404, &[("vary", "Cookie")]);
    let responses = [
        call(layer().wrap(inner.clone()), get()),
        call(layer().layer(inner.clone()), get()),
        call(S3Cors::new(inner.clone(), layer().policy()), get()),
        call(
            ServiceBuilder::new().layer(layer()).service(inner.clone()),
            get(),
        ),
        call(
            ServiceBuilder::new().layer(&layer()).service(inner.clone()),
            get(),
        ),
    ];
    for response in responses {
        assert_eq!(response.status(), 404);
        assert!(has_cors(response.headers()));
    }
    // The types of body are the same with and without.
    for (layer, expected) in [(Some(layer()), true), (None, false)] {
        let service = option_layer(layer).layer(inner.clone());
        let response = call(tower::util::MapErr::new(service, |_| unreachable!()), get());
        assert_eq!(has_cors(response.headers()), expected);
    }
}

#[test]
fn the_inner_service_stays_within_reach() {
    let mut service = layer().wrap(String::from("inner"));
    service.get_mut().push_str(" service");
    assert_eq!(service.get_ref(), "inner service");
    assert_eq!(service.clone().into_inner(), "inner service");
    assert_eq!(service.policy().rule_count(), 1);
}

#[cfg(feature = "shared")]
#[test]
fn services_that_exist_already_follow_a_shared_policy() {
    use tower_s3_cors::{CorsConfiguration, S3CorsLayer, SharedPolicy};

    let shared = SharedPolicy::pending();
    let service = S3CorsLayer::new(&shared).wrap(app(200, &[]));
    let allowed = |service: &S3Cors<_>| {
        let response = call(service.clone(), request("GET", "/key", ALLOWED));
        has_cors(response.headers())
    };
    assert!(!allowed(&service));
    let rules = CorsConfiguration::from_text(crate::CORS).expect("a configuration");
    shared.set(rules, "a test").expect("valid rules");
    assert!(allowed(&service));
}
