//! The corpus against the actix-web middleware.

use actix_s3_cors::S3Cors;
use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, http, web};
use conformance::answer::{Answer, Scope, check_all};
use conformance::corpus::{Corpus, Eval};

#[test]
fn an_actix_app_answers_every_case() {
    let corpus = Corpus::load();
    let system = actix_web::rt::System::new();
    check_all("actix-web", Scope::AllHeaders, &corpus.evals, |case| {
        system.block_on(answered(case))
    });
}

async fn answered(case: &Eval) -> Answer {
    let app = App::new()
        .default_service(web::to(async || "from the app"))
        .wrap(S3Cors::new(case.policy()));
    let app = init_service(app).await;
    let method = http::Method::from_bytes(case.request.method.as_bytes()).expect("a method");
    let mut request = TestRequest::with_uri(case.request.path()).method(method);
    for (name, value) in case.request.header_lines() {
        let value = http::header::HeaderValue::from_bytes(value).expect("a header's value");
        request = request.append_header((name, value));
    }
    let response = app.call(request.to_request()).await.expect("an answer");
    let status = response.status().as_u16();
    let line = |(name, value): (&http::header::HeaderName, &http::header::HeaderValue)| {
        (name.to_string(), value.as_bytes().to_vec())
    };
    let headers = response.headers().iter().map(line).collect();
    let body = to_bytes(response.into_body()).await.expect("a body");
    Answer {
        status,
        headers,
        body: body.to_vec(),
    }
}
