//! The requests.

use bytes::Bytes;

/// A request as data.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method.
    pub method: &'static str,
    /// Names in lower case, and values.
    pub headers: Vec<(&'static str, Bytes)>,
}

/// What a browser sends with every request besides the headers of CORS.
const OF_BROWSERS: [(&str, &str); 7] = [
    ("host", "bucket.s3.example.net"),
    (
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    ),
    ("accept", "*/*"),
    ("accept-language", "en-US,en;q=0.5"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("sec-fetch-mode", "cors"),
    ("sec-fetch-site", "cross-site"),
];

impl Request {
    fn new(method: &'static str) -> Self {
        let headers = OF_BROWSERS.map(|(name, value)| (name, Bytes::from_static(value.as_bytes())));
        Self {
            method,
            headers: headers.into(),
        }
    }

    /// A GET without `Origin`.
    #[must_use]
    pub fn same_origin() -> Self {
        Self::new("GET")
    }

    /// A GET from an origin.
    #[must_use]
    pub fn get(origin: impl Into<Vec<u8>>) -> Self {
        Self::new("GET").with("origin", origin)
    }

    /// A preflight for a PUT.
    #[must_use]
    pub fn preflight(origin: impl Into<Vec<u8>>) -> Self {
        Self::new("OPTIONS")
            .with("origin", origin)
            .with("access-control-request-method", "PUT")
    }

    /// Asks for headers, on one more line.
    #[must_use]
    pub fn asking_for(self, names: impl Into<Vec<u8>>) -> Self {
        self.with("access-control-request-headers", names)
    }

    /// Adds a header line.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Vec<u8>>) -> Self {
        let value = Bytes::from(value.into());
        // As servers hand them out, values are shared slices of a buffer; a `Bytes` becomes
        // shared by its first clone, which allocates.
        drop(value.clone());
        self.headers.push((name, value));
        self
    }

    /// How many bytes the names that the request asks for take.
    #[must_use]
    pub fn bytes_asked_for(&self) -> usize {
        self.headers
            .iter()
            .filter(|(name, _)| *name == "access-control-request-headers")
            .map(|(_, value)| value.len())
            .sum()
    }
}

/// Names joined by commas, as browsers send them, up to a length.
#[must_use]
pub fn list(length: usize, name: impl Fn(usize) -> String) -> String {
    let mut list = String::with_capacity(length);
    for number in 0.. {
        let name = name(number);
        if list.len() + 1 + name.len() > length {
            break;
        }
        if number > 0 {
            list.push(',');
        }
        list.push_str(&name);
    }
    list
}
