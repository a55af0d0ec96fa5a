//! A call of `fetch()` and what servers respond: with any responses, and with those of a bucket.
//! The verdict is that of a naive reading of the Fetch standard.

#![no_main]

use arbitrary::Arbitrary;
use cors_fetch::{Credentials, Fetch, Outcome, Response};
use libfuzzer_sys::{Corpus, fuzz_target};
use s3_cors::{CorsConfiguration, CorsPolicy, CorsRule};
use s3_cors_analysis::fetch::verdict;
use s3_cors_fuzz::naive_fetch::{Call, Responded, is_readable};

#[derive(Debug, Arbitrary)]
struct Input {
    page: Page,
    method: Method,
    headers: Vec<(Name, Value)>,
    include: bool,
    preflight: Option<Sent>,
    response: Sent,
    rule: Rule,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Page {
    Plain,
    Null,
    Port,
}

#[derive(Debug, Arbitrary)]
enum Method {
    Get,
    LowerPut,
    Post,
    Patch,
    Options,
    Trace,
    Other(String),
}

#[derive(Debug, Arbitrary)]
enum Name {
    Accept,
    ContentType,
    Range,
    Authorization,
    Cookie,
    Custom,
    Other(String),
}

#[derive(Debug, Arbitrary)]
enum Value {
    Simple,
    PlainText,
    Long(u8),
    Other(Vec<u8>),
}

#[derive(Debug, Arbitrary)]
struct Sent {
    status: Status,
    headers: Vec<Header>,
}

#[derive(Debug, Arbitrary)]
enum Status {
    Ok,
    NoContent,
    Forbidden,
    Other(u16),
}

#[derive(Debug, Arbitrary)]
enum Header {
    Origin(Allowed),
    Credentials(Word),
    Methods(Vec<Word>),
    Headers(Vec<Word>),
    Expose(Vec<Word>),
    Age(Vec<u8>),
    Location(String),
    Other(String, Vec<u8>),
}

#[derive(Debug, Arbitrary)]
enum Allowed {
    Star,
    Page,
    Other(Vec<u8>),
}

#[derive(Debug, Arbitrary)]
enum Word {
    Star,
    True,
    Put,
    Patch,
    Custom,
    Authorization,
    ContentType,
    Other(Vec<u8>),
}

#[derive(Debug, Arbitrary)]
struct Rule {
    any_origin: bool,
    methods: u8,
    headers: u8,
}

impl Page {
    fn url(self) -> &'static str {
        match self {
            Self::Plain => "https://a.example",
            Self::Null => "null",
            Self::Port => "http://localhost:3000",
        }
    }
}

impl Method {
    fn text(&self) -> &str {
        match self {
            Self::Get => "GET",
            Self::LowerPut => "put",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Options => "OPTIONS",
            Self::Trace => "trace",
            Self::Other(text) => text,
        }
    }
}

impl Name {
    fn text(&self) -> &str {
        match self {
            Self::Accept => "Accept",
            Self::ContentType => "Content-Type",
            Self::Range => "Range",
            Self::Authorization => "Authorization",
            Self::Cookie => "Cookie",
            Self::Custom => "X-Custom",
            Self::Other(text) => text,
        }
    }
}

impl Value {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Simple => b"a".into(),
            Self::PlainText => b"text/plain".into(),
            Self::Long(length) => vec![b'a'; usize::from(*length)],
            Self::Other(bytes) => bytes.clone(),
        }
    }
}

impl Word {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Star => b"*",
            Self::True => b"true",
            Self::Put => b"PUT",
            Self::Patch => b"PATCH",
            Self::Custom => b"x-CUSTOM",
            Self::Authorization => b"Authorization",
            Self::ContentType => b"content-type",
            Self::Other(bytes) => bytes,
        }
    }
}

