//! The server behind `s3-cors ui`: it serves its own page, with the documents that the commands
//! print, and refuses everybody else.

mod refusals;
mod served;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::run::tool;

const SITE: &str =
    r#"[{"AllowedOrigins": ["https://app.example.com/"], "AllowedMethods": ["PUT"]}]"#;

/// The tool, serving until it is dropped.
struct Serving {
    process: Child,
    /// Where it listens.
    port: u16,
    /// What every path begins with.
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
    pub(super) fn start(directory: &Path, arguments: &[&str]) -> Self {
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

    pub(super) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Sends a request with exactly these header lines.
    pub(super) fn raw(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Got {
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
    pub(super) fn ask(&self, method: &str, path: &str, body: &Value) -> Got {
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
    pub(super) fn document(&self, path: &str, body: &Value) -> Value {
        let got = self.ask("POST", path, body);
        assert_eq!(got.status, 200, "{got:?}");
        serde_json::from_str(&got.body).expect("JSON")
    }

    /// The method, path and body of a request for every endpoint.
    pub(super) fn endpoints(&self) -> Vec<(&'static str, String, String)> {
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
