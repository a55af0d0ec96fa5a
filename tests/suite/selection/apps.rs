//! One request through an app on each framework.

use std::convert::Infallible;

use actix_s3_cors::S3Cors;
use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::http as http02;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, HttpResponse, web};
use conformance::answer::Answer;
use http::{Request, Response};
use s3_cors::adapter::PolicyProvider;
use tower::{ServiceExt, service_fn};
use tower_s3_cors::S3CorsLayer;

/// What the app sets itself, and the adapters take away where a policy decides.
pub(crate) const OWN: [(&str, &str); 2] = [
    ("access-control-allow-origin", "https://own.example"),
    ("vary", "Accept"),
];

/// A request as it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// An absolute URL, whose host counts then, or a path.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

impl Asked {
    pub(crate) fn new(method: &str, target: &str, headers: &[(&str, &str)]) -> Self {
        let header = |(name, value): &(&str, &str)| ((*name).into(), value.as_bytes().to_vec());
        Self {
            method: method.into(),
            target: target.into(),
            headers: headers.iter().map(header).collect(),
        }
    }
}

/// The response of a tower service inside the layer.
pub(crate) fn on_tower(policy: PolicyProvider, asked: &Asked) -> Answer {
    in_layer(&S3CorsLayer::new(policy), asked)
}

/// The response of a tower service inside a layer.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn in_layer(layer: &S3CorsLayer, asked: &Asked) -> Answer {
    let app = service_fn(async |_: Request<()>| {
        let mut response = Response::new(String::from("from the app"));
        for (name, value) in OWN {
            let value = http::HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        Ok::<_, Infallible>(response)
    });
    let mut request = Request::builder()
        .method(&*asked.method)
        .uri(&*asked.target);
    for (name, value) in &asked.headers {
        request = request.header(name, &value[..]);
    }
    let request = request.body(()).expect("a request");
    let service = layer.clone().wrap_body().wrap(app);
    let response = service.oneshot(request).await.expect("a response");
    let (parts, body) = response.into_parts();
    let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.to_string(), value.as_bytes().to_vec())
    };
    let body = http_body_util::BodyExt::collect(body)
        .await
        .expect("a body");
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers.iter().map(line).collect(),
        body: body.to_bytes().to_vec(),
    }
}

/// The response of an actix-web app inside the middleware; without order of the headers.
pub(crate) fn on_actix(policy: PolicyProvider, asked: &Asked) -> Answer {
    in_middleware(&S3Cors::new(policy), asked)
}

/// The same inside a middleware.
pub(crate) fn in_middleware(middleware: &S3Cors, asked: &Asked) -> Answer {
    actix_web::rt::System::new().block_on(async {
        let app = App::new()
            .default_service(web::to(async || {
                let mut response = HttpResponse::Ok();
                for header in OWN {
                    response.append_header(header);
                }
                response.body("from the app")
            }))
            .wrap(middleware.clone());
        let app = init_service(app).await;
        let method = http02::Method::from_bytes(asked.method.as_bytes()).expect("a method");
        let mut request = TestRequest::with_uri(&asked.target).method(method);
        for (name, value) in &asked.headers {
            let value = http02::header::HeaderValue::from_bytes(value).expect("a value");
            request = request.append_header((name.as_str(), value));
        }
        let response = app.call(request.to_request()).await.expect("a response");
        let status = response.status().as_u16();
        let line = |(name, value): (&http02::header::HeaderName, &http02::header::HeaderValue)| {
            (name.to_string(), value.as_bytes().to_vec())
        };
        let mut headers: Vec<_> = response.headers().iter().map(line).collect();
        headers.sort();
        let body = to_bytes(response.into_body()).await.expect("a body");
        Answer {
            status,
            headers,
            body: body.to_vec(),
        }
    })
}
