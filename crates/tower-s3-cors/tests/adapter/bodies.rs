//! Bodies of responses: the inner service's own, or a `ResponseBody` around it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::ready;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use tower::service_fn;

use crate::{ALLOWED, FOREIGN_PREFLIGHT, PREFLIGHT, app, bytes, call, layer, now, request};

/// Frames that come one after the other: a body that cannot be made from bytes.
struct Frames<D>(VecDeque<Frame<D>>);

impl<D: bytes::Buf + Unpin> Body for Frames<D> {
    type Data = D;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<D>, Infallible>>> {
        std::task::Poll::Ready(self.0.pop_front().map(Ok))
    }
}

#[test]
fn the_inner_body_is_the_type_of_every_response_by_default() {
    for (method, headers, length) in [
        ("GET", ALLOWED, Some("from the app".len())),
        ("OPTIONS", PREFLIGHT, Some(0)),
        ("OPTIONS", FOREIGN_PREFLIGHT, None),
    ] {
        let response: Response<Full<Bytes>> = call(
            layer().wrap(app(200, &[])),
            request(method, "/key", headers),
        );
        let hint = response.body().size_hint().exact().expect("a length");
        let body = bytes(response);
        assert_eq!(hint, body.len() as u64);
        assert_eq!(
            length.unwrap_or(body.len()),
            body.len(),
            "{method} {headers:?}"
        );
    }
}

#[test]
fn a_wrapped_body_sends_the_same_as_the_inner_body() {
    for (method, headers) in [
        ("GET", ALLOWED),
        ("OPTIONS", PREFLIGHT),
        (
            "OPTIONS",
            &[FOREIGN_PREFLIGHT, &[("x-request-id", "1")]].concat(),
        ),
    ] {
        let inner = call(
            layer().wrap(app(200, &[])),
            request(method, "/key", headers),
        );
        let wrapped = layer().wrap_body().wrap(app(200, &[]));
        let wrapped = call(wrapped, request(method, "/key", headers));
        assert_eq!(wrapped.status(), inner.status());
        assert_eq!(wrapped.headers(), inner.headers());
        assert_eq!(
            wrapped.body().size_hint().exact(),
            inner.body().size_hint().exact()
        );
        assert_eq!(wrapped.body().is_end_stream(), inner.body().is_end_stream());
        assert_eq!(bytes(wrapped), bytes(inner), "{method} {headers:?}");
    }
}

#[test]
fn a_wrapped_body_passes_frames_on_and_copies_data_that_is_not_bytes() {
    let service = service_fn(|_: Request<()>| {
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", HeaderValue::from_static("0"));
        // A ring buffer whose content is in two pieces.
        let mut ring = VecDeque::from(*b"__abc");
        ring.drain(..2);
        ring.extend(*b"de");
        let frames = [Frame::data(ring), Frame::trailers(trailers)];
        ready(Ok::<_, Infallible>(Response::new(Frames(frames.into()))))
    });
    let response = call(
        layer().wrap_body().wrap(service),
        request("GET", "/key", ALLOWED),
    );
    let mut body = response.into_body();
    let mut next = || now(body.frame()).map(|frame| frame.expect("no error"));
    let data = next().and_then(|frame| frame.into_data().ok());
    assert_eq!(data, Some(Bytes::from("abcde")));
    let trailers = next().and_then(|frame| frame.into_trailers().ok());
    assert_eq!(trailers.expect("trailers")["grpc-status"], "0");
    assert!(next().is_none());
}
