//! `probe` when the trouble lies below HTTP, or when it cannot start.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use s3_cors::CorsPolicy;

use crate::fake_server::{Response, Server, bucket};
use crate::run::{Directory, Ran};

const CORS: &str =
    r#"[{"AllowedOrigins": ["https://www.example.com"], "AllowedMethods": ["GET"]}]"#;

fn probe(url: &str, more: &[&str]) -> Ran {
    let arguments = ["probe", url, "--config", "cors.json", "--rate", "10000"];
    Directory::with(CORS).run(&[&arguments[..], more].concat())
}

fn honest() -> CorsPolicy {
    CorsPolicy::from_text(CORS).expect("a configuration")
}

#[test]
fn an_endpoint_that_never_responds_fails_with_code_2() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let closed = format!("http://{}/", listener.local_addr().expect("an address"));
    drop(listener);
    let hangs = Server::talking(|_, _| thread::sleep(Duration::from_secs(5)));
    let drips = Server::talking(|_, stream| {
        for _ in 0..50 {
            if stream.write_all(b"H").is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
    });
    let closes = Server::talking(|_, _| {});
    let garbage = Server::talking(|_, stream| {
        let _ = stream.write_all(b"\x16\x03\x01 220 mail.example.com ESMTP\r\n\r\n");
    });
    let endless = Server::talking(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"X-More: and more\r\n").is_ok() {}
    });
    for (what, url, reason) in [
        ("a closed port", closed, "refused"),
        ("a server that hangs", hangs.url(), "no response in time"),
        ("a server that drips", drips.url(), ""),
        (
            "a server that hangs up",
            closes.url(),
            "closed without a response",
        ),
        ("no HTTP", garbage.url(), "not HTTP/1.1"),
        ("headers without end", endless.url(), ""),
        ("an unknown host", "http://no-such-host.invalid/".into(), ""),
    ] {
        let ran = probe(&url, &["--timeout", "1"]);
        assert_eq!(ran.code, Some(2), "{what}: {}", ran.stdout);
        assert_eq!(ran.stdout, "", "{what}");
        let said = format!("error: {url} does not respond: ");
        assert!(ran.stderr.starts_with(&said), "{what}: {}", ran.stderr);
        assert!(
            ran.stderr.to_lowercase().contains(&reason.to_lowercase()),
            "{what}: {}",
            ran.stderr
        );
        let json = probe(&url, &["--timeout", "1", "--format", "json"]).json();
        assert!(json["failure"]["message"].is_string(), "{what}: {json}");
    }
}

#[test]
fn a_response_that_is_missing_now_and_then_is_a_difference() {
    let count = AtomicUsize::new(0);
    let policy = honest();
    let server = Server::talking(move |request, stream| {
        if count.fetch_add(1, Ordering::Relaxed) % 4 == 3 {
            return;
        }
        let response = bucket(&policy, request);
        let mut text = format!(
            "HTTP/1.1 {} X\r\ncontent-length: 0\r\nconnection: close\r\n",
            response.status
        );
        for (name, value) in response.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        let _ = stream.write_all(format!("{text}\r\n").as_bytes());
    });
    let ran = probe(&server.url(), &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("no response: the connection was closed without a response"),
        "{}",
        ran.stdout
    );
    let json = probe(&server.url(), &["--format", "json"]).json();
    let requests = json["requests"].as_array().expect("a list");
    assert!(
        requests
            .iter()
            .any(|request| request["responses"][0]["no_response"].is_string())
    );
}

#[test]
fn an_endpoint_that_falls_silent_is_asked_no_more() {
    let count = AtomicUsize::new(0);
    let policy = honest();
    let server = Server::talking(move |request, stream| {
        if count.fetch_add(1, Ordering::Relaxed) < 5 {
            let response = bucket(&policy, request);
            let _ = write!(
                stream,
                "HTTP/1.1 {} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                response.status
            );
        }
    });
    let ran = probe(&server.url(), &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("not sent because the responses before were too slow or missing"),
        "{}",
        ran.stdout
    );
    assert_eq!(server.requests().len(), 8);
}

#[test]
fn redirects_are_not_followed() {
    let target = Server::bucket(honest());
    let location = target.url();
    let server = Server::responding(move |_| Response::new(302, "").with("location", &location));
    let ran = probe(&server.url(), &[]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.starts_with(&server.url()), "{}", ran.stdout);
    assert!(target.requests().is_empty());
}

#[test]
fn a_body_without_end_does_not_hold_the_probe_up() {
    let policy = honest();
    let server = Server::talking(move |request, stream| {
        let response = bucket(&policy, request);
        let mut text = format!("HTTP/1.1 {} X\r\n", response.status);
        for (name, value) in response.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        let _ = stream.write_all(format!("{text}connection: close\r\n\r\n").as_bytes());
        while request.method == "GET" && stream.write_all(&[b'x'; 1024]).is_ok() {}
    });
    let ran = probe(&server.url(), &["--max-requests", "20"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_not_accepted() {
    let server = Server::talking(|_, _| {});
    let url = format!("https://{}/", server.address);
    let ran = probe(&url, &["--timeout", "1"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        server.requests().is_empty(),
        "nothing is asked in the clear"
    );
}

#[test]
fn what_is_no_url_is_refused_before_anything_is_read() {
    for url in [
        "",
        "example.com",
        "/photo.jpg",
        "ftp://a.test/",
        "http://",
        "http:///x",
        "https://a b/",
        "http://[::1",
    ] {
        let ran = probe(url, &[]);
        assert_eq!(ran.code, Some(2), "{url:?}: {}", ran.stdout);
        assert!(ran.stderr.starts_with("error: "), "{url:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{url:?}");
    }
}

#[test]
fn a_configuration_that_cannot_be_used_is_shown_with_its_line() {
    let directory =
        Directory::with("[{\"AllowedOrigins\": \"*\",\n\"AllowedMethods\": [\"GET\"]}]");
    let ran = directory.run(&["probe", "http://127.0.0.1:1/", "--config", "cors.json"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--> cors.json:1:21"), "{}", ran.stderr);
    let arguments = [
        "probe",
        "http://127.0.0.1:1/",
        "--config",
        "cors.json",
        "--format",
        "json",
    ];
    let json = directory.run(&arguments).json();
    assert_eq!(json["failure"]["findings"][0]["place"]["column"], 21);
}

/// An error document may be long, but what it says is at its beginning.
#[test]
fn no_more_of_a_body_is_read_than_an_error_document_needs() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let server = Server::talking(move |_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 403 No\r\n\r\n<Error><Code>AccessDenied</Code>");
        // Without end; what sockets take is sent, though nobody reads it.
        while stream.write_all(&[b' '; 4096]).is_ok() {
            counted.fetch_add(4096, Ordering::Relaxed);
        }
    });
    let ran = probe(&server.url(), &["--max-requests", "1", "--format", "json"]);
    assert_eq!(ran.json()["requests_sent"], 1, "{}", ran.stdout);
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent < 64 * 1024 * 1024, "{sent} bytes were taken");
}
