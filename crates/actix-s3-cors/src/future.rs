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
    pub(crate) fn forwarded(
        inner: F,
        cors: Option<OwnedCorsHeaders>,
        settings: Arc<Settings>,
    ) -> Self {
        Self {
            answer: Answer::Forwarded {
                inner,
                finish: Some(Finish { cors, settings }),
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

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match self.project().answer.project() {
            AnswerProjection::Forwarded { inner, finish } => {
                let answer = ready!(inner.poll(cx));
                match (answer, finish.take()) {
                    (Ok(mut response), Some(finish)) => {
                        let status = response.status();
                        finish.apply(status, response.headers_mut());
                        Ok(response.map_into_left_body())
                    }
                    // The answer is made of the error by whoever is outside of this middleware.
                    (Err(mut error), Some(finish)) => {
                        error.add_response_mapper(move |mut response: HttpResponse| {
                            let status = response.status();
                            finish.clone().apply(status, response.headers_mut());
                            response
                        });
                        Err(error)
                    }
                    (answer, None) => answer.map(ServiceResponse::map_into_left_body),
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
    fn apply(self, status: StatusCode, headers: &mut HeaderMap) {
        headers::remove_access_control(headers);
        let wanted = self.settings.add_headers_to.as_ref();
        let wanted = wanted.is_none_or(|wanted| wanted.0(status));
        match self.cors.filter(|_| wanted) {
            Some(cors) => headers::add(cors, headers),
            None if self.settings.always_vary => headers::add_vary(headers),
            None => {}
        }
    }
}
