//! A server that answers as it is told, for what no real server can be made to answer.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::proxy::head;

/// In an answer's header or body: the credentials the request came with.
pub const ECHO: &str = "{echo}";

/// What it answers.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Headers besides `Content-Length`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// An answer in XML.
    #[must_use]
    pub fn xml(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let content_type = ("content-type", "application/xml".to_owned());
        Self {
            status,
            headers: vec![content_type],
            body: body.into(),
        }
    }

    /// An error as S3 says it.
    #[must_use]
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code>\
             <Message>{message}</Message><RequestId>IN-THE-BODY</RequestId></Error>"
        );
        let answer = Self::xml(status, body);
        let answer = answer.with("x-amz-request-id", "REQUEST-ID");
        answer.with("x-amz-id-2", "HOST-ID")
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
    answer: Answer,
    requests: usize,
    latest: Vec<u8>,
}

/// Answers each request the same, until it is told otherwise or dropped.
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
    pub async fn new(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let now = Arc::new(Mutex::new(Now {
            answer,
            requests: 0,
            latest: Vec::new(),
        }));
        let answers = Arc::clone(&now);
        let task = tokio::spawn(async move {
            loop {
                let (mut connection, _) = listener.accept().await.expect("a connection");
                let answers = Arc::clone(&answers);
                tokio::spawn(async move {
                    if let Ok(request) = head(&mut connection).await {
                        let bytes = bytes(&answers, request);
                        // Who does not listen to the end has his reasons.
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

    /// Answers so from now on.
    ///
    /// # Panics
    ///
    /// If a thread panicked while answering.
    pub fn set(&self, answer: Answer) {
        self.now.lock().expect("no panic").answer = answer;
    }

    /// How many requests it has answered.
    ///
    /// # Panics
    ///
    /// If a thread panicked while answering.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.now.lock().expect("no panic").requests
    }

    /// The head of the latest request.
    ///
    /// # Panics
    ///
    /// If a thread panicked while answering.
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
    let text = String::from_utf8(now.answer.body.clone());
    let body = text.map_or_else(std::string::FromUtf8Error::into_bytes, |text| {
        echo(&text).into()
    });
    let values = now.answer.headers.iter();
    let headers: String = values
        .map(|(name, value)| format!("{name}: {}\r\n", echo(value)))
        .collect();
    now.latest = request;
    let status = now.answer.status;
    let head = format!(
        "HTTP/1.1 {status} Told\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.into_bytes(), body].concat()
}
