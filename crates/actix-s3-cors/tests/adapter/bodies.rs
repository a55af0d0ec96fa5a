//! Responses pass through as the app makes them: bodies of every kind, unread and unbuffered, and what
//! else belongs to a response.

use std::cell::Cell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::{StatusCode, Version};
use actix_web::middleware::{Compat, Condition, Logger};
use actix_web::test::init_service;
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{App, Error, HttpResponse};

use crate::{
    ALLOWED, FOREIGN, FOREIGN_PREFLIGHT, Headers, NO_ORIGIN, PREFLIGHT, app, cors, request, respond,
};

/// Sends its pieces one after the other, waits at `None`, and counts how often it is asked.
struct Pieces {
    pieces: VecDeque<Option<Result<Bytes, &'static str>>>,
    polls: Rc<Cell<usize>>,
}

impl MessageBody for Pieces {
    type Error = Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Error>>> {
        self.polls.set(self.polls.get() + 1);
        match self.pieces.pop_front() {
            None => Poll::Ready(None),
            Some(None) => Poll::Pending,
            Some(Some(piece)) => {
                Poll::Ready(Some(piece.map_err(actix_web::error::ErrorBadGateway)))
            }
        }
    }
}

/// The response of a handler behind the middleware, with its body unread.
#[track_caller]
fn unread(
    handler: impl Fn() -> HttpResponse + Clone + 'static,
    headers: Headers<'_>,
) -> ServiceResponse<impl MessageBody> {
    let config = move |config: &mut ServiceConfig| {
        let handler = handler.clone();
        config.default_service(web::to(move || std::future::ready(handler())));
    };
    let request = request("GET", "/key", headers);
    actix_web::rt::System::new().block_on(async {
        let service = init_service(App::new().configure(config).wrap(cors())).await;
        service
            .call(request.to_request())
            .await
            .expect("a response")
    })
}

#[test]
fn a_stream_is_passed_on_piece_by_piece_and_so_is_its_error() {
    for headers in [NO_ORIGIN, ALLOWED, FOREIGN] {
        let polls = Rc::new(Cell::new(0));
        let counted = Rc::clone(&polls);
        let response = unread(
            move || {
                let pieces = [Some(Ok(Bytes::from("one"))), None, Some(Err("cut off"))];
                HttpResponse::Ok().body(Pieces {
                    pieces: pieces.into(),
                    polls: Rc::clone(&counted),
                })
            },
            headers,
        );
        assert_eq!(polls.get(), 0, "the response is there before its body");
        let body = response.into_body();
        assert_eq!(body.size(), BodySize::Stream);
        let mut body = std::pin::pin!(body);
        let mut next = || {
            let poll = body
                .as_mut()
                .poll_next(&mut Context::from_waker(Waker::noop()));
            poll.map(|piece| piece.map(|piece| piece.map_err(|error| error.into().to_string())))
        };
        assert_eq!(next(), Poll::Ready(Some(Ok(Bytes::from("one")))));
        assert_eq!(polls.get(), 1);
        assert_eq!(next(), Poll::Pending);
        let error = "response body write error: cut off".to_owned();
        assert_eq!(next(), Poll::Ready(Some(Err(error))));
        assert_eq!(polls.get(), 3);
    }
}

#[test]
fn the_size_of_a_body_is_known_as_before() {
    type Handler = fn() -> HttpResponse;
    let rows: [(Handler, BodySize); 4] = [
        (
            || HttpResponse::Ok().body("from the app"),
            BodySize::Sized(12),
        ),
        (|| HttpResponse::Ok().body(""), BodySize::Sized(0)),
        // `finish` makes an empty body of a known size, and this one none at all.
        (
            || {
                HttpResponse::with_body(
                    StatusCode::NO_CONTENT,
                    BoxBody::new(actix_web::body::None::new()),
                )
            },
            BodySize::None,
        ),
        (
            || HttpResponse::Ok().body(vec![b'a'; 100_000]),
            BodySize::Sized(100_000),
        ),
    ];
    for (handler, size) in rows {
        for headers in [NO_ORIGIN, ALLOWED, FOREIGN] {
            let body = unread(handler, headers).into_body();
            assert_eq!(body.size(), size, "{headers:?}");
        }
    }
}

#[test]
fn extensions_version_and_reason_of_a_response_stay() {
    for headers in [NO_ORIGIN, ALLOWED, FOREIGN] {
        let response = unread(
            || {
                let mut response = HttpResponse::Ok().reason("Fine").finish();
                response.head_mut().version = Version::HTTP_10;
                response.extensions_mut().insert("of the handler");
                response
            },
            headers,
        );
        let response = response.response();
        assert_eq!(response.head().version, Version::HTTP_10);
        assert_eq!(response.head().reason(), "Fine");
        let extensions = response.extensions();
        assert_eq!(extensions.get::<&str>(), Some(&"of the handler"));
    }
}

#[test]
fn condition_switches_the_middleware_on_and_off() {
    for enabled in [true, false] {
        let response = actix_web::rt::System::new().block_on(async {
            let condition = Condition::new(enabled, cors());
            let service = init_service(App::new().configure(app(200, &[])).wrap(condition)).await;
            let request = request("OPTIONS", "/key", FOREIGN_PREFLIGHT);
            respond(&service, request.to_request()).await
        });
        assert_eq!(response.status, if enabled { 403 } else { 200 });
        assert_eq!(response.is_apps(), !enabled);
    }
}

#[test]
fn compat_fits_it_into_a_condition_and_a_scope() {
    // The body type of a `Condition` or a scope is that of the inner service, which `Compat` restores.
    // `Logger` has a body of its own.
    let both = |method, headers| {
        actix_web::rt::System::new().block_on(async {
            let scope = web::scope("/scope").configure(app(200, &[]));
            let service = App::new()
                .service(scope.wrap(Compat::new(cors())))
                .configure(app(200, &[]))
                .wrap(Logger::default())
                .wrap(Condition::new(true, Compat::new(cors())));
            let service = init_service(service).await;
            let mut responses = Vec::new();
            for path in ["/key", "/scope/key"] {
                let request = request(method, path, headers).to_request();
                responses.push(respond(&service, request).await);
            }
            responses
        })
    };
    for response in both("GET", ALLOWED) {
        assert!(response.has_cors() && response.is_apps());
    }
    for response in both("GET", FOREIGN) {
        assert!(!response.has_cors() && response.is_apps());
    }
    for response in both("OPTIONS", PREFLIGHT) {
        assert!(response.has_cors() && response.body.is_empty());
    }
}
