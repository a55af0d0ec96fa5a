//! The servers that the browser speaks to: some that only have pages, and one in front of an app
//! that passes everything on and writes it down.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use cors_fetch::{Plan, Response as Seen};
use http::{HeaderMap, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;

use crate::call::{PAGE, SANDBOXED};

/// A request as it arrived, and what was answered.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) headers: HeaderMap,
    pub(crate) answer: Seen,
}

impl Exchange {
    /// Only preflights have this header, for scripts cannot set it.
    pub(crate) fn is_preflight(&self) -> bool {
        self.method == "OPTIONS" && self.headers.contains_key("access-control-request-method")
    }

    /// A header's value, all its lines joined by `, `.
    pub(crate) fn header(&self, name: &str) -> Option<Vec<u8>> {
        let lines = self.headers.get_all(name).iter();
        let lines: Vec<&[u8]> = lines.map(http::HeaderValue::as_bytes).collect();
        (!lines.is_empty()).then(|| lines.join(&b", "[..]))
    }
}

/// What has arrived, by the query of its URL.
type Log = Arc<Mutex<HashMap<String, Vec<Exchange>>>>;
/// What to answer to preflights and requests, by the query of the URL.
type Answers = Arc<Mutex<HashMap<String, [Seen; 2]>>>;
type Answered = Result<Response<Full<Bytes>>, Infallible>;

/// A server, running as long as the test does.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) port: u16,
    app: Arc<OnceLock<SocketAddr>>,
    log: Log,
    answers: Answers,
}

impl Server {
    /// One that has pages only, as long as it is told of no app.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let log = Log::default();
        let client = Client::builder(TokioExecutor::new()).build_http();
        let (app, answers) = (Arc::default(), Answers::default());
        let passing = Passing {
            app: Arc::clone(&app),
            answers: Arc::clone(&answers),
            log: Arc::clone(&log),
            client,
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let passing = passing.clone();
                let service = service_fn(move |request| {
                    let passing = passing.clone();
                    async move { passing.answer(request).await }
                });
                // Connections end as the browser pleases.
                tokio::spawn(
                    http1::Builder::new()
                        .auto_date_header(false)
                        .serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        Self {
            port,
            app,
            log,
            answers,
        }
    }

    /// Passes everything but pages on from now on.
    pub(crate) fn pass_on_to(&self, app: SocketAddr) {
        self.app.set(app).expect("one app only");
    }

    /// Answers so to a preflight and to a request for this URL from now on.
    pub(crate) fn answer_to(&self, url: &str, preflight: Seen, answer: Seen) {
        let mut answers = self.answers.lock().expect("no panic while it is held");
        answers.insert(query(url).to_owned(), [preflight, answer]);
    }

    /// A URL of its own: nothing that a browser remembers of another matters for it.
    pub(crate) fn url_for(&self, host: &str, path: &str) -> String {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);

        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        format!("http://{host}:{}{path}?{number}", self.port)
    }

    /// What has arrived for a URL.
    pub(crate) fn arrived(&self, url: &str) -> Vec<Exchange> {
        let log = self.log.lock().expect("no panic while it is held");
        log.get(query(url)).cloned().unwrap_or_default()
    }
}

#[derive(Clone)]
struct Passing {
    app: Arc<OnceLock<SocketAddr>>,
    answers: Answers,
    log: Log,
    client: Client<HttpConnector, Incoming>,
}

impl Passing {
    async fn answer(self, request: Request<Incoming>) -> Answered {
        match (request.uri().path(), self.app.get()) {
            (PAGE, _) => Ok(blank().body(TITLE.into()).expect("valid headers")),
            (SANDBOXED, _) => Ok(blank()
                .header("content-security-policy", "sandbox allow-scripts")
                .body(TITLE.into())
                .expect("valid headers")),
            (_, Some(app)) => Ok(self.pass_on(*app, request).await),
            (_, None) => Ok(self.answer_as_told(&request)),
        }
    }

