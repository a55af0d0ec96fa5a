//! The future of an answer.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use pin_project_lite::pin_project;

use crate::body::{AnswerBody, Wrapped};
use s3_cors::http1::OwnedCorsHeaders;

use crate::headers;
use crate::layer::Settings;

pin_project! {
    /// The future of [`S3Cors`](crate::S3Cors).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, A = Wrapped> {
        #[pin]
        answer: Answer<F>,
        bodies: PhantomData<fn() -> A>,
    }
}

pin_project! {
    #[project = AnswerProjection]
    #[derive(Debug)]
    enum Answer<F> {
        Forwarded {
            #[pin]
            inner: F,
            cors: Option<OwnedCorsHeaders>,
            settings: Arc<Settings>,
        },
        Own {
            response: Option<Response<Bytes>>,
        },
    }
}

impl<F, A> ResponseFuture<F, A> {
    pub(crate) fn forwarded(
        inner: F,
        cors: Option<OwnedCorsHeaders>,
        settings: Arc<Settings>,
    ) -> Self {
        Self {
            answer: Answer::Forwarded {
                inner,
                cors,
                settings,
            },
            bodies: PhantomData,
        }
    }

    pub(crate) fn answered(response: Response<Bytes>) -> Self {
        Self {
            answer: Answer::Own {
                response: Some(response),
            },
            bodies: PhantomData,
        }
    }
}

impl<F, A, B, E> Future for ResponseFuture<F, A>
where
    F: Future<Output = Result<Response<B>, E>>,
    A: AnswerBody<B>,
{
    type Output = Result<Response<A::Body>, E>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match self.project().answer.project() {
            AnswerProjection::Forwarded {
                inner,
                cors,
                settings,
            } => ready!(inner.poll(cx)).map(|mut response| {
                let status = response.status();
                finish(status, response.headers_mut(), cors, settings);
                response.map(A::forwarded)
            }),
            AnswerProjection::Own { response } => match response.take() {
                Some(response) => Ok(response.map(A::own)),
                // Polled again after it was ready.
                None => return Poll::Pending,
            },
        })
    }
}

#[inline]
fn finish(
    status: StatusCode,
    headers: &mut HeaderMap,
    cors: &mut Option<OwnedCorsHeaders>,
    settings: &Settings,
) {
    let own = headers::remove_access_control(headers);
    let wanted = settings.add_headers_to.as_ref();
    if cors.is_some() && wanted.is_none_or(|wanted| wanted.0(status)) {
        if let Some(cors) = cors.take() {
            headers::add(cors, &own, headers);
        }
    } else if settings.always_vary {
        headers::add_vary(&own, headers);
    }
}
