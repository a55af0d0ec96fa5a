//! HTTP/2, to the apps that speak it.

use std::net::SocketAddr;

use conformance::apps::{App, HYPER_APP, TONIC_APP};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;

const ORIGIN: &str = "https://www.example.com";

/// Sends requests on one connection: status, headers, body and trailers of each response.
async fn exchange(
    address: SocketAddr,
    requests: Vec<Request<Full<Bytes>>>,
) -> Vec<(StatusCode, HeaderMap, Bytes, Option<HeaderMap>)> {
    let stream = tokio::net::TcpStream::connect(address).await;
    let stream = TokioIo::new(stream.expect("a connection"));
    let handshake = hyper::client::conn::http2::handshake(TokioExecutor::new(), stream);
    let (mut sender, connection) = handshake.await.expect("HTTP/2");
    let connection = tokio::spawn(connection);
    let mut responses = Vec::new();
    for request in requests {
        let response = sender.send_request(request).await.expect("a response");
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("a body");
        let trailers = body.trailers().cloned();
        responses.push((head.status, head.headers, body.to_bytes(), trailers));
    }
    drop(sender);
    connection.await.expect("no panic").expect("an orderly end");
    responses
}

fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &'static [u8],
) -> Request<Full<Bytes>> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("http://{address}{path}"))
        .header("Origin", ORIGIN);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Full::from(body)).expect("a request")
}

fn allowed(headers: &HeaderMap) -> Option<&str> {
    let origin = headers.get("access-control-allow-origin");
    origin.map(|origin| origin.to_str().expect("text"))
}

#[tokio::test(flavor = "multi_thread")]
async fn preflights_and_calls_over_http_2_have_their_headers() {
    let rules = json!([{
        "AllowedOrigins": [ORIGIN],
        "AllowedMethods": ["GET", "POST"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["grpc-status", "grpc-message"]
    }]);
    let check = "/grpc.health.v1.Health/Check";
    for (name, path, method, headers, body, expected) in [
        (HYPER_APP, "/key", "GET", &[][..], &b""[..], &b"hello\n"[..]),
        (
            TONIC_APP,
            check,
            "POST",
            // gRPC itself, which no browser speaks, but a proxy.
            &[("content-type", "application/grpc"), ("te", "trailers")][..],
            b"\0\0\0\0\0",
            b"\0\0\0\0\x02\x08\x01",
        ),
    ] {
        let app = App::start(name, Some(&rules));
        let address = app.address();
        let asked = [("access-control-request-method", method)];
        let refused = [("access-control-request-method", "DELETE")];
        let responses = exchange(
            address,
            vec![
                request(address, "OPTIONS", path, &asked, b"0123456789"),
                request(address, method, path, headers, body),
                request(address, "OPTIONS", path, &refused, b""),
            ],
        )
        .await;
        let [preflight, actual, refused] = &responses[..] else {
            panic!("{name}: {} responses", responses.len())
        };
        assert_eq!(preflight.0, 200, "{name}");
        assert_eq!(allowed(&preflight.1), Some(ORIGIN), "{name}");
        assert!(preflight.2.is_empty(), "{name}");
        assert_eq!(actual.0, 200, "{name}");
        assert_eq!(allowed(&actual.1), Some(ORIGIN), "{name}");
        assert_eq!(actual.2, expected, "{name}");
        if name == TONIC_APP {
            let trailers = actual.3.as_ref().expect("trailers");
            assert_eq!(trailers["grpc-status"], "0");
        }
        assert_eq!(
            (refused.0.as_u16(), allowed(&refused.1)),
            (403, None),
            "{name}"
        );
    }
}
