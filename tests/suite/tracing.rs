//! What the adapters tell about a request, with the feature `tracing`.

use std::convert::Infallible;
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use actix_s3_cors::S3Cors;
use actix_web::dev::Service;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, HttpResponse, web};
use http::{Request, Response};
use s3_cors::CorsPolicy;
use s3_cors::sanitize::is_unsafe;
use tower::{ServiceExt, service_fn};
use tower_s3_cors::S3CorsLayer;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

const CORS: &str = r#"[{
    "AllowedOrigins": ["https://www.example.com"],
    "AllowedMethods": ["PUT"],
    "AllowedHeaders": ["x-a"]
}]"#;

/// Writes the adapters' events down, one line for each.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<(Level, String)>>>);

impl Subscriber for Events {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().contains("s3_cors")
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0
            .lock()
            .expect("one thread")
            .push((*event.metadata().level(), line.0));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?} ").expect("memory");
    }
}

type Headers = [(&'static str, &'static str)];

/// The events of a request to `/key` of an app that answers with a header of its own.
fn events(on: &str, method: &str, headers: &Headers) -> Vec<(Level, String)> {
    let events = Events::default();
    tracing::subscriber::with_default(events.clone(), || match on {
        "tower" => on_tower(method, headers),
        _ => actix_web::rt::System::new().block_on(on_actix(method, headers)),
    });
    let events = events.0.lock().expect("one thread");
    for (_, line) in &*events {
        assert!(!line.contains(is_unsafe), "{on}: {line:?}");
    }
    events.clone()
}

/// With what would do something to a terminal; actix takes no such URL.
const PATH: &str = "/key\u{9b}31m\u{202e}";

fn policy() -> CorsPolicy {
    CorsPolicy::from_text(CORS).expect("a configuration")
}

#[tokio::main(flavor = "current_thread")]
async fn on_tower(method: &str, headers: &Headers) {
    let app = service_fn(async |_: Request<()>| {
        let response = Response::builder().header(OWN.0, OWN.1);
        Ok::<_, Infallible>(response.body(String::new()).expect("a response"))
    });
    let mut request = Request::builder().method(method).uri(PATH);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(()).expect("a request");
    let answer = S3CorsLayer::new(policy())
        .wrap_body()
        .wrap(app)
        .oneshot(request)
        .await;
    drop(answer.expect("an answer"));
}

async fn on_actix(method: &str, headers: &Headers) {
    let app = App::new()
        .default_service(web::to(async || {
            HttpResponse::Ok().append_header(OWN).finish()
        }))
        .wrap(S3Cors::new(policy()));
    let app = init_service(app).await;
    let method = method.parse().expect("a method");
    let mut request = TestRequest::with_uri("/key").method(method);
    for header in headers {
        request = request.append_header(*header);
    }
    drop(app.call(request.to_request()).await.expect("an answer"));
}

/// Each of the parts is in the one event of this level.
#[track_caller]
fn assert_event(events: &[(Level, String)], level: Level, parts: &[&str]) {
    let [line] = &events
        .iter()
        .filter(|event| event.0 == level)
        .collect::<Vec<_>>()[..]
    else {
        panic!("not one event of level {level}: {events:?}");
    };
    for part in parts {
        assert!(line.1.contains(part), "no {part:?} in {line:?}");
    }
}

const OWN: (&str, &str) = ("access-control-allow-origin", "https://own.example");
const ORIGIN: (&str, &str) = ("Origin", "https://www.example.com");
const FOREIGN: (&str, &str) = ("Origin", "https://evil.example");
const PUT: (&str, &str) = ("Access-Control-Request-Method", "PUT");

#[test]
fn every_refusal_says_why() {
    let rows: [(&Headers, &[&str]); 6] = [
        (&[], &["OPTIONS refused: it has no Origin", "status=400"]),
        (
            &[ORIGIN],
            &[
                "OPTIONS refused: no rule can allow the method OPTIONS",
                "status=403",
            ],
        ),
        (
            &[FOREIGN, PUT],
            &[
                "preflight refused: ",
                "status=403",
                "https://evil.example",
                "AllowedOrigin that matches the Origin",
            ],
        ),
        (
            &[ORIGIN, ("Access-Control-Request-Method", "GET")],
            &["status=403", "\"GET\"", "has the method in AllowedMethods"],
        ),
        (
            &[ORIGIN, ("Access-Control-Request-Method", "FOO")],
            &["status=400", "\"FOO\" is not a method that S3 recognises"],
        ),
        (
            &[ORIGIN, PUT, ("Access-Control-Request-Headers", "x-a, x-b")],
            &["status=403", "AllowedHeader that matches \"x-b\""],
        ),
    ];
    for on in ["tower", "actix"] {
        for (headers, parts) in rows {
            let headers = [headers, &[("x-request-id", "trace-1")]].concat();
            let events = events(on, "OPTIONS", &headers);
            assert_eq!(events.len(), 1, "{on}: {events:?}");
            let everywhere = [" refused: ", "trace-1", "/key"];
            assert_event(&events, Level::INFO, &[parts, &everywhere].concat());
        }
    }
}

#[test]
fn an_actual_request_that_is_not_allowed_says_why() {
    for on in ["tower", "actix"] {
        let events = events(on, "GET", &[ORIGIN]);
        let told: Vec<_> = events
            .into_iter()
            .filter(|(_, line)| line.contains("no CORS headers: "))
            .collect();
        let why = "has the method in AllowedMethods";
        assert_event(
            &told,
            Level::DEBUG,
            &[why, "GET", "/key", "https://www.example.com"],
        );
    }
}

#[test]
fn a_header_that_is_taken_away_is_told() {
    for on in ["tower", "actix"] {
        for headers in [&[][..], &[ORIGIN]] {
            let events = events(on, "PUT", headers);
            let parts = [
                "removed",
                "access-control-allow-origin",
                "https://own.example",
            ];
            assert_event(&events, Level::DEBUG, &parts);
        }
    }
}

#[test]
fn nothing_is_told_of_what_is_allowed() {
    for on in ["tower", "actix"] {
        assert_eq!(events(on, "OPTIONS", &[ORIGIN, PUT]), [], "{on}");
    }
}
