//! A server that responds as a bucket does, with an optional fault.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use s3_cors::{CorsPolicy, Decision, RequestParts, ResourceType};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// All lines, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
}

/// A response to send.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, v)| &v[..])
    }
}

impl Response {
    pub(crate) fn new(status: u16, body: &str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    fn bytes(&self, head: bool) -> Vec<u8> {
        let Self {
            status,
            headers,
            body,
        } = self;
        let mut text = format!(
            "HTTP/1.1 {status} Reason\r\nContent-Length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("Connection: close\r\n\r\n");
        if !head {
            text.push_str(body);
        }
        text.into_bytes()
    }
}

/// The response of a bucket with a policy.
pub(crate) fn bucket(policy: &CorsPolicy, request: &Request) -> Response {
    let headers: Vec<(&str, &[u8])> = request
        .headers
        .iter()
        .map(|(name, value)| (&name[..], value.as_bytes()))
        .collect();
    let plain = RequestParts::new(&request.method, &headers)
        .resource_type(ResourceType::of_path(&request.path));
    let (headers, mut response) = match policy.decide(&plain) {
        Decision::Refused(refusal) => {
            return Response::new(refusal.status(), &refusal.to_xml("ID", "HOST"))
                .with("content-type", "application/xml");
        }
        Decision::NotCors | Decision::NotAllowed(_) => return Response::new(200, "a photo"),
        Decision::Allowed(headers) => (headers, Response::new(200, "a photo")),
        Decision::Preflight(headers) => (headers, Response::new(200, "")),
    };
    for (name, value) in headers.iter() {
        response = response.with(name, &String::from_utf8_lossy(value));
    }
    response
}

/// A server that runs as long as the process.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// A server whose responses come from a function.
    pub(crate) fn responding(respond: impl Fn(&Request) -> Response + Send + 'static) -> Self {
        Self::talking(move |request, stream| {
            let head = request.method == "HEAD";
            // The client may have gone.
            let _ = stream.write_all(&respond(request).bytes(head));
        })
    }

    /// A server that does as it likes with the connection.
    pub(crate) fn talking(talk: impl Fn(&Request, &mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let server = Self {
            address: listener.local_addr().expect("an address"),
            requests: Arc::default(),
        };
        let requests = Arc::clone(&server.requests);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let Some((request, mut stream)) = read(stream) else {
                    continue;
                };
                requests.lock().expect("no panic").push(request.clone());
                talk(&request, &mut stream);
            }
        });
        server
    }

    /// A bucket that follows a policy.
    pub(crate) fn bucket(policy: CorsPolicy) -> Self {
        Self::responding(move |request| bucket(&policy, request))
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/photo.jpg", self.address)
    }

    /// What came so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no panic").clone()
    }
}

fn read(stream: TcpStream) -> Option<(Request, TcpStream)> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        lines.push(line.to_owned());
    }
    let mut lines = lines.into_iter();
    let first = lines.next()?;
    let (method, rest) = first.split_once(' ')?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect();
    let request = Request {
        method: method.into(),
        path: rest.split(' ').next()?.into(),
        headers,
    };
    let length = request.header("content-length");
    let length: u64 = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = Vec::new();
    reader.by_ref().take(length).read_to_end(&mut body).ok()?;
    Some((request, reader.into_inner()))
}
