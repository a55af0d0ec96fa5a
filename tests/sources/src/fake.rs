//! A server with scripted responses, for what no real server can be made to send.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::proxy::head;

/// In a header or body of a response: the credentials that the request has.
pub const ECHO: &str = "{echo}";

/// A response of the server.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Headers besides `Content-Length`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// A response in XML.
    #[must_use]
    pub fn xml(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let content_type = ("content-type", "application/xml".to_owned());
        Self {
            status,
            headers: vec![content_type],
            body: body.into(),
        }
    }

    /// An error in the form of S3.
    #[must_use]
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code>\
             <Message>{message}</Message><RequestId>IN-THE-BODY</RequestId></Error>"
        );
        let response = Self::xml(status, body);
        let response = response.with("x-amz-request-id", "REQUEST-ID");
        response.with("x-amz-id-2", "HOST-ID")
    }

    /// With another header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.to_owned()));
        self
    }
}

#[derive(Debug)]
struct Now {
    response: Response,
    requests: usize,
    latest: Vec<u8>,
}

/// Sends the same response to every request until another is set or the server is dropped.
#[derive(Debug)]
pub struct Fake {
    address: SocketAddr,
    now: Arc<Mutex<Now>>,
    task: JoinHandle<()>,
}

impl Fake {
    /// Starts.
    ///
    /// # Panics
    ///
    /// If there is no free port.
    pub async fn new(response: Response) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let now = Arc::new(Mutex::new(Now {
            response,
            requests: 0,
            latest: Vec::new(),
        }));
        let responses = Arc::clone(&now);
        let task = tokio::spawn(async move {
            loop {
                let (mut connection, _) = listener.accept().await.expect("a connection");
                let responses = Arc::clone(&responses);
                tokio::spawn(async move {
                    if let Ok(request) = head(&mut connection).await {
                        let bytes = bytes(&responses, request);
                        // The client may have closed the connection.
                        let _ = connection.write_all(&bytes).await;
                    }
                });
            }
        });
        Self { address, now, task }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets the response.
    ///
    /// # Panics
    ///
    /// If a thread panicked while responding.
    pub fn set(&self, response: Response) {
        self.now.lock().expect("no panic").response = response;
    }

    /// How many requests have arrived.
    ///
    /// # Panics
    ///
    /// If a thread panicked while responding.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.now.lock().expect("no panic").requests
    }

    /// The head of the latest request.
    ///
    /// # Panics
    ///
    /// If a thread panicked while responding.
    #[must_use]
    pub fn latest_request(&self) -> String {
        let now = self.now.lock().expect("no panic");
        String::from_utf8_lossy(&now.latest).into_owned()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn bytes(now: &Mutex<Now>, request: Vec<u8>) -> Vec<u8> {
    let mut now = now.lock().expect("no panic");
    now.requests += 1;
    let head = String::from_utf8_lossy(&request);
    let sent = head.lines().filter_map(|line| line.split_once(": "));
    let credentials = ["authorization", "x-amz-security-token"];
    let sent = sent.filter(|(name, _)| credentials.contains(&&*name.to_ascii_lowercase()));
    let sent: Vec<&str> = sent.map(|(_, value)| value).collect();
    let echo = |text: &str| text.replace(ECHO, &sent.join(" "));
    let text = String::from_utf8(now.response.body.clone());
    let body = text.map_or_else(std::string::FromUtf8Error::into_bytes, |text| {
        echo(&text).into()
    });
    let values = now.response.headers.iter();
    let headers: String = values
        .map(|(name, value)| format!("{name}: {}\r\n", echo(value)))
        .collect();
    now.latest = request;
    let status = now.response.status;
    let head = format!(
        "HTTP/1.1 {status} Told\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.into_bytes(), body].concat()
}
