//! The body of a response: that of the app or of the layer, and the type for both.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

pin_project! {
    /// The body of a response of [`S3Cors`](crate::S3Cors) after
    /// [`wrap_body`](crate::S3CorsLayer::wrap_body): that of the inner service or of the layer.
    ///
    /// The data type is [`Bytes`]. `Bytes` of the inner body are passed on unchanged; other data is
    /// copied.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    #[derive(Debug)]
    enum Kind<B> {
        Inner { #[pin] body: B },
        Own { bytes: Bytes },
    }
}

/// The type of the bodies of responses: [`InnerBody`] or [`WrappedBody`].
#[diagnostic::on_unimplemented(
    message = "the layer cannot make a body of the type `{B}` for its own responses",
    label = "`{B}` is not `Default + From<Bytes>`",
    note = "call `.wrap_body()` on the `S3CorsLayer`, as in \
            `S3CorsLayer::new(policy).wrap_body().wrap(service)`: responses then have a \
            `ResponseBody` around the inner service's body"
)]
pub trait BodyKind<B>: sealed::Sealed {
    /// The body of a response.
    type Body: Body;

    /// The inner service's body.
    fn inner(body: B) -> Self::Body;

    /// The body of a response of the layer itself, often empty.
    fn own(bytes: Bytes) -> Self::Body;
}

/// Responses have the inner service's own type of body. The default.
///
/// The type must implement `Default + From<Bytes>`, as axum's body and most others do. For other
/// types, see [`S3CorsLayer::wrap_body`](crate::S3CorsLayer::wrap_body).
#[derive(Debug, Clone, Copy)]
pub enum InnerBody {}

/// Responses have a [`ResponseBody`] around the inner service's body, which can have any type.
#[derive(Debug, Clone, Copy)]
pub enum WrappedBody {}

// Otherwise the compiler reports that `B: From<Bytes>` is missing instead of the message above.
#[diagnostic::do_not_recommend]
impl<B: Body + Default + From<Bytes>> BodyKind<B> for InnerBody {
    type Body = B;

    fn inner(body: B) -> B {
        body
    }

    fn own(bytes: Bytes) -> B {
        if bytes.is_empty() {
            B::default()
        } else {
            B::from(bytes)
        }
    }
}

impl<B: Body> BodyKind<B> for WrappedBody {
    type Body = ResponseBody<B>;

    fn inner(body: B) -> ResponseBody<B> {
        ResponseBody {
            kind: Kind::Inner { body },
        }
    }

    fn own(bytes: Bytes) -> ResponseBody<B> {
        ResponseBody {
            kind: Kind::Own { bytes },
        }
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::InnerBody {}
    impl Sealed for super::WrappedBody {}
}

impl<B: Body> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().kind.project() {
            KindProjection::Inner { body } => body
                .poll_frame(cx)
                .map_ok(|frame| frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))),
            KindProjection::Own { bytes } if bytes.is_empty() => Poll::Ready(None),
            KindProjection::Own { bytes } => {
                Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes)))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Inner { body } => body.is_end_stream(),
            Kind::Own { bytes } => bytes.is_empty(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Inner { body } => body.size_hint(),
            Kind::Own { bytes } => SizeHint::with_exact(bytes.len() as u64),
        }
    }
}
