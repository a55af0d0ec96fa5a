//! The body of an answer: the app's or the layer's own, and the type both have.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

pin_project! {
    /// The body of an answer of [`S3Cors`](crate::S3Cors): the inner service's, or the one of a
    /// refusal.
    ///
    /// Data comes as [`Bytes`]. If the inner body yields `Bytes` they are passed on as they are;
    /// other kinds of data are copied.
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
        Forwarded { #[pin] body: B },
        Own { bytes: Bytes },
    }
}

/// What type the bodies of answers have: [`Wrapped`] or [`Same`].
pub trait AnswerBody<B>: sealed::Sealed {
    /// The body of an answer.
    type Body: Body;

    /// The inner service's body.
    fn forwarded(body: B) -> Self::Body;

    /// A body of the layer's own, often empty.
    fn own(bytes: Bytes) -> Self::Body;
}

/// Answers have a [`ResponseBody`] around the inner service's, of which nothing is asked but that
/// it be a body. The default.
#[derive(Debug, Clone, Copy)]
pub enum Wrapped {}

/// Answers have the inner service's own type of body, which must be made from [`Bytes`]: see
/// [`S3CorsLayer::same_body`](crate::S3CorsLayer::same_body).
#[derive(Debug, Clone, Copy)]
pub enum Same {}

impl<B: Body> AnswerBody<B> for Wrapped {
    type Body = ResponseBody<B>;

    fn forwarded(body: B) -> ResponseBody<B> {
        ResponseBody {
            kind: Kind::Forwarded { body },
        }
    }

    fn own(bytes: Bytes) -> ResponseBody<B> {
        ResponseBody {
            kind: Kind::Own { bytes },
        }
    }
}

impl<B: Body + Default + From<Bytes>> AnswerBody<B> for Same {
    type Body = B;

    fn forwarded(body: B) -> B {
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

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Wrapped {}
    impl Sealed for super::Same {}
}

impl<B: Body> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().kind.project() {
            KindProjection::Forwarded { body } => body
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
            Kind::Forwarded { body } => body.is_end_stream(),
            Kind::Own { bytes } => bytes.is_empty(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Forwarded { body } => body.size_hint(),
            Kind::Own { bytes } => SizeHint::with_exact(bytes.len() as u64),
        }
    }
}
