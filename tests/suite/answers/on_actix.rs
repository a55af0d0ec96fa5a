//! The app on actix-web.

use std::sync::atomic::Ordering;

use actix_s3_cors::{RefusalBody, S3Cors};
use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::test::{TestRequest, init_service};
use actix_web::{Error, HttpResponse, error, web};
use conformance::answer::Answer;

use super::App;

pub(crate) fn ask(app: &App, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = TestRequest::with_uri(path)
        .method(Method::from_bytes(method.as_bytes()).expect("a method"));
    for (name, value) in headers {
        request = request.append_header((*name, *value));
    }
    actix_web::rt::System::new().block_on(answered(app, request))
}

async fn answered(app: &App, request: TestRequest) -> Answer {
    let headers = app.headers;
    let calls = app.calls.clone();
    let service = actix_web::App::new()
        .service(web::resource("/ok").get(async move || ok(headers)))
        .route("/ok-to-any", web::to(async move || ok(headers)))
        .route(
            "/ok-but-404",
            web::to(async move || {
                let mut response = ok(headers);
                *response.status_mut() = StatusCode::NOT_FOUND;
                response
            }),
        )
        .route("/any", web::to(HttpResponse::Ok))
        .route("/not-modified", web::get().to(HttpResponse::NotModified))
        .route(
            "/handler-error",
            web::get().to(async || Err::<String, _>(error::ErrorImATeapot("tea"))),
        )
        .service(
            web::resource("/middleware-error")
                .wrap_fn(|_, _| {
                    std::future::ready(Err::<ServiceResponse, _>(error::ErrorServiceUnavailable(
                        "down",
                    )))
                })
                .to(HttpResponse::Ok),
        )
        .service(
            web::resource("/short-circuit")
                .wrap_fn(|request: ServiceRequest, _| {
                    std::future::ready(Ok(request.into_response(HttpResponse::BadGateway())))
                })
                .to(HttpResponse::Ok),
        )
        .wrap(from_fn(authenticate))
        .wrap_fn(move |request, inner| {
            calls.fetch_add(1, Ordering::SeqCst);
            inner.call(request)
        })
        .wrap(middleware(app));
    let service = init_service(service).await;
    match service.call(request.to_request()).await {
        Ok(response) => answer(response.into_parts().1).await,
        // As the server does it.
        Err(error) => answer(error.error_response()).await,
    }
}

async fn answer(response: HttpResponse<impl MessageBody>) -> Answer {
    let line =
        |(name, value): (&HeaderName, &HeaderValue)| (name.to_string(), value.as_bytes().to_vec());
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().iter().map(line).collect(),
        body: to_bytes(response.into_body())
            .await
            .ok()
            .expect("a body")
            .to_vec(),
    }
}

fn middleware(app: &App) -> S3Cors {
    let mut middleware = S3Cors::new(app.policy.clone())
        .forward_non_preflight_options(app.forward_non_preflight_options)
        .always_vary(app.always_vary);
    if app.successes_only {
        middleware = middleware.cors_headers_if_status(|status| status.is_success());
    }
    if app.text_refusals {
        middleware = middleware.refusal_body(|refusal, request_id| {
            let text = HeaderValue::from_static("text/plain");
            RefusalBody::new(text, format!("{request_id}: {}", refusal.reason()))
        });
    }
    middleware
}

fn ok(headers: &[(&'static str, &'static str)]) -> HttpResponse {
    let mut response = HttpResponse::Ok().finish();
    let own: &mut HeaderMap = response.headers_mut();
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        own.append(name, HeaderValue::from_static(value));
    }
    response
}

async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.path() == "/private" {
        return Err(error::ErrorUnauthorized("a token is needed"));
    }
    next.call(request).await
}
