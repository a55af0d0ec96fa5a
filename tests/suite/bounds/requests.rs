//! Requests that are made to be expensive, through both adapters.

use std::convert::Infallible;

use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, web};
use allocation_counter::AllocationInfo;
use http::{Method, Request, Response};
use s3_cors::CorsPolicy;
use tower::{Service, service_fn};
use tower_s3_cors::S3CorsLayer;

use crate::{KB, assert_linear, work};

const CORS: &str = r#"[
    {"AllowedOrigins": ["https://*.example"], "AllowedMethods": ["GET"], "AllowedHeaders": ["x-*", "y"]},
    {"AllowedOrigins": ["*"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["*"]}
]"#;

/// The lines of a request of about so many bytes: what it is, then names and values.
fn expensive(bytes: usize) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let names = |name: &str| name.repeat(bytes / name.len());
    let origin = || ("origin", "https://a.example".to_owned());
    let asked = |method: &str| ("access-control-request-method", method.to_owned());
    let lines = |line: (&'static str, String)| {
        let number = bytes / (line.0.len() + line.1.len());
        // A map holds no more lines.
        std::iter::repeat_n(line, number.min(20_000))
    };
    let list = "access-control-request-headers";
    vec![
        ("a long origin", vec![("origin", names("a")), asked("GET")]),
        (
            "a long method",
            vec![origin(), ("access-control-request-method", names("A"))],
        ),
        (
            "many names",
            vec![origin(), asked("GET"), (list, names("x-a,"))],
        ),
        (
            "many names of the second rule",
            vec![origin(), asked("PUT"), (list, names("z,"))],
        ),
        ("commas", vec![origin(), asked("GET"), (list, names(","))]),
        (
            "a long name",
            vec![origin(), asked("GET"), (list, names("x"))],
        ),
        (
            "blanks",
            vec![origin(), asked("GET"), (list, names("x \t"))],
        ),
        (
            "the last name is not allowed",
            vec![origin(), asked("GET"), (list, names("x-a,") + "z")],
        ),
        (
            "lines of names",
            [origin(), asked("PUT")]
                .into_iter()
                .chain(lines((list, "x-a".into())))
                .collect(),
        ),
        (
            "lines of origins",
            lines(origin()).chain([asked("PUT")]).collect(),
        ),
        (
            "lines of methods",
            [origin()].into_iter().chain(lines(asked("PUT"))).collect(),
        ),
    ]
}

/// What the app does besides is too little to matter.
fn of_tower(method: &Method, lines: &[(&'static str, String)]) -> AllocationInfo {
    let policy = CorsPolicy::from_text(CORS).expect("a configuration");
    let app = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(String::new())));
    let mut app = S3CorsLayer::new(policy).wrap_body().wrap(app);
    let request = lines.iter().fold(
        Request::builder().method(method),
        |request, (name, value)| request.header(*name, value),
    );
    let request = request.body(()).expect("a request");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    work("tower", || {
        let response = runtime.block_on(app.call(request)).expect("no error");
        assert!(response.headers().len() < 20);
    })
}

fn of_actix(method: &Method, lines: &[(&'static str, String)]) -> AllocationInfo {
    let policy = CorsPolicy::from_text(CORS).expect("a configuration");
    let method = actix_web::http::Method::from_bytes(method.as_str().as_bytes()).expect("a method");
    let request = TestRequest::default().method(method);
    let request = lines.iter().fold(request, |request, (name, value)| {
        request.append_header((*name, value.as_str()))
    });
    actix_web::rt::System::new().block_on(async {
        let app = App::new()
            .default_service(web::to(HttpResponse::Ok))
            .wrap(actix_s3_cors::S3Cors::new(policy));
        let app = init_service(app).await;
        let request = request.to_request();
        let runtime = tokio::runtime::Handle::try_current();
        assert!(runtime.is_ok());
        let mut calling = std::pin::pin!(call_service(&app, request));
        let mut response = None;
        let counted = work("actix", || {
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            if let std::task::Poll::Ready(ready) = calling.as_mut().poll(&mut context) {
                response = Some(ready);
            }
        });
        let response = response.expect("the app waits for nothing");
        assert!(response.headers().len() < 20);
        counted
    })
}

#[test]
fn a_request_takes_work_in_proportion_and_few_allocations() {
    // A head of this size is more than any of the frameworks takes by itself.
    let (half, whole) = (expensive(256 * 1024), expensive(512 * 1024));
    for ((what, half), (_, whole)) in half.iter().zip(&whole) {
        for method in [Method::OPTIONS, Method::GET] {
            for (adapter, of) in [
                ("tower", of_tower as fn(&Method, &[_]) -> _),
                ("actix", of_actix),
            ] {
                let what = format!("{adapter}: {method}: {what}");
                let (once, twice) = (of(&method, half), of(&method, whole));
                assert_linear(&what, &once, &twice);
                assert!(twice.count_total < 100, "{what}: {}", twice.count_total);
                assert!(
                    twice.bytes_total < 4 * 1024 * KB,
                    "{what}: {}",
                    twice.bytes_total
                );
            }
        }
    }
}
