//! Who is refused, and what nobody can do.

use std::net::TcpStream;

use serde_json::{Value, json};

use super::{SITE, Serving};
use crate::run::Directory;

/// Asserts that a request for every endpoint is refused, with and without something else.
#[track_caller]
fn assert_refused(serving: &Serving, path: impl Fn(&str) -> String, headers: &[(&str, &str)]) {
    for (method, endpoint, body) in serving.endpoints() {
        let got = serving.raw(method, &path(&endpoint), headers, &body);
        assert_eq!(got.status, 403, "{method} {endpoint} {headers:?}: {got:?}");
        assert!(got.body.starts_with("Refused: "), "{got:?}");
        assert!(!got.head.contains("access-control-"), "{got:?}");
        assert!(!got.body.contains(&serving.token), "{got:?}");
    }
}

#[test]
fn nothing_is_served_without_the_token() {
    let directory = Directory::with(SITE);
    let serving = Serving::start(directory.path(), &["cors.json"]);
    let host = serving.host();
    let token = &serving.token;
    let other = token.replace(&token[..1], if token.starts_with('0') { "1" } else { "0" });
    for prefix in [
        "/".to_owned(),
        "//".into(),
        format!("/{other}/"),
        format!("/{}/", &token[1..]),
        format!("/{token}0/"),
        format!("/{}/", token.to_uppercase() + "x"),
        format!("/x/../{token}/"),
        format!("/?token={token}&path=/"),
    ] {
        assert_refused(
            &serving,
            |endpoint| format!("{prefix}{endpoint}"),
            &[("Host", &host)],
        );
    }
    assert_eq!(token.len(), 32);
    let again = Serving::start(directory.path(), &["cors.json"]);
    assert_ne!(*token, again.token);
}

#[test]
fn other_host_names_are_refused_so_that_dns_rebinding_reaches_nothing() {
    let directory = Directory::with(SITE);
    let serving = Serving::start(directory.path(), &["cors.json"]);
    let path = |endpoint: &str| format!("/{}/{endpoint}", serving.token);
    let port = serving.port;
    for host in [
        format!("attacker.example:{port}"),
        "attacker.example".into(),
        "127.0.0.1".into(),
        format!("127.0.0.1:{}", port ^ 1),
        format!("127.0.0.1:{port}.attacker.example"),
        format!("127.0.0.1.attacker.example:{port}"),
        format!("127.0.0.2:{port}"),
        format!("localhost.:{port}"),
        format!("LOCALHOST:{port}"),
        format!("0.0.0.0:{port}"),
        format!("[::1]:{port}"),
        format!("user@127.0.0.1:{port}"),
        String::new(),
    ] {
        assert_refused(&serving, path, &[("Host", &host)]);
    }
    let own = serving.host();
    let other = format!("attacker.example:{port}");
    assert_refused(&serving, path, &[("Host", &own), ("Host", &other)]);
    assert_refused(&serving, path, &[]);
    // The host in the target wins over the header.
    let absolute = |endpoint: &str| format!("http://{other}/{}/{endpoint}", serving.token);
    assert_refused(&serving, absolute, &[("Host", &own)]);
}

#[test]
fn other_origins_are_refused_on_every_endpoint_even_with_the_token() {
    let directory = Directory::with(SITE);
    let serving = Serving::start(directory.path(), &["cors.json"]);
    let path = |endpoint: &str| format!("/{}/{endpoint}", serving.token);
    let host = serving.host();
    let own = format!("http://{host}");
    for origin in [
        "https://attacker.example",
        "null",
        "",
        "http://127.0.0.1",
        &format!("https://{host}"),
        &format!("http://localhost:{}", serving.port),
        &format!("{own}/"),
        &format!("{own}.attacker.example"),
    ] {
        assert_refused(&serving, path, &[("Host", &host), ("Origin", origin)]);
    }
    let two = [("Host", &host[..]), ("Origin", &own), ("Origin", "null")];
    assert_refused(&serving, path, &two);
    for site in ["cross-site", "same-site", "other", ""] {
        assert_refused(&serving, path, &[("Host", &host), ("Sec-Fetch-Site", site)]);
    }
}

#[test]
fn no_preflight_is_allowed() {
    let directory = Directory::new();
    let serving = Serving::start(directory.path(), &[]);
    let host = serving.host();
    for origin in [
        "https://attacker.example".to_owned(),
        format!("http://{host}"),
    ] {
        for (method, endpoint, _) in serving.endpoints() {
            let headers = [
                ("Host", &host[..]),
                ("Origin", &origin),
                ("Access-Control-Request-Method", method),
            ];
            let target = format!("/{}/{endpoint}", serving.token);
            let got = serving.raw("OPTIONS", &target, &headers, "");
            assert_eq!(got.status, 403, "{endpoint}: {got:?}");
            assert!(!got.head.contains("access-control-"), "{got:?}");
        }
    }
}

#[test]
fn it_listens_on_loopback_only() {
    let directory = Directory::new();
    let serving = Serving::start(directory.path(), &[]);
    // Another address of this machine, found without sending anything.
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").expect("a socket");
    let outside = socket
        .connect("192.0.2.1:9")
        .and_then(|()| socket.local_addr());
    if let Ok(outside) = outside
        && !outside.ip().is_loopback()
    {
        assert!(TcpStream::connect((outside.ip(), serving.port)).is_err());
    }
    assert!(TcpStream::connect(("127.0.0.2", serving.port)).is_err());
    assert!(TcpStream::connect(("127.0.0.1", serving.port)).is_ok());
}

#[test]
fn nothing_is_written_without_the_token_the_origin_and_the_version_that_was_read() {
    let directory = Directory::with(SITE);
    let serving = Serving::start(directory.path(), &["cors.json"]);
    let now = serving.ask("GET", "file", &Value::Null);
    let now: Value = serde_json::from_str(&now.body).expect("JSON");
    assert_eq!(now["text"], SITE);
    let version = now["version"].as_str().expect("a version");
    let saved = json!({"text": "[]", "version": version});
    let read = || std::fs::read_to_string(directory.path().join("cors.json")).expect("a file");

    let host = serving.host();
    let target = format!("/{}/api/file", serving.token);
    let json_type = ("Content-Type", "application/json");
    let foreign = [
        ("Host", &host[..]),
        ("Origin", "https://a.example"),
        json_type,
    ];
    let body = saved.to_string();
    for (target, headers) in [
        (&target[..], &foreign[..]),
        ("/api/file", &[("Host", &host[..]), json_type][..]),
        (&target, &[("Host", "a.example"), json_type]),
    ] {
        let got = serving.raw("PUT", target, headers, &body);
        assert_eq!(got.status, 403, "{got:?}");
        assert_eq!(read(), SITE);
    }
    // A form could send this; only a script can send the other type.
    let form = [("Host", &host[..]), ("Content-Type", "text/plain")];
    let got = serving.raw("PUT", &target, &form, &body);
    assert_eq!((got.status, read()), (415, SITE.into()));

    let stale = json!({"text": "[]", "version": "0123456789abcdef"});
    let got = serving.ask("PUT", "file", &stale);
    assert_eq!((got.status, read()), (409, SITE.into()));
    let got = serving.ask("PUT", "file", &saved);
    assert_eq!((got.status, read()), (200, "[]".into()), "{got:?}");
    let got = serving.ask("PUT", "file", &saved);
    assert_eq!(
        (got.status, read()),
        (409, "[]".into()),
        "it is no longer that version"
    );
    let left: Vec<_> = std::fs::read_dir(directory.path())
        .expect("files")
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
}
