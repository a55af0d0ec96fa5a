//! The future of a response.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response};
use pin_project_lite::pin_project;
use s3_cors::adapter::http_1x::{OwnedCorsHeaders, finish};

use crate::body::{BodyKind, InnerBody};
use crate::layer::{Settings, StatusFn};

pin_project! {
    /// The future of [`S3Cors`](crate::S3Cors).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, A = InnerBody> {
        #[pin]
        kind: Kind<F>,
        bodies: PhantomData<fn() -> A>,
    }
}

pin_project! {
    #[project = KindProjection]
    #[derive(Debug)]
    enum Kind<F> {
        Inner {
            #[pin]
            inner: F,
            cors: Option<OwnedCorsHeaders>,
            // Nothing else that threads share is held: they would contend for its counter with each
            // request.
            cors_headers_if_status: Option<StatusFn>,
            always_vary: bool,
            untouched: bool,
        },
        Own {
            response: Option<Response<Bytes>>,
        },
    }
}

impl<F, A> ResponseFuture<F, A> {
    /// Without settings the response passes through untouched.
    #[inline]
    pub(crate) fn inner(
        inner: F,
        cors: Option<OwnedCorsHeaders>,
        settings: Option<&Settings>,
    ) -> Self {
        let condition = settings.and_then(|settings| settings.cors_headers_if_status.as_ref());
        Self {
            kind: Kind::Inner {
                inner,
                cors_headers_if_status: condition.filter(|_| cors.is_some()).cloned(),
                cors,
                always_vary: settings.is_some_and(|settings| settings.always_vary),
                untouched: settings.is_none(),
            },
            bodies: PhantomData,
        }
    }

    #[inline]
    pub(crate) fn own(response: Response<Bytes>) -> Self {
        Self {
            kind: Kind::Own {
                response: Some(response),
            },
            bodies: PhantomData,
        }
    }
}

impl<F, A, B, E> Future for ResponseFuture<F, A>
where
    F: Future<Output = Result<Response<B>, E>>,
    A: BodyKind<B>,
{
    type Output = Result<Response<A::Body>, E>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match self.project().kind.project() {
            KindProjection::Inner {
                inner,
                cors,
                cors_headers_if_status,
                always_vary,
                untouched,
            } => ready!(inner.poll(cx)).map(|mut response| {
                if !*untouched {
                    let status = response.status();
                    let condition = cors_headers_if_status.as_ref();
                    let sends = |_: &_| condition.is_none_or(|condition| condition.0(status));
                    let cors = cors.take().filter(sends);
                    finish(response.headers_mut(), cors, *always_vary, trace_removed);
                }
                response.map(A::inner)
            }),
            KindProjection::Own { response } => match response.take() {
                Some(response) => Ok(response.map(A::own)),
                // Polled again after it was ready.
                None => return Poll::Pending,
            },
        })
    }
}

#[cfg(feature = "tracing")]
fn trace_removed(name: &HeaderName, value: &HeaderValue) {
    tracing::debug!(%name, ?value, "removed a CORS header that the app set itself");
}

#[cfg(not(feature = "tracing"))]
fn trace_removed(_: &HeaderName, _: &HeaderValue) {}
