//! Generated configurations and calls, from names that meet each other.

use std::collections::HashSet;

use cors_fetch::{Credentials, Mode, Redirect};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::call::{Call, Page};

/// A configuration, in which `$page`, `$one`, `$other` and `$target` stand for the origin of the
/// first page and for the ports, and calls to a server that has it.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) cors: Option<Value>,
    /// The server's name.
    pub(crate) host: &'static str,
    /// On two pages.
    pub(crate) calls: Vec<Call>,
}

/// How many calls a group has.
pub(crate) const CALLS: usize = 8;

/// The group of this number. Seed and number say all.
pub(crate) fn group(seed: u64, number: usize) -> Group {
    generated(seed, number, &groups())
}

/// The value of this number.
pub(crate) fn generated<S: Strategy>(seed: u64, number: usize, strategy: &S) -> S::Value {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    bytes[8..16].copy_from_slice(&(number as u64).to_be_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let tree = strategy.new_tree(&mut runner);
    tree.expect("nothing is filtered").current()
}

fn groups() -> impl Strategy<Value = Group> {
    let cors = prop_oneof![
        1 => Just(None),
        9 => vec(rules(), 1..=3).prop_map(|rules| Some(rules.into())),
    ];
    let host = select(HOSTS.to_vec());
    let calls = (
        vec(calls(pages()), CALLS / 2),
        vec(calls(pages()), CALLS / 2),
    );
    (cors, host, pages(), pages(), calls).prop_map(|(cors, host, one, other, calls)| {
        let (first, second) = calls;
        let first = first.into_iter().map(|call| Call { page: one, ..call });
        let second = second.into_iter().map(|call| Call {
            page: other,
            ..call
        });
        let calls = first.chain(second).collect();
        Group { cors, host, calls }
    })
}

/// The names under which servers are asked.
pub(crate) const HOSTS: [&str; 3] = ["127.0.0.1", "localhost", "bucket.localhost"];

pub(crate) fn pages() -> impl Strategy<Value = Page> {
    prop_oneof![
        3 => Just(Page::At("localhost")),
        2 => Just(Page::At("127.0.0.1")),
        2 => Just(Page::At("app.localhost")),
        1 => Just(Page::At("a.app.localhost")),
        1 => Just(Page::OtherPort),
        2 => Just(Page::Sandboxed),
        1 => Just(Page::Own),
        1 => Just(Page::OwnSandboxed),
    ]
}

const ORIGINS: [&str; 17] = [
    "http://localhost:$one",
    "http://localhost:$other",
    "http://127.0.0.1:$one",
    "http://app.localhost:$one",
    "http://*.localhost:$one",
    "http://*.app.localhost:$one",
    "http://*localhost:$one",
    "http://localhost:*",
    "http://*:$one",
    "http://*",
    "http*",
    "*:$target",
    "null",
    "http://localhost:$one/",
    "http://LOCALHOST:$one",
    "https://localhost:$one",
    "localhost:$one",
];

const ALLOWED_HEADERS: [&str; 16] = [
    "*",
    "x-*",
    "x-amz-*",
    "X-Amz-Date",
    "x-custom",
    "Content-Type",
    "content-*",
    "*-language",
    "Accept",
    "Accept*",
    "Authorization",
    "auth*",
    "Range",
    "cache-control",
    "if-*",
    "user-agent",
];

const EXPOSED: [&str; 12] = [
    "ETag",
    "etag",
    "Date",
    "x-amz-version-id",
    "Content-Length",
    "Allow",
    "Vary",
    "Access-Control-Allow-Origin",
    "access-control-expose-headers",
    "Set-Cookie",
    "Connection",
    "Access-Control-Max-Age",
];

fn rules() -> impl Strategy<Value = Value> {
    let origin = prop_oneof![
        7 => Just("$page"),
        1 => Just("*"),
        5 => select(ORIGINS.to_vec()),
    ];
    let methods = prop_oneof![
        5 => Just(vec!["GET", "HEAD", "PUT", "POST", "DELETE"]),
        3 => subsequence(vec!["GET", "PUT", "POST", "HEAD", "DELETE"], 1..=5).prop_shuffle(),
    ];
    let headers = prop_oneof![
        3 => Just(vec!["*"]),
        4 => subsequence(ALLOWED_HEADERS.to_vec(), 0..=5).prop_shuffle(),
    ];
    let exposed = subsequence(EXPOSED.to_vec(), 0..=4).prop_shuffle();
    let seconds = option::of(select(vec![-1, 0, 5, 600]));
    (vec(origin, 1..=3), methods, headers, exposed, seconds).prop_map(
        |(origins, methods, headers, exposed, seconds)| {
            let mut rule = json!({ "AllowedOrigins": origins, "AllowedMethods": methods });
            if !headers.is_empty() {
                rule["AllowedHeaders"] = json!(headers);
            }
            if !exposed.is_empty() {
                rule["ExposeHeaders"] = json!(exposed);
            }
            if let Some(seconds) = seconds {
                rule["MaxAgeSeconds"] = json!(seconds);
            }
            rule
        },
    )
}

pub(crate) fn calls(page: impl Strategy<Value = Page>) -> impl Strategy<Value = Call> {
    let path = prop_oneof![
        4 => Just("/"),
        2 => Just("/a/b%20c.txt"),
        1 => Just("/missing"),
        2 => Just("/private"),
    ];
    let method = prop_oneof![
        4 => Just(None),
        1 => Just(Some("get")),
        8 => select(vec!["GET", "HEAD", "head", "POST", "PUT", "put", "DELETE", "delete"]).prop_map(Some),
        2 => select(vec!["PATCH", "patch", "OPTIONS", "options", "CHICKEN", "chicken"]).prop_map(Some),
        1 => select(vec!["TRACE", "connect", "Track", "G ET", "", "M!$"]).prop_map(Some),
    ];
    let credentials = prop_oneof![
        3 => Just(None),
        3 => Just(Some(Credentials::Include)),
        1 => Just(Some(Credentials::SameOrigin)),
        1 => Just(Some(Credentials::Omit)),
    ];
    let mode = prop_oneof![
        9 => Just(None),
        3 => Just(Some(Mode::Cors)),
        2 => Just(Some(Mode::NoCors)),
        1 => Just(Some(Mode::SameOrigin)),
    ];
    let redirect = prop_oneof![
        14 => Just(None),
        1 => Just(Some(Redirect::Follow)),
        1 => Just(Some(Redirect::Error)),
        1 => Just(Some(Redirect::Manual)),
    ];
    let headers =
        prop_oneof![2 => vec(headers(), 0), 3 => vec(headers(), 1), 3 => vec(headers(), 2..5)];
    (
        page,
        path,
        method,
        headers,
        credentials,
        mode,
        redirect,
        any::<bool>(),
    )
        .prop_map(
            |(page, path, method, headers, credentials, mode, redirect, body)| {
                let bodiless = method.is_none_or(|method| {
                    matches!(method.to_ascii_uppercase().as_str(), "GET" | "HEAD")
                });
                Call {
                    page,
                    path: path.to_owned(),
                    method: method.map(Into::into),
                    headers: each_once(headers),
                    credentials,
                    mode,
                    redirect,
                    // Such methods have none, and the model knows no bodies.
                    body: body && !bodiless,
                }
            },
        )
}

/// Chromium judges the values of a repeated name joined, against the standard; see `deviations`.
fn each_once(mut headers: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    let mut names = HashSet::new();
    headers.retain(|(name, _)| {
        let name = name.to_ascii_lowercase();
        let is_safelisted = SAFELISTED
            .iter()
            .any(|(safe, _)| name.eq_ignore_ascii_case(safe));
        names.insert(name) || !is_safelisted
    });
    headers
}

/// Names that every request may have, with values that it may have and others.
const SAFELISTED: [(&str, &str); 41] = [
    ("Accept", "text/html"),
    ("accept", "a/b;q=0.5, */*"),
    ("Accept", "a\tb"),
    ("Accept", " a "),
    ("Accept", ""),
    ("Accept", "\u{e9}"),
    ("Accept", "a:b"),
    ("ACCEPT", "\"a\""),
    ("Accept", "(a)"),
    ("accept", "a@b"),
    ("accept", "[a]"),
    ("accept", "{a}"),
    ("accept", "a\\b"),
    ("accept", "<a>?"),
    ("Accept-Language", "de, en;q=0.5"),
    ("accept-language", "*"),
    ("Accept-Language", "en_US"),
    ("Accept-Language", "en/us"),
    ("Accept-Language", "\u{e9}"),
    ("Content-Language", "de"),
    ("content-language", ""),
    ("Content-Language", "de+at"),
    ("Content-Type", "text/plain"),
    ("content-type", "TEXT/Plain; charset=UTF-8"),
    ("Content-Type", "\ttext/plain ;a=b "),
    ("Content-Type", "multipart/form-data; boundary=x"),
    ("CONTENT-TYPE", "application/x-www-form-urlencoded"),
    ("Content-Type", "application/json"),
    ("Content-Type", "text/html"),
    ("Content-Type", "text"),
    ("Content-Type", ""),
    ("Content-Type", "text/plain; charset=\"utf-8\""),
    ("Range", "bytes=0-9"),
    ("range", "bytes=3-"),
    ("Range", "bytes=9-9"),
    ("Range", "bytes=-5"),
    ("Range", "bytes=9-0"),
    ("Range", "bytes=0-1,3-4"),
    ("Range", "bytes=0 - 1"),
    ("Range", "lines=0-1"),
    ("Range", "Bytes=0-1"),
];

/// Names of other headers that scripts can set.
const OTHERS: [(&str, &str); 16] = [
    ("Authorization", "Bearer secret"),
    ("authorization", "Bearer secret"),
    ("AUTHORIZATION", "Basic YTpi"),
    ("X-Amz-Date", "20260101T000000Z"),
    ("x-amz-meta-color", "red"),
    ("X-AMZ-Meta-A", ""),
    ("X-Custom", "1"),
    ("x-custom", "\u{e9}\u{ff}"),
    ("Cache-Control", "no-cache"),
    ("If-Match", "\"one\""),
    ("If-Modified-Since", "x"),
    ("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="),
    ("X_Under.Score", "1"),
    ("x-http-method-override", "PUT"),
    ("x-amz-acl", "private"),
    ("Pragma", "no-cache"),
];

/// Names that scripts cannot set, and what is no header at all.
const REFUSED: [(&str, &str); 23] = [
    ("Accept-Charset", "utf-8"),
    ("Accept-Encoding", "gzip"),
    ("Access-Control-Request-Headers", "x-a"),
    ("access-control-request-method", "GET"),
    ("Connection", "close"),
    ("Content-Length", "1"),
    ("Cookie", "a=b"),
    ("Date", "x"),
    ("DNT", "1"),
    ("Host", "www.example.com"),
    ("Origin", "https://www.example.com"),
    ("Referer", "https://www.example.com"),
    ("Set-Cookie", "a=b"),
    ("TE", "trailers"),
    ("Transfer-Encoding", "chunked"),
    ("Proxy-X", "1"),
    ("Sec-X", "1"),
    ("X-HTTP-Method-Override", "a, trace"),
    ("X-Method-Override", "CONNECT"),
    ("X A", "1"),
    ("", "1"),
    ("X-A", "1\n2"),
    ("X-B", "\0"),
];

fn headers() -> impl Strategy<Value = (String, Vec<u8>)> {
    let long = (
        select(vec![
            "Accept",
            "Accept-Language",
            "Content-Language",
            "Content-Type",
            "Range",
        ]),
        select(vec![127, 128, 129, 300]),
    );
    let long = long.prop_map(|(name, length)| {
        let start = match name {
            "Content-Type" => "text/plain;",
            "Range" => "bytes=0-",
            _ => "",
        };
        let fill = if name == "Range" { "0" } else { "a" };
        let value = start.to_owned() + &fill.repeat(length - start.len());
        (name, value.into_bytes())
    });
    let fixed = |table: &[(&'static str, &'static str)]| {
        // One byte per character, as scripts give them.
        let bytes = |value: &str| value.chars().map(|letter| letter as u8).collect::<Vec<_>>();
        let pairs: Vec<_> = table
            .iter()
            .map(|(name, value)| (*name, bytes(value)))
            .collect();
        select(pairs)
    };
    let header = prop_oneof![
        10 => fixed(&SAFELISTED),
        8 => fixed(&OTHERS),
        2 => fixed(&REFUSED),
        3 => long,
    ];
    header.prop_map(|(name, value)| (name.to_owned(), value))
}