    fn answer_as_told(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let query = request.uri().query().unwrap_or_default();
        let mut exchange = Exchange {
            method: request.method().to_string(),
            headers: request.headers().clone(),
            answer: Seen::new(404),
        };
        let answers = self.answers.lock().expect("no panic while it is held");
        if let Some([preflight, answer]) = answers.get(query) {
            let told = if exchange.is_preflight() {
                preflight
            } else {
                answer
            };
            exchange.answer = told.clone();
        }
        let mut response = Response::builder().status(exchange.answer.status);
        for (name, value) in &exchange.answer.headers {
            response = response.header(name, value.as_slice());
        }
        let length = exchange.answer.get("content-length");
        let length = length.and_then(|length| String::from_utf8(length).ok()?.parse().ok());
        let body = Bytes::from(vec![b'a'; length.unwrap_or(0)]);
        let mut log = self.log.lock().expect("no panic while it is held");
        log.entry(query.to_owned()).or_default().push(exchange);
        response.body(body.into()).expect("valid headers")
    }

    async fn pass_on(
        &self,
        app: SocketAddr,
        mut request: Request<Incoming>,
    ) -> Response<Full<Bytes>> {
        let path = request.uri().path_and_query().expect("a path").as_str();
        let query = request.uri().query().unwrap_or_default().to_owned();
        *request.uri_mut() = format!("http://{app}{path}").parse::<Uri>().expect("a URL");
        let (method, headers) = (request.method().to_string(), request.headers().clone());
        let response = self.client.request(request).await.expect("the app answers");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        let exchange = Exchange {
            method,
            headers,
            answer: answer(parts.status, &parts.headers),
        };
        let mut log = self.log.lock().expect("no panic while it is held");
        log.entry(query).or_default().push(exchange);
        Response::from_parts(parts, Full::new(body))
    }
}

fn query(url: &str) -> &str {
    let url = url.split('#').next().unwrap_or_default();
    url.split_once('?').map_or("", |(_, query)| query)
}

fn blank() -> http::response::Builder {
    Response::builder()
        .header(header::CONTENT_TYPE, "text/html")
        .header(header::SET_COOKIE, "judge=1")
}

const TITLE: &str = "<!DOCTYPE html><title>Blank</title>";

/// What the app itself answers: without an origin, it says nothing of CORS. What belongs to a
/// connection, not to an answer, is as it was when this arrived.
pub(crate) async fn own_answer(
    app: SocketAddr,
    path: &str,
    plan: &Plan,
    arrived: &[Exchange],
) -> Seen {
    let Some(sent) = &plan.request else {
        return Seen::new(200);
    };
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let mut request = Request::builder()
        .method(sent.method.as_str())
        .uri(format!("http://{app}{path}"));
    // A browser sends the values of one name on one line.
    let mut lines: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    for (name, value) in sent.headers.iter().filter(|(name, _)| name != "origin") {
        let line = lines.entry(name);
        line.and_modify(|line| line.extend_from_slice(b", "))
            .or_default()
            .extend_from_slice(value);
    }
    for (name, line) in lines {
        request = request.header(name, line);
    }
    let request = request
        .body(Full::default())
        .expect("what browsers send is valid");
    let response = client.request(request).await.expect("the app answers");
    let mut own = answer(response.status(), response.headers());
    let is_of_connection = |(name, _): &(String, Vec<u8>)| name == "connection";
    own.headers.retain(|line| !is_of_connection(line));
    let lines = arrived
        .last()
        .into_iter()
        .flat_map(|last| &last.answer.headers);
    own.headers
        .extend(lines.filter(|line| is_of_connection(line)).cloned());
    own
}

fn answer(status: http::StatusCode, headers: &HeaderMap) -> Seen {
    let start = Seen::new(status.as_u16());
    let lines = headers.iter();
    lines.fold(start, |answer, (name, value)| {
        answer.header(name.as_str(), value.as_bytes())
    })
}
