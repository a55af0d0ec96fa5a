//! The future of a response.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{Error, HttpResponse};
use pin_project_lite::pin_project;

use s3_cors::adapter::http_02x::{self, OwnedCorsHeaders};

use crate::headers::Headers;
use crate::middleware::{Settings, StatusFn};

pin_project! {
    /// The future of [`S3CorsMiddleware`](crate::S3CorsMiddleware).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        kind: Kind<F>,
    }
}

pin_project! {
    #[project = KindProjection]
    enum Kind<F> {
        Inner {
            #[pin]
            inner: F,
            finish: Option<Finish>,
        },
        Own {
            response: Option<ServiceResponse<BoxBody>>,
        },
    }
}

impl<F> std::fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

impl<F> ResponseFuture<F> {
    /// The app's response, which stays as it is if there is nothing to finish.
    #[inline]
    pub(crate) fn inner(inner: F, finish: Option<Finish>) -> Self {
        Self {
            kind: Kind::Inner { inner, finish },
        }
    }

    #[inline]
    pub(crate) fn own(response: ServiceResponse<BoxBody>) -> Self {
        Self {
            kind: Kind::Own {
                response: Some(response),
            },
        }
    }
}

impl<F, B> Future for ResponseFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match self.project().kind.project() {
            KindProjection::Inner { inner, finish } => {
                match ready!(inner.poll(cx)) {
                    Ok(mut response) => {
                        if let Some(finish) = finish {
                            let status = response.status();
                            finish.apply(status, response.headers_mut());
                        }
                        Ok(response.map_into_left_body())
                    }
                    // actix-web turns the error into a response outside this middleware.
                    Err(mut error) => {
                        if let Some(finish) = finish.take() {
                            error.add_response_mapper(move |mut response: HttpResponse| {
                                let status = response.status();
                                finish.clone().apply(status, response.headers_mut());
                                response
                            });
                        }
                        Err(error)
                    }
                }
            }
            KindProjection::Own { response } => match response.take() {
                Some(response) => Ok(response.map_into_right_body()),
                // Polled again after it was ready.
                None => return Poll::Pending,
            },
        })
    }
}

/// How to finish a response of the app.
///
/// It holds nothing that the workers share unless that is needed: they would contend for its
/// counter with each request.
#[derive(Clone)]
pub(crate) struct Finish {
    cors: Option<OwnedCorsHeaders>,
    cors_headers_if_status: Option<StatusFn>,
    always_vary: bool,
}

impl Finish {
    #[inline]
    pub(crate) fn new(cors: Option<OwnedCorsHeaders>, settings: &Settings) -> Self {
        let condition = settings.cors_headers_if_status.as_ref();
        Self {
            cors_headers_if_status: condition.filter(|_| cors.is_some()).cloned(),
            cors,
            always_vary: settings.always_vary,
        }
    }

    /// Works only once, because it takes the headers out.
    #[inline]
    fn apply(&mut self, status: StatusCode, headers: &mut HeaderMap) {
        let condition = self.cors_headers_if_status.as_ref();
        let cors = self.cors.take();
        let cors = cors.filter(|_| condition.is_none_or(|condition| condition.0(status)));
        http_02x::finish(&mut Headers(headers), cors, self.always_vary, trace_removed);
    }
}

#[cfg(feature = "tracing")]
fn trace_removed(name: &HeaderName, value: &HeaderValue) {
    tracing::debug!(%name, ?value, "removed a CORS header that the app set itself");
}

#[cfg(not(feature = "tracing"))]
fn trace_removed(_: &HeaderName, _: &HeaderValue) {}