impl Sent {
    fn response(&self, page: Page) -> Response {
        let status = match self.status {
            Status::Ok => 200,
            Status::NoContent => 204,
            Status::Forbidden => 403,
            Status::Other(status) => status,
        };
        let list = |words: &[Word]| {
            words
                .iter()
                .map(Word::bytes)
                .collect::<Vec<_>>()
                .join(&b", "[..])
        };
        let headers = self.headers.iter();
        headers.fold(Response::new(status), |response, header| match header {
            Header::Origin(Allowed::Star) => response.header("Access-Control-Allow-Origin", "*"),
            Header::Origin(Allowed::Page) => {
                response.header("access-control-allow-origin", page.url())
            }
            Header::Origin(Allowed::Other(bytes)) => {
                response.header("access-control-allow-origin", bytes.clone())
            }
            Header::Credentials(word) => {
                response.header("access-control-allow-credentials", word.bytes())
            }
            Header::Methods(words) => response.header("access-control-allow-methods", list(words)),
            Header::Headers(words) => response.header("Access-Control-Allow-HEADERS", list(words)),
            Header::Expose(words) => response.header("access-control-expose-headers", list(words)),
            Header::Age(bytes) => response.header("access-control-max-age", bytes.clone()),
            Header::Location(to) => response.header("location", to.as_bytes()),
            Header::Other(name, bytes) => response.header(name, bytes.clone()),
        })
    }
}

impl Rule {
    fn configuration(&self) -> CorsConfiguration {
        let chosen = |bits: u8, all: &[&'static str]| -> Vec<&'static str> {
            let all = all.iter().enumerate();
            all.filter(|(bit, _)| bits >> bit & 1 == 1)
                .map(|(_, one)| *one)
                .collect()
        };
        let origin = if self.any_origin { "*" } else { "https://*" };
        let mut methods = chosen(self.methods, &["GET", "PUT", "POST", "HEAD", "DELETE"]);
        if methods.is_empty() {
            methods.push("GET");
        }
        let headers = chosen(
            self.headers,
            &["x-*", "Authorization", "content-type", "*", "range"],
        );
        CorsConfiguration::new([CorsRule::new([origin], methods).allowed_headers(headers)])
    }
}

fuzz_target!(|input: Input| -> Corpus {
    let credentials = match input.include {
        true => Credentials::Include,
        false => Credentials::SameOrigin,
    };
    let fetch = Fetch::new(input.page.url(), "https://b.example/key").expect("URLs");
    let fetch = fetch.method(input.method.text()).credentials(credentials);
    let fetch = input.headers.iter().fold(fetch, |fetch, (name, value)| {
        fetch.header(name.text(), value.bytes())
    });
    let call = Call {
        origin: input.page.url(),
        method: input.method.text(),
        headers: input
            .headers
            .iter()
            .map(|(name, value)| (name.text().to_owned(), value.bytes()))
            .collect(),
        include: input.include,
    };
    let response = input.response.response(input.page);
    let preflight = input.preflight.map(|sent| sent.response(input.page));

    // Any responses.
    let found = fetch.verdict(preflight.as_ref(), &response);
    let is_blocked = matches!(found.outcome, Outcome::Blocked(_));
    assert_eq!(is_blocked, found.console.is_some());
    if !matches!(response.status, 300..400) {
        let [preflight, response] =
            [preflight.as_ref(), Some(&response)].map(|response| response.map(responded));
        let naively = is_readable(&call, preflight.as_ref(), response.as_ref());
        assert_eq!(found.outcome.is_readable(), naively, "{found:?}");
    }

    // Those of a bucket, which sends no redirects of its own.
    let policy = CorsPolicy::new(&input.rule.configuration()).expect("a valid configuration");
    let ordinary = Response::new(200);
    let found = verdict(&fetch, &policy, &ordinary);
    let by_naive_bucket =
        s3_cors_fuzz::naive_fetch::from_bucket(&call, &input.rule.configuration().cors_rules);
    assert_eq!(found.outcome.is_readable(), by_naive_bucket, "{found:?}");
    Corpus::Keep
});

fn responded(response: &Response) -> Responded {
    Responded {
        status: response.status,
        headers: response.headers.clone(),
    }
}
