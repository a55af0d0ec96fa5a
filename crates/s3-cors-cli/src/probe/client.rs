//! Sends requests at a limited rate and keeps the responses.

use std::io::{ErrorKind, Read};
use std::thread;
use std::time::{Duration, Instant};

use ureq::http::{self, Uri};
use ureq::{Agent, Body};

use super::patience::Patience;
use super::plan::Request;

/// More than any error document of S3 needs.
const MOST_BODY: u64 = 16 * 1024;

/// A server that has sent the head of a response can send its few bytes as well.
const MOST_BODY_TIME: Duration = Duration::from_secs(2);

/// A response, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    Response(Response),
    /// No response, for this reason.
    Nothing(String),
}

/// A response. The body is kept only if it may say why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// All lines, names in lower case.
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: String,
    /// Whether the body did not end in time.
    pub(crate) drips: bool,
}

impl Response {
    /// The lines of a header.
    pub(crate) fn lines<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| &value[..])
    }

    /// The lines of a header, joined.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let lines: Vec<&[u8]> = self.lines(name).collect();
        (!lines.is_empty()).then(|| String::from_utf8_lossy(&lines.join(&b", "[..])).into_owned())
    }

    /// The text of an element of S3's error document, if the body is one.
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
    patience: Patience,
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
            patience: Patience::new(timeout),
        }
    }

    /// Whether no more requests are sent, because the endpoint responds too slowly or not at all.
    pub(crate) fn has_given_up(&self) -> bool {
        self.patience.is_exhausted()
    }

    /// Sends a request as soon as the rate allows.
    pub(crate) fn send(&mut self, request: &Request) -> Reply {
        if self.has_given_up() {
            return Reply::Nothing("not sent, because the responses before were too slow".into());
        }
        thread::sleep(self.next.saturating_duration_since(Instant::now()));
        let begun = Instant::now();
        self.next = begun + self.pause;
        let reply = match self.exchange(request) {
            Ok(response) => Reply::Response(response),
            Err(error) => Reply::Nothing(reason(&error)),
        };
        self.patience.count(&reply, begun.elapsed());
        reply
    }

    fn exchange(&self, request: &Request) -> Result<Response, ureq::Error> {
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
        Ok(kept(response))
    }
}

/// Short bodies and those of errors are read: they may say why a request was refused.
fn kept(response: http::Response<Body>) -> Response {
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
        // The status and headers are useful even if the body is cut off.
        let read = body.into_reader().take(MOST_BODY).read_to_end(&mut bytes);
        drips = read.is_err_and(|error| is_timeout(&error));
    }
    Response {
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

/// Why there is no response, in words.
fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "no response in time".into(),
        ureq::Error::HostNotFound => "the host name cannot be resolved".into(),
        ureq::Error::ConnectionFailed => "the connection failed".into(),
        ureq::Error::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
            "the connection was closed without a response".into()
        }
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::Protocol(error) => format!("the response is not HTTP/1.1: {error}"),
        ureq::Error::Tls(reason) => format!("TLS failed: {reason}"),
        ureq::Error::Rustls(error) => format!("TLS failed: {error}"),
        other => other.to_string(),
    }
}
