//! Bodies of responses: the inner service's own, or a `ResponseBody` around it.

use std::cell::Cell;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::ready;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, Version};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use tower::service_fn;

use crate::{
    ALLOWED, FOREIGN, FOREIGN_PREFLIGHT, NO_ORIGIN, PREFLIGHT, app, bytes, call, layer, now,
    request,
};

/// Frames that come one after the other: a body that cannot be made from bytes.
struct Frames<D>(VecDeque<Frame<D>>);

impl<D: bytes::Buf + Unpin> Body for Frames<D> {
    type Data = D;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<D>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(Ok))
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

/// Data, a wait, and an error. Counts how often it is asked.
struct CutOff(Rc<Cell<usize>>);

impl Body for CutOff {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        self.0.set(self.0.get() + 1);
        match self.0.get() {
            1 => Poll::Ready(Some(Ok(Frame::data(Bytes::from("one"))))),
            2 => Poll::Pending,
            _ => Poll::Ready(Some(Err("cut off"))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(3);
        hint.set_upper(30);
        hint
    }
}

impl Default for CutOff {
    fn default() -> Self {
        panic!("only for responses of the layer")
    }
}

impl From<Bytes> for CutOff {
    fn from(_: Bytes) -> Self {
        panic!("only for responses of the layer")
    }
}

#[track_caller]
fn assert_passed_on<B>(response: Response<B>, polls: &Cell<usize>)
where
    B: Body<Data = Bytes, Error = &'static str>,
{
    assert_eq!(polls.get(), 0, "the response is there before its body");
    let mut body = pin!(response.into_body());
    let hint = body.size_hint();
    assert_eq!((hint.lower(), hint.upper()), (3, Some(30)));
    assert!(!body.is_end_stream());
    let mut next = || {
        let poll = body
            .as_mut()
            .poll_frame(&mut Context::from_waker(Waker::noop()));
        poll.map_ok(|frame| frame.into_data().expect("data"))
    };
    assert_eq!(next(), Poll::Ready(Some(Ok(Bytes::from("one")))));
    assert_eq!(polls.get(), 1);
    assert_eq!(next(), Poll::Pending);
    assert_eq!(next(), Poll::Ready(Some(Err("cut off"))));
    assert_eq!(polls.get(), 3);
}

#[test]
fn a_stream_is_passed_on_frame_by_frame_and_so_is_its_error() {
    for headers in [NO_ORIGIN, ALLOWED, FOREIGN] {
        let polls = Rc::new(Cell::new(0));
        let body = || CutOff(Rc::clone(&polls));
        let service = service_fn(|_: Request<()>| ready(Ok(Response::new(body()))));
        let response = call(layer().wrap(service), request("GET", "/key", headers));
        assert_passed_on(response, &polls);

        polls.set(0);
        let service = layer().wrap_body().wrap(service);
        assert_passed_on(call(service, request("GET", "/key", headers)), &polls);
    }
}

#[test]
fn extensions_and_version_of_a_response_stay() {
    let service = service_fn(|_: Request<()>| {
        let response = Response::builder()
            .version(Version::HTTP_10)
            .extension("of the app")
            .body(Full::<Bytes>::default());
        ready(Ok(response.expect("a response")))
    });
    for headers in [NO_ORIGIN, ALLOWED, FOREIGN] {
        let response = call(layer().wrap(service), request("GET", "/key", headers));
        assert_eq!(response.version(), Version::HTTP_10);
        assert_eq!(response.extensions().get(), Some(&"of the app"));
        let wrapped = layer().wrap_body().wrap(service);
        let response = call(wrapped, request("GET", "/key", headers));
        assert_eq!(response.version(), Version::HTTP_10);
        assert_eq!(response.extensions().get(), Some(&"of the app"));
    }
}
