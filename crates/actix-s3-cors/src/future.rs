//! The future of a response.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{Error, HttpResponse};
use pin_project_lite::pin_project;

use s3_cors::adapter::http_02x::{self, OwnedCorsHeaders};

use crate::headers::Headers;
use crate::middleware::Settings;

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
            finish: Finish,
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
    pub(crate) fn inner(inner: F, cors: Option<OwnedCorsHeaders>, settings: Arc<Settings>) -> Self {
        Self {
            kind: Kind::Inner {
                inner,
                finish: Finish {
                    cors,
                    settings: Some(settings),
                },
            },
        }
    }

    pub(crate) fn untouched(inner: F) -> Self {
        Self {
            kind: Kind::Inner {
                inner,
                finish: Finish {
                    cors: None,
                    settings: None,
                },
            },
        }
    }

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
                        let status = response.status();
                        finish.apply(status, response.headers_mut());
                        Ok(response.map_into_left_body())
                    }
                    // actix-web turns the error into a response outside this middleware.
                    Err(mut error) => {
                        let finish = finish.clone();
                        error.add_response_mapper(move |mut response: HttpResponse| {
                            let status = response.status();
                            finish.clone().apply(status, response.headers_mut());
                            response
                        });
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
#[derive(Clone)]
struct Finish {
    cors: Option<OwnedCorsHeaders>,
    /// `None` for a response that passes through untouched.
    settings: Option<Arc<Settings>>,
}

impl Finish {
    /// Works only once, because it takes the headers out.
    #[inline]
    fn apply(&mut self, status: StatusCode, headers: &mut HeaderMap) {
        let Some(settings) = &self.settings else {
            return;
        };
        let cors = self.cors.take();
        let cors = cors.filter(|_| settings.sends_cors_headers(status));
        let mut headers = Headers(headers);
        http_02x::finish(&mut headers, cors, settings.always_vary, trace_removed);
    }
}

#[cfg(feature = "tracing")]
fn trace_removed(name: &HeaderName, value: &HeaderValue) {
    tracing::debug!(%name, ?value, "removed a CORS header that the app set itself");
}

#[cfg(not(feature = "tracing"))]
fn trace_removed(_: &HeaderName, _: &HeaderValue) {}
