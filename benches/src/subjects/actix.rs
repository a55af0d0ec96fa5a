//! The group of actix-web apps.

use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_s3_cors::S3Cors;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::{Error, HttpResponse, test, web};
use bytes::Bytes;

use super::by_hand::http02::{ByHand, Floor, Naive, Noop};
use super::{Kind, SentResponse, Subject, finish, rivals};
use crate::app::{App, PLAIN_TEXT};
use crate::cases::Case;
use crate::requests::Request;

/// The only route.
pub fn routes(app: App) -> impl Fn(&mut web::ServiceConfig) {
    move |config| {
        config.route("/", web::to(move || async move { respond(app) }));
    }
}

fn respond(app: App) -> HttpResponse {
    let mut response = match app.streamed {
        true => HttpResponse::with_body(StatusCode::OK, Pieces(app.pieces())).map_into_boxed_body(),
        false => HttpResponse::with_body(StatusCode::OK, "hello\n").map_into_boxed_body(),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, const { HeaderValue::from_static(PLAIN_TEXT) });
    if app != App::PLAIN {
        for (name, value) in app.lines().skip(1) {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
    }
    response
}

/// A body in pieces, the last piece first.
struct Pieces(Vec<Bytes>);

impl MessageBody for Pieces {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(self.0.pop().map(Ok))
    }
}

/// Our middleware with a policy of this package, which may be one that can be replaced.
pub fn ours(case: &Case, shared: bool) -> S3Cors {
    S3Cors::new(case.policy.provider(shared))
}

/// The floor with a policy of this package.
#[must_use]
pub fn floor(case: &Case) -> ByHand<Floor> {
    ByHand(Rc::new(Floor::new(case)))
}

/// An app with this middleware.
pub(super) fn with_middleware(middleware: S3Cors, case: &Case) -> Box<dyn Subject> {
    let app = actix_web::App::new().wrap(middleware);
    boxed(
        finish(test::init_service(app.configure(routes(case.app)))),
        case,
    )
}

pub(super) fn subject(kind: Kind, case: &Case) -> Box<dyn Subject> {
    macro_rules! wrapped {
        ($middleware:expr) => {
            boxed(
                finish(test::init_service(
                    actix_web::App::new()
                        .wrap($middleware)
                        .configure(routes(case.app)),
                )),
                case,
            )
        };
    }
    match kind {
        Kind::Bare => boxed(
            finish(test::init_service(
                actix_web::App::new().configure(routes(case.app)),
            )),
            case,
        ),
        Kind::Noop => wrapped!(Noop),
        Kind::Rival => wrapped!(rivals::actix_cors(case)),
        Kind::Floor => wrapped!(floor(case)),
        Kind::Ours => wrapped!(ours(case, false)),
        Kind::Shared => wrapped!(ours(case, true)),
        Kind::Naive => wrapped!(ByHand(Rc::new(Naive::new(case)))),
    }
}

fn boxed<S, B>(service: S, case: &Case) -> Box<dyn Subject>
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody,
{
    Box::new(ActixSubject {
        service,
        request: (case.request)(),
        prepared: Vec::new(),
    })
}

struct ActixSubject<S> {
    service: S,
    request: Request,
    prepared: Vec<actix_http::Request>,
}

impl<S, B> ActixSubject<S>
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    fn request(&self) -> actix_http::Request {
        let method = self.request.method.parse().expect("the requests are valid");
        let mut request = test::TestRequest::with_uri("/").method(method);
        for (name, value) in &self.request.headers {
            let value = HeaderValue::from_maybe_shared(value.clone());
            let value = value.expect("the requests are valid");
            request = request.append_header((HeaderName::from_static(name), value));
        }
        request.to_request()
    }

    fn response(&mut self) -> ServiceResponse<B> {
        let request = self.prepared.pop().expect("a request was prepared");
        finish(self.service.call(request)).expect("no subject fails")
    }
}

impl<S, B> Subject for ActixSubject<S>
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    fn prepare(&mut self, count: usize) {
        for _ in 0..count {
            self.prepared.push(self.request());
        }
    }

    fn call(&mut self) -> u16 {
        self.response().status().as_u16()
    }

    fn respond(&mut self) -> SentResponse {
        self.prepare(1);
        let response = self.response();
        let mut headers: Vec<_> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
            .collect();
        headers.sort();
        let status = response.status().as_u16();
        let body = finish(actix_web::body::to_bytes(response.into_body()));
        let Ok(body) = body else {
            unreachable!("no subject fails");
        };
        SentResponse {
            status,
            headers,
            body: body.into(),
        }
    }
}
