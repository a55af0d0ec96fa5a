//! The corpus against the layer, over a bare tower service and over an axum router.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::routing::any;
use conformance::answer::{Answer, Scope, check_all};
use conformance::corpus::{Corpus, Eval};
use http::{Request, Response};
use http_body_util::BodyExt;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_s3_cors::S3CorsLayer;

#[test]
fn a_tower_service_answers_every_case() {
    let corpus = Corpus::load();
    check_all("tower", Scope::AllHeaders, &corpus.evals, |case| {
        let app = service_fn(async |_: Request<Body>| {
            Ok::<_, Infallible>(Response::new(Body::from("from the app")))
        });
        answered(case, S3CorsLayer::new(case.policy()).layer(app))
    });
}

#[test]
fn an_axum_router_inside_the_layer_answers_every_case() {
    let corpus = Corpus::load();
    check_all(
        "axum, around the router",
        Scope::AllHeaders,
        &corpus.evals,
        |case| answered(case, S3CorsLayer::new(case.policy()).layer(router())),
    );
}

#[test]
fn an_axum_router_with_the_layer_answers_every_case() {
    let corpus = Corpus::load();
    // axum adds `Allow` to what its method routers answer, and so it does to preflights.
    check_all(
        "axum, Router::layer",
        Scope::CorsHeaders,
        &corpus.evals,
        |case| answered(case, router().layer(S3CorsLayer::new(case.policy()))),
    );
}

fn router() -> Router {
    Router::new()
        .route("/", any("from the app"))
        .route("/{*path}", any("from the app"))
}

#[tokio::main(flavor = "current_thread")]
async fn answered<S, B>(case: &Eval, mut app: S) -> Answer
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: std::fmt::Debug,
    B: http_body::Body<Error: std::fmt::Debug>,
{
    let mut request = Request::builder()
        .method(&*case.request.method)
        .uri(case.request.path());
    for (name, value) in case.request.header_lines() {
        request = request.header(name, value);
    }
    let request = request.body(Body::empty()).expect("a request");
    let response = app
        .ready()
        .await
        .expect("ready")
        .call(request)
        .await
        .expect("an answer");
    let (parts, body) = response.into_parts();
    let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.to_string(), value.as_bytes().to_vec())
    };
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers.iter().map(line).collect(),
        body: body.collect().await.expect("a body").to_bytes().to_vec(),
    }
}
