//! The server behind `s3-cors ui`: it serves its own page, with the documents that the commands
//! print, and refuses everybody else.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::run::{Directory, run, tool};

const SITE: &str =
    r#"[{"AllowedOrigins": ["https://app.example.com/"], "AllowedMethods": ["PUT"]}]"#;

/// The tool, serving until it is dropped.
struct Serving {
    process: Child,
    port: u16,
    token: String,
}

/// What a request gets.
#[derive(Debug)]
struct Got {
    status: u16,
    head: String,
    body: String,
}

impl Serving {
    fn start(directory: &Path, arguments: &[&str]) -> Self {
        let mut process = tool()
            .args(["ui", "--no-open"])
            .args(arguments)
            .current_dir(directory)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the tool");
        let stdout = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut lines = stdout.lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            line.strip_prefix("The page is at http://127.0.0.1:")
                .map(String::from)
        });
        let address = address.expect("an address");
        let mut parts = address.split('/');
        let port = parts.next().and_then(|port| port.parse().ok());
        Self {
            process,
            port: port.expect("a port"),
            token: parts.next().expect("a token").into(),
        }
    }

    fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Sends a request with exactly these header lines.
    fn raw(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Got {
        let mut text = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        stream.write_all(text.as_bytes()).expect("a request");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("a response");
        let (head, body) = response.split_once("\r\n\r\n").expect("a head");
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        Got {
            status: status.expect("a status"),
            head: head.to_ascii_lowercase(),
            body: body.into(),
        }
    }

    /// As the page does.
    fn ask(&self, method: &str, path: &str, body: &Value) -> Got {
        let host = self.host();
        let headers = [
            ("Host", &host[..]),
            ("Origin", &format!("http://{host}")),
            ("Sec-Fetch-Site", "same-origin"),
            ("Content-Type", "application/json"),
        ];
        let target = format!("/{}/api/{path}", self.token);
        self.raw(method, &target, &headers, &body.to_string())
    }

    #[track_caller]
    fn document(&self, path: &str, body: &Value) -> Value {
        let got = self.ask("POST", path, body);
        assert_eq!(got.status, 200, "{got:?}");
        serde_json::from_str(&got.body).expect("JSON")
    }

    /// The method, path and body of a request for every endpoint.
    fn endpoints(&self) -> Vec<(&'static str, String, String)> {
        let body = json!({
            "text": SITE, "before": SITE, "after": SITE, "to": "xml", "version": "0",
            "origin": "null", "url": "http://127.0.0.1:1/", "method": "GET", "headers": [],
            "credentials": "omit",
        });
        let api = [
            ("POST", "check"),
            ("POST", "show"),
            ("POST", "converse"),
            ("POST", "apply"),
            ("POST", "diff"),
            ("POST", "convert"),
            ("POST", "probe"),
            ("GET", "probe/0"),
            ("DELETE", "probe/0"),
            ("GET", "file"),
            ("PUT", "file"),
        ];
        let api = api.map(|(method, path)| (method, format!("api/{path}"), body.to_string()));
        let page = ("GET", String::new(), String::new());
        [page].into_iter().chain(api).collect()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

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
fn the_page_is_served_at_its_address_and_loads_nothing_else() {
    let directory = Directory::new();
    let serving = Serving::start(directory.path(), &[]);
    let host = serving.host();
    for host in [host.clone(), host.replace("127.0.0.1", "localhost")] {
        let target = format!("/{}/", serving.token);
        let got = serving.raw("GET", &target, &[("Host", &host)], "");
        assert_eq!(got.status, 200, "{got:?}");
        for line in [
            "content-security-policy: default-src 'none'; script-src 'nonce-",
            "frame-ancestors 'none'",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
            "cross-origin-resource-policy: same-origin",
            "x-content-type-options: nosniff",
        ] {
            assert!(got.head.contains(line), "{line}: {}", got.head);
        }
        for reference in ["src=", "url(", "@import", "import(", "https://cdn"] {
            assert!(!got.body.contains(reference), "{reference}");
        }
    }
}

#[test]
fn every_endpoint_responds_to_the_page() {
    let directory = Directory::with(SITE);
    let serving = Serving::start(directory.path(), &["cors.json"]);
    for (method, endpoint, body) in serving.endpoints() {
        let host = serving.host();
        let headers = [
            ("Host", &host[..]),
            ("Origin", &format!("http://{host}")),
            ("Content-Type", "application/json"),
        ];
        let target = format!("/{}/{endpoint}", serving.token);
        let got = serving.raw(method, &target, &headers, &body);
        // The version is not the file's.
        let expected = if method == "PUT" { 409 } else { 200 };
        assert_eq!(got.status, expected, "{method} {endpoint}: {got:?}");
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

#[cfg(unix)]
#[test]
fn saving_keeps_permissions_and_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let directory = Directory::with(SITE);
    let file = directory.path().join("cors.json");
    let permissions = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(&file, permissions).expect("permissions");
    symlink("cors.json", directory.path().join("link.json")).expect("a link");
    let serving = Serving::start(directory.path(), &["link.json"]);
    let now = serving.ask("GET", "file", &Value::Null);
    let now: Value = serde_json::from_str(&now.body).expect("JSON");
    let saved = json!({"text": "[ ]", "version": now["version"]});
    assert_eq!(serving.ask("PUT", "file", &saved).status, 200);
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), "[ ]");
    let mode = std::fs::metadata(&file)
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    let link = std::fs::symlink_metadata(directory.path().join("link.json"));
    assert!(link.expect("a link").is_symlink());
}

#[test]
fn what_the_page_gets_is_what_the_commands_print() {
    let directory = Directory::with(SITE);
    let other = SITE.replace("PUT", "GET");
    directory.write("after", &other);
    directory.write("before", SITE);
    let serving = Serving::start(directory.path(), &["cors.json"]);
    let printed = |arguments: &[&str]| {
        let arguments: Vec<&str> = arguments
            .iter()
            .copied()
            .chain(["--format", "json"])
            .collect();
        run(directory.path(), &arguments).json()
    };
    let text = json!({"text": SITE});
    assert_eq!(
        serving.document("check", &text),
        printed(&["check", "cors.json"])
    );
    assert_eq!(
        serving.document("show", &text),
        printed(&["show", "cors.json"])
    );
    let compared = json!({"before": SITE, "after": other});
    assert_eq!(
        serving.document("diff", &compared),
        printed(&["diff", "before", "after"])
    );
    for form in ["console", "cli", "cli-input", "cloudformation", "xml"] {
        let asked = json!({"text": SITE, "to": form});
        let expected = printed(&["convert", "cors.json", "--to", form]);
        assert_eq!(serving.document("convert", &asked), expected);
    }

    let asked = json!({
        "text": SITE, "origin": "https://app.example.com/", "url": "https://b.example/",
        "method": "PUT", "headers": ["x-a: 1"], "credentials": "include",
    });
    let conversation = serving.document("converse", &asked);
    let fetch = [
        "explain",
        "cors.json",
        "--fetch",
        "--origin",
        "https://app.example.com/",
        "--url",
        "https://b.example/",
        "--method",
        "PUT",
        "--header",
        "x-a: 1",
        "--credentials",
        "include",
    ];
    assert_eq!(conversation["fetch"], printed(&fetch));
    let sent = [
        "explain",
        "cors.json",
        "--origin",
        "https://app.example.com",
        "--method",
        "PUT",
    ];
    let preflight = printed(&[&sent[..], &["--header", "x-a"]].concat());
    for member in [
        "allowed",
        "text",
        "rules",
        "suggestion",
        "alternative",
        "s3_error",
    ] {
        assert_eq!(
            conversation["preflight"][member], preflight[member],
            "{member}"
        );
    }
    let request = printed(&[&sent[..], &["--actual"]].concat());
    for member in ["allowed", "text", "rules", "suggestion", "outcome"] {
        assert_eq!(conversation["request"][member], request[member], "{member}");
    }
    let applied = [&sent[..], &["--header", "x-a", "--apply", "console"]].concat();
    assert_eq!(serving.document("apply", &asked), printed(&applied));

    // Also what goes wrong.
    directory.write("cors.json", "[{");
    let text = json!({"text": "[{"});
    assert_eq!(
        serving.document("check", &text),
        printed(&["check", "cors.json"])
    );
    assert_eq!(
        serving.document("show", &text),
        printed(&["show", "cors.json"])
    );
}

#[test]
fn the_file_is_followed() {
    let directory = Directory::with(SITE);
    let serving = Serving::start(directory.path(), &["cors.json"]);
    let file = |known: &str| -> Value {
        let got = serving.ask("GET", &format!("file?version={known}"), &Value::Null);
        serde_json::from_str(&got.body).expect("JSON")
    };
    let first = file("");
    assert_eq!(
        (&first["text"], &first["file"]),
        (&json!(SITE), &json!("cors.json"))
    );
    let version = first["version"].as_str().expect("a version");
    assert_eq!(file(version).get("text"), None);
    directory.write("cors.json", "[]");
    assert_eq!(file(version)["text"], "[]");
    std::fs::remove_file(directory.path().join("cors.json")).expect("it is there");
    assert!(file(version)["error"].is_string());
}

#[test]
fn what_cannot_be_served_is_reported() {
    let directory = Directory::new();
    let ran = directory.run(&["ui", "--no-open", "missing.json"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("missing.json: "), "{}", ran.stderr);
    let ran = directory.run(&["ui", "--no-open", "--link", "https://example.com/"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr
            .contains("the link was not copied from this page"),
        "{}",
        ran.stderr
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let ran = directory.run(&["ui", "--no-open", "--port", &port, "--format", "json"]);
    assert!(
        ran.json()["failure"]["message"]
            .as_str()
            .is_some_and(|text| text.contains(&port))
    );
}

#[cfg(target_os = "linux")]
#[test]
fn the_page_is_opened_in_the_browser_unless_told_otherwise() {
    use std::os::unix::fs::PermissionsExt;

    let directory = Directory::new();
    directory.write(
        "xdg-open",
        "#!/bin/sh\necho \"$1\" > opened.new\nmv opened.new opened\n",
    );
    let opener = directory.path().join("xdg-open");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&opener, executable).expect("permissions");
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", directory.path().display());
    let opened = directory.path().join("opened");
    let start = |more: &[&str]| {
        let mut process = tool()
            .arg("ui")
            .args(more)
            .env("PATH", &path)
            .current_dir(directory.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the tool");
        let stdout = BufReader::new(process.stdout.take().expect("it is piped"));
        let line = stdout.lines().next().expect("a line").expect("UTF-8");
        (process, line.replace("The page is at ", ""))
    };
    let (mut process, _) = start(&["--no-open"]);
    process
        .kill()
        .and_then(|()| process.wait())
        .expect("it runs");
    assert!(!opened.exists());
    let (mut process, address) = start(&["--link", "http://127.0.0.1:1/#e30"]);
    while !opened.exists() {
        assert_eq!(process.try_wait().expect("a process"), None);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let (page, state) = address.split_once('#').expect("a state");
    assert_eq!(state, "e30");
    let rest = page.strip_prefix("http://127.0.0.1:").expect("an address");
    let (port, token) = rest.split_once('/').expect("a token");
    let serving = Serving {
        process,
        port: port.parse().expect("a port"),
        token: token.trim_end_matches('/').into(),
    };

    // Others may see the address that the browser is started with: it is good for one use.
    let opened = std::fs::read_to_string(opened).expect("a file");
    let opened = opened.trim_end();
    assert!(!opened.contains(&serving.token), "{opened}");
    let host = serving.host();
    let target = opened.strip_prefix(&format!("http://{host}"));
    let target = target.and_then(|target| target.strip_suffix("#e30"));
    let target = target.expect("an address");
    let foreign = [("Host", &host[..]), ("Origin", "https://a.example")];
    assert_eq!(serving.raw("GET", target, &foreign, "").status, 403);
    let other = [("Host", "a.example")];
    assert_eq!(serving.raw("GET", target, &other, "").status, 403);
    let own = [("Host", &host[..])];
    assert_eq!(serving.raw("GET", "/open//", &own, "").status, 403);
    let got = serving.raw("GET", target, &own, "");
    assert_eq!(got.status, 303, "{got:?}");
    let location = format!("location: /{}/", serving.token);
    assert!(got.head.contains(&location), "{got:?}");
    assert_eq!(serving.raw("GET", target, &own, "").status, 403);
}
