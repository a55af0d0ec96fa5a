//! The future of a response.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response};
use pin_project_lite::pin_project;
use s3_cors::adapter::http_1x::{OwnedCorsHeaders, finish};

use crate::body::{BodyKind, InnerBody};
use crate::layer::Settings;

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
            // None for a response that passes through untouched.
            settings: Option<Arc<Settings>>,
        },
        Own {
            response: Option<Response<Bytes>>,
        },
    }
}

impl<F, A> ResponseFuture<F, A> {
    /// Without settings the response passes through untouched.
    pub(crate) fn inner(
        inner: F,
        cors: Option<OwnedCorsHeaders>,
        settings: Option<Arc<Settings>>,
    ) -> Self {
        Self {
            kind: Kind::Inner {
                inner,
                cors,
                settings,
            },
            bodies: PhantomData,
        }
    }

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
                settings,
            } => ready!(inner.poll(cx)).map(|mut response| {
                if let Some(settings) = settings {
                    let status = response.status();
                    let cors = cors.take().filter(|_| settings.sends_cors_headers(status));
                    finish(
                        response.headers_mut(),
                        cors,
                        settings.always_vary,
                        trace_removed,
                    );
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
