//! A preflight with a body leaves the connection in order: what follows is never taken for a part of the
//! body, and the body never for a request.

use conformance::apps::{App, HYPER_APP, NAMES};
use conformance::raw_http::{Connection, request};

use crate::configuration;

const ORIGIN: (&str, &str) = ("Origin", "https://www.example.com");

/// Bytes that are a request of their own to whoever takes them for one.
const SMUGGLED: &str = "GET /missing HTTP/1.1\r\nHost: bucket.example\r\n\r\n";

/// A request with a body, of a length that is told or in two chunks.
fn with_body(method: &str, body: &str, in_chunks: bool) -> Vec<u8> {
    let head = format!(
        "{method} /key HTTP/1.1\r\nHost: bucket.example\r\nOrigin: {}\r\n\
         Access-Control-Request-Method: PUT\r\n",
        ORIGIN.1
    );
    let length = body.len();
    let rest = match in_chunks {
        true => {
            format!("Transfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n1\r\na\r\n0\r\n\r\n")
        }
        false => format!("Content-Length: {length}\r\n\r\n{body}"),
    };
    (head + &rest).into_bytes()
}

/// Sends a request and, on the same connection, a `GET`: whether the connection was kept for that.
#[track_caller]
fn is_kept(app: &App, row: &str, first: &[u8]) -> bool {
    let mut connection = Connection::open(app.address()).expect("a connection");
    let Ok(first) = connection.exchange(first) else {
        // The server closed the connection while the body was being sent.
        return false;
    };
    assert_eq!(first.status, 200, "{row}");
    let allowed = first.header("access-control-allow-origin");
    assert_eq!(allowed, Some(ORIGIN.1), "{row}");
    let headers = [(ORIGIN.0, ORIGIN.1.as_bytes())];
    match connection.exchange(&request("GET", "/", headers)) {
        Ok(second) => {
            // `/missing`, for which the body asks, has 404.
            assert_eq!(second.status, 200, "{row}");
            true
        }
        Err(_) => false,
    }
}

#[test]
fn after_a_preflight_with_a_body_the_next_request_gets_its_own_response() {
    let large = SMUGGLED.repeat(1024 * 1024 / SMUGGLED.len());
    let rows = [
        ("ten bytes", "0123456789", false),
        ("a request", SMUGGLED, false),
        ("a request in chunks", SMUGGLED, true),
        ("a megabyte", &large, false),
        ("a megabyte in chunks", &large, true),
    ];
    for name in NAMES.into_iter().chain([HYPER_APP]) {
        let app = App::start(name, Some(&configuration("example.com")));
        for (what, body, in_chunks) in rows {
            let row = format!("{name}: {what}");
            let preflight = is_kept(&app, &row, &with_body("OPTIONS", body, in_chunks));
            // Nobody reads this body either. What the server makes of the connection is its own choice;
            // of a long body it depends on how much has arrived.
            let put = is_kept(&app, &row, &with_body("PUT", body, in_chunks));
            if body.len() < 1000 {
                assert_eq!(preflight, put, "{row}");
            }
            println!("{row}: kept {preflight}, after a PUT {put}");
        }
        let kept = is_kept(&app, name, &with_body("OPTIONS", "", false));
        assert!(kept, "{name}: without a body");
    }
}
