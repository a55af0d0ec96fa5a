//! The app on axum.

use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Body;
use axum::error_handling::HandleError;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use conformance::answer::Answer;
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::catch_panic::CatchPanicLayer;
use tower_s3_cors::{RefusalBody, S3CorsLayer};

use super::App;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn ask(app: &App, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("a request");
    let service = layer(app).layer(router(app));
    let (parts, body) = service
        .oneshot(request)
        .await
        .expect("an answer")
        .into_parts();
    let line =
        |(name, value): (&HeaderName, &HeaderValue)| (name.to_string(), value.as_bytes().to_vec());
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers.iter().map(line).collect(),
        body: body.collect().await.expect("a body").to_bytes().to_vec(),
    }
}

fn layer(app: &App) -> S3CorsLayer {
    let mut layer = S3CorsLayer::new(app.policy.clone())
        .forward_non_preflight_options(app.forward_non_preflight_options)
        .always_vary(app.always_vary);
    if app.successes_only {
        layer = layer.cors_headers_if_status(|status| status.is_success());
    }
    if app.text_refusals {
        layer = layer.refusal_body(|refusal, request_id| {
            let text = HeaderValue::from_static("text/plain");
            RefusalBody::new(text, format!("{request_id}: {}", refusal.reason()))
        });
    }
    layer
}

fn router(app: &App) -> Router {
    let mut own = HeaderMap::new();
    for (name, value) in app.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        own.append(name, HeaderValue::from_static(value));
    }
    let ok = async move || own;
    let with_404 = ok.clone();
    let failing = service_fn(async |_: Request| Err::<Response<Body>, _>("down"));
    let calls = app.calls.clone();
    let count = move |request: Request, next: Next| {
        calls.fetch_add(1, Ordering::SeqCst);
        next.run(request)
    };
    Router::new()
        .route("/ok", get(ok.clone()))
        .route("/ok-to-any", any(ok))
        .route(
            "/ok-but-404",
            get(async || (StatusCode::NOT_FOUND, with_404().await)),
        )
        .route("/any", any(""))
        .route("/not-modified", get(StatusCode::NOT_MODIFIED))
        .route(
            "/handler-error",
            get(async || Err::<(), _>(StatusCode::IM_A_TEAPOT)),
        )
        .route_service(
            "/middleware-error",
            HandleError::new(failing, async |_| StatusCode::SERVICE_UNAVAILABLE),
        )
        .route(
            "/short-circuit",
            get("").layer(from_fn(async |_: Request, _: Next| StatusCode::BAD_GATEWAY)),
        )
        .route("/panic", get(panic))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(authenticate))
        .layer(from_fn(count))
}

async fn panic() {
    panic!("on purpose");
}

async fn authenticate(request: Request, next: Next) -> impl IntoResponse {
    if request.uri().path() == "/private" {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}
