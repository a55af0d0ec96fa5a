//! The future of an answer.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::{Error, HttpResponse};
use pin_project_lite::pin_project;

use s3_cors::http02::OwnedCorsHeaders;

use crate::headers;
use crate::middleware::Settings;

pin_project! {
    /// The future of [`S3CorsMiddleware`](crate::S3CorsMiddleware).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        answer: Answer<F>,
    }
}

pin_project! {
    #[project = AnswerProjection]
    enum Answer<F> {
        Forwarded {
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
    pub(crate) fn forwarded(
        inner: F,
        cors: Option<OwnedCorsHeaders>,
        settings: Arc<Settings>,
    ) -> Self {
        Self {
            answer: Answer::Forwarded {
                inner,
                finish: Finish { cors, settings },
            },
        }
    }

    pub(crate) fn answered(response: ServiceResponse<BoxBody>) -> Self {
        Self {
            answer: Answer::Own {
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
        Poll::Ready(match self.project().answer.project() {
            AnswerProjection::Forwarded { inner, finish } => {
                match ready!(inner.poll(cx)) {
                    Ok(mut response) => {
                        let status = response.status();
                        finish.apply(status, response.headers_mut());
                        Ok(response.map_into_left_body())
                    }
                    // The answer is made of the error by whoever is outside of this middleware.
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
            AnswerProjection::Own { response } => match response.take() {
                Some(response) => Ok(response.map_into_right_body()),
                // Polled again after it was ready.
                None => return Poll::Pending,
            },
        })
    }
}

/// What is done to an answer of the app.
#[derive(Clone)]
struct Finish {
    cors: Option<OwnedCorsHeaders>,
    settings: Arc<Settings>,
}

impl Finish {
    /// Once: the headers are taken out.
    #[inline]
    fn apply(&mut self, status: StatusCode, headers: &mut HeaderMap) {
        let own = headers::remove_access_control(headers);
        let wanted = self.settings.add_headers_to.as_ref();
        if self.cors.is_some() && wanted.is_none_or(|wanted| wanted.0(status)) {
            if let Some(cors) = self.cors.take() {
                headers::add(cors, &own, headers);
            }
        } else if self.settings.always_vary {
            headers::add_vary(&own, headers);
        }
    }
}
