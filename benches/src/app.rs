//! The app's response: the same in all groups.

use bytes::Bytes;

/// An app's response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct App {
    /// How many headers it has besides those below, at least 1; `Content-Type` is the first.
    pub headers: usize,
    /// Whether it has its own `Vary`.
    pub vary: bool,
    /// Whether it sets two cookies.
    pub cookies: bool,
    /// Whether it has its own CORS headers.
    pub cors: bool,
    /// Whether its body comes in pieces.
    pub streamed: bool,
}

impl App {
    /// Text with its content type.
    pub const PLAIN: Self = Self {
        headers: 1,
        vary: false,
        cookies: false,
        cors: false,
        streamed: false,
    };

    /// All header lines.
    pub fn lines(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let vary = self.vary.then_some(("vary", "Accept-Encoding"));
        let cookies = [("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2; Path=/")];
        let cookies = cookies.into_iter().filter(move |_| self.cookies);
        let plain = PLAIN.into_iter().take(self.headers);
        let cors = [
            ("access-control-allow-origin", "*"),
            ("access-control-max-age", "5"),
        ];
        let cors = cors.into_iter().filter(move |_| self.cors);
        plain.chain(vary).chain(cookies).chain(cors)
    }

    /// The pieces of the body.
    #[must_use]
    pub fn pieces(self) -> Vec<Bytes> {
        let pieces: &[&'static [u8]] = match self.streamed {
            true => &[b"hel", b"lo\n"],
            false => &[b"hello\n"],
        };
        pieces
            .iter()
            .rev()
            .map(|piece| Bytes::from_static(piece))
            .collect()
    }
}

/// The app's `Content-Type`.
pub const PLAIN_TEXT: &str = "text/plain; charset=utf-8";

const PLAIN: [(&str, &str); 20] = [
    ("content-type", PLAIN_TEXT),
    ("cache-control", "no-cache"),
    ("etag", "\"33a64df551425fcc\""),
    ("last-modified", "Tue, 24 Nov 2026 09:00:00 GMT"),
    ("accept-ranges", "bytes"),
    ("content-language", "en"),
    ("strict-transport-security", "max-age=63072000"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("content-security-policy", "default-src 'none'"),
    ("x-request-id", "4442587FB7D0A2F9"),
    ("x-trace-id", "7d0a2f9444258"),
    ("x-served-by", "eu-west-1a"),
    ("x-cache", "MISS"),
    ("server", "bench"),
    ("age", "0"),
    ("expires", "Tue, 24 Nov 2026 10:00:00 GMT"),
    ("pragma", "no-cache"),
    ("link", "</style.css>; rel=preload"),
];
