//! Sends requests, slowly enough, and keeps what comes back.

use std::io::{ErrorKind, Read};
use std::thread;
use std::time::{Duration, Instant};

use ureq::http::{self, Uri};
use ureq::{Agent, Body};

use super::plan::Request;

/// As much of a body as an error of S3's can take.
const MOST_BODY: u64 = 16 * 1024;

/// Who has sent the head of an answer has its few bytes, too.
const MOST_BODY_TIME: Duration = Duration::from_secs(2);

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    Answer(Answer),
    /// No answer came, for this reason.
    Nothing(String),
}

/// An answer, its body only if it may tell why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// All lines, names in lower case.
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: String,
    /// Whether the body did not end in time.
    pub(crate) drips: bool,
}

impl Answer {
    /// The lines of a header.
    pub(crate) fn lines<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| &value[..])
    }

    /// A header's lines as one text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let lines: Vec<&[u8]> = self.lines(name).collect();
        (!lines.is_empty()).then(|| String::from_utf8_lossy(&lines.join(&b", "[..])).into_owned())
    }

    /// An element of S3's error, if the body is one.
    pub(crate) fn error(&self, element: &str) -> Option<String> {
        let document = roxmltree::Document::parse(self.body.trim_start()).ok()?;
        let root = document.root_element();
        if root.tag_name().name() != "Error" {
            return None;
        }
        let mut children = root.children();
        let found = children.find(|child| child.tag_name().name() == element)?;
        found.text().map(Into::into)
    }
}

/// An endpoint.
#[derive(Debug)]
pub(crate) struct Client {
    agent: Agent,
    url: Uri,
    pause: Duration,
    next: Instant,
}

impl Client {
    pub(crate) fn new(url: Uri, timeout: Duration, rate: u32) -> Self {
        let agent = Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_global(Some(timeout))
            .timeout_recv_body(Some(timeout.min(MOST_BODY_TIME)))
            .user_agent(concat!("s3-cors/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Self {
            agent,
            url,
            pause: Duration::from_secs(1) / rate.max(1),
            next: Instant::now(),
        }
    }

    /// Sends a request when its time has come.
    pub(crate) fn send(&mut self, request: &Request) -> Reply {
        thread::sleep(self.next.saturating_duration_since(Instant::now()));
        self.next = Instant::now() + self.pause;
        match self.exchange(request) {
            Ok(answer) => Reply::Answer(answer),
            Err(error) => Reply::Nothing(reason(&error)),
        }
    }

    fn exchange(&self, request: &Request) -> Result<Answer, ureq::Error> {
        let mut builder = http::Request::builder()
            .method(request.method)
            .uri(self.url.clone());
        for (name, value) in &request.headers {
            builder = builder.header(*name, value.as_bytes());
        }
        let response = match request.method {
            "PUT" | "POST" => self.agent.run(builder.body(&[][..])?)?,
            _ => self.agent.run(builder.body(())?)?,
        };
        Ok(answer(response))
    }
}

/// Bodies are read for what they say of a refusal; a photo says nothing.
fn answer(response: http::Response<Body>) -> Answer {
    let (parts, body) = response.into_parts();
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    let mut bytes = Vec::new();
    let mut drips = false;
    let short = body
        .content_length()
        .is_some_and(|length| length <= MOST_BODY);
    if short || !parts.status.is_success() {
        // An answer whose body breaks off has told all the same.
        let read = body.into_reader().take(MOST_BODY).read_to_end(&mut bytes);
        drips = read.is_err_and(|error| is_timeout(&error));
    }
    Answer {
        status: parts.status.as_u16(),
        headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
        drips,
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    error.kind() == ErrorKind::TimedOut || matches!(inner, Some(ureq::Error::Timeout(_)))
}

/// Why no answer came, in words.
fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "no answer in time".into(),
        ureq::Error::HostNotFound => "the host name is not known".into(),
        ureq::Error::ConnectionFailed => "no connection".into(),
        ureq::Error::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
            "the connection was closed without an answer".into()
        }
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::Protocol(error) => format!("the answer is not HTTP/1.1: {error}"),
        ureq::Error::Tls(reason) => format!("TLS failed: {reason}"),
        ureq::Error::Rustls(error) => format!("TLS failed: {error}"),
        other => other.to_string(),
    }
}
