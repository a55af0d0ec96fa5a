//! The connections.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use conformance::raw_http::{exchange, request};

use crate::server::Server;

const ORIGIN: &str = "https://a.example";

pub(crate) const REQUEST: &[u8] =
    b"GET /key HTTP/1.1\r\nHost: bucket.example\r\nOrigin: https://a.example\r\n\r\n";

/// A server that does not respond at all fails the test instead of stopping it.
const PATIENCE: Duration = Duration::from_secs(120);

/// How connections end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As they should.
    Closed,
    /// With a response in the way, which the kernel makes a reset of.
    Reset,
}

/// Connections that stand.
#[derive(Debug)]
pub(crate) struct Held(Vec<TcpStream>);

/// Sends a request on a connection of its own.
#[track_caller]
pub(crate) fn respond(server: &Server, layer: bool) {
    let response = exchange(
        server.address(),
        &request("GET", "/key", [("Origin", ORIGIN.as_bytes())]),
    );
    let response = response.expect("a response");
    assert_eq!(
        (response.status, &response.body[..]),
        (200, &b"hello\n"[..])
    );
    let allowed = response.header("access-control-allow-origin");
    assert_eq!(allowed, layer.then_some(ORIGIN));
}

impl Held {
    /// Opens some, and sends the same on each.
    pub(crate) fn open(server: &Server, number: usize, begin: &[u8]) -> Self {
        let connections = (0..number).map(|_| {
            let mut stream = TcpStream::connect(server.address()).expect("a connection");
            stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
            stream.write_all(begin).expect("a connection");
            stream
        });
        Self(connections.collect())
    }

    /// Reads a response on each.
    #[track_caller]
    pub(crate) fn read_responses(&self, layer: bool) {
        for mut stream in &self.0 {
            let mut response = Vec::new();
            let mut bytes = [0; 1024];
            while !response.ends_with(b"\r\n\r\nhello\n") {
                let read = stream.read(&mut bytes).expect("a response");
                assert!(read > 0, "{}", response.escape_ascii());
                response.extend_from_slice(&bytes[..read]);
            }
            let text = String::from_utf8(response).expect("text").to_lowercase();
            assert_eq!(
                text.contains("access-control-allow-origin: https://a.example"),
                layer
            );
        }
    }

    pub(crate) fn end(self, how: End) {
        if how == End::Reset {
            for stream in &self.0 {
                // Until there is something that will not be read.
                assert!(stream.peek(&mut [0]).expect("a response") > 0);
            }
        }
    }

    /// What the server says before it closes each by itself; zero where it says nothing.
    pub(crate) fn statuses_at_the_end(self) -> Vec<u16> {
        let status = |mut stream: TcpStream| {
            let mut response = Vec::new();
            if let Err(error) = stream.read_to_end(&mut response) {
                assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
            }
            let text = String::from_utf8_lossy(&response);
            let status = text
                .split(' ')
                .nth(1)
                .and_then(|status| status.parse().ok());
            status.unwrap_or(0)
        };
        self.0.into_iter().map(status).collect()
    }
}
