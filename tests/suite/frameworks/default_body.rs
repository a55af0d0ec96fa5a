//! What the default body makes possible: the layer keeps the inner service's body, so it fits where
//! types must stay the same.

use std::convert::Infallible;
use std::task::{Context, Poll, Waker};

use axum::body::Body;
use axum::extract::Request;
use axum::routing::get;
use axum::{Router, ServiceExt};
use http::Response;
use tower::limit::ConcurrencyLimitLayer;
use tower::steer::Steer;
use tower::util::option_layer;
use tower::{Layer, Service, ServiceBuilder, ServiceExt as _, service_fn};
use tower_s3_cors::S3Cors;

use crate::{GET_OF_ONE, ONE, TWO, allowed, ask_axum, ask_socket, layer, policy, with_server};

fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).expect("a request")
}

fn allowed_origin(response: &Response<Body>) -> Option<&str> {
    let value = response.headers().get("access-control-allow-origin")?;
    value.to_str().ok()
}

#[test]
fn axum_serves_a_router_inside_the_service() {
    let server = async |listener: tokio::net::TcpListener| {
        let router = Router::new().route("/", get("hello"));
        let app = S3Cors::new(router, policy("one"));
        axum::serve(listener, ServiceExt::<Request>::into_make_service(app))
            .await
            .expect("a server");
    };
    with_server(server, |address| {
        let response = ask_socket(address, "GET", "/", &ONE);
        assert_eq!(
            (response.status, allowed(&response)),
            (200, Some("https://one.example"))
        );
        let preflight = ask_socket(address, "OPTIONS", "/", &GET_OF_ONE);
        assert_eq!(
            (preflight.status, allowed(&preflight)),
            (200, Some("https://one.example"))
        );
        // Before routing, axum adds nothing.
        assert_eq!(preflight.header("allow"), None);
    });
}

#[test]
fn router_layer_takes_the_layer_and_axum_adds_allow() {
    let router = Router::new().route("/", get("hello")).layer(layer("one"));
    let response = ask_axum(&router, "GET", "/", &ONE);
    assert_eq!(allowed(&response), Some("https://one.example"));
    let preflight = ask_axum(&router, "OPTIONS", "/", &GET_OF_ONE);
    assert_eq!(preflight.status, 200);
    assert!(preflight.header("allow").is_some(), "{preflight:?}");
}

#[tokio::test]
async fn the_layer_can_be_optional() {
    for (enabled, expected) in [(true, Some("https://one.example")), (false, None)] {
        let app = ServiceBuilder::new()
            .layer(option_layer(enabled.then(|| layer("one"))))
            .service(Router::new().route("/", get("hello")));
        let response = app.oneshot(request("GET", "/", &ONE)).await;
        let response = response.expect("a response");
        assert_eq!(allowed_origin(&response), expected, "{enabled}");
    }
}

#[tokio::test]
async fn steer_chooses_between_buckets() {
    let router = Router::new().fallback("an object");
    let buckets = ["one", "two"].map(|name| S3Cors::new(router.clone(), policy(name)));
    let pick = |request: &Request, _: &[_]| usize::from(request.uri().path().starts_with("/two"));
    let mut app = Steer::new(buckets, pick);
    for (path, headers, expected) in [
        ("/one/key", &ONE, Some("https://one.example")),
        ("/one/key", &TWO, None),
        ("/two/key", &TWO, Some("https://two.example")),
        ("/two/key", &ONE, None),
    ] {
        let app = tower::ServiceExt::<Request>::ready(&mut app)
            .await
            .expect("ready");
        let response = app.call(request("GET", path, headers)).await;
        let response = response.expect("a response");
        assert_eq!(allowed_origin(&response), expected, "{path} {headers:?}");
    }
}

#[test]
fn a_preflight_waits_for_a_limit_directly_inside_and_gives_its_permit_back() {
    let app = service_fn(async |_: Request| Ok::<_, Infallible>(Response::new(Body::empty())));
    let limited = layer("one").layer(ConcurrencyLimitLayer::new(1).layer(app));
    let mut cx = Context::from_waker(Waker::noop());
    let mut ready = |service: &mut _| {
        let ready = Service::<Request>::poll_ready(service, &mut cx);
        ready.map(|ready| ready.is_ok())
    };

    let mut first = limited.clone();
    let mut second = limited;
    assert_eq!(ready(&mut first), Poll::Ready(true));
    assert_eq!(ready(&mut second), Poll::Pending, "the permit is taken");
    // A preflight never reaches the limit, which keeps its permit for the next request.
    drop(first.call(request("OPTIONS", "/", &GET_OF_ONE)));
    assert_eq!(ready(&mut second), Poll::Pending, "the permit is kept");
    assert_eq!(ready(&mut first), Poll::Ready(true));
    drop(first);
    assert_eq!(ready(&mut second), Poll::Ready(true));
}
