//! Two configurations that answer every request differently, and those requests.

use conformance::answer::Answer;
use conformance::raw_http;
use s3_cors::CorsConfiguration;

/// Which configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    One,
    Other,
}

impl Which {
    pub(crate) fn of(number: u64) -> Self {
        if number.is_multiple_of(2) {
            Self::One
        } else {
            Self::Other
        }
    }

    pub(crate) fn configuration(self) -> CorsConfiguration {
        let text = match self {
            Self::One => {
                r#"[{
                    "AllowedOrigins": ["https://www.example.com"],
                    "AllowedMethods": ["GET", "PUT"],
                    "AllowedHeaders": ["x-both", "x-one"],
                    "ExposeHeaders": ["ETag", "x-one"],
                    "MaxAgeSeconds": 60
                }]"#
            }
            Self::Other => {
                r#"[
                    {
                        "AllowedOrigins": ["https://other.example"],
                        "AllowedMethods": ["POST"]
                    },
                    {
                        "AllowedOrigins": ["*"],
                        "AllowedMethods": ["PUT", "GET", "HEAD"],
                        "AllowedHeaders": ["x-both", "x-other"],
                        "ExposeHeaders": ["x-other"],
                        "MaxAgeSeconds": 3600
                    }
                ]"#
            }
        };
        text.parse().expect("a configuration")
    }
}

const METHOD: &str = "Access-Control-Request-Method";
const NAMES: &str = "Access-Control-Request-Headers";

/// A request, its name, and the statuses of its answer by either configuration.
pub(crate) struct Asked {
    pub(crate) name: &'static str,
    pub(crate) statuses: (u16, u16),
    pub(crate) bytes: Vec<u8>,
}

/// Name, method, path, statuses, headers.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    (u16, u16),
    &'static [(&'static str, &'static str)],
);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("GET that both allow", "GET", "/", (200, 200), &[]),
    ("GET of what is missing", "GET", "/missing", (404, 404), &[]),
    ("PUT that both allow", "PUT", "/", (200, 200), &[]),
    ("HEAD that only the other allows", "HEAD", "/", (200, 200), &[]),
    ("preflight that both allow", "OPTIONS", "/", (200, 200), &[(METHOD, "PUT"), (NAMES, "x-both")]),
    ("preflight that only the one allows", "OPTIONS", "/", (200, 403), &[(METHOD, "PUT"), (NAMES, "x-one")]),
    ("preflight that only the other allows", "OPTIONS", "/", (403, 200), &[(METHOD, "GET"), (NAMES, "x-other")]),
];

pub(crate) fn asked() -> Vec<Asked> {
    let asked = ROWS.iter().map(|&(name, method, path, statuses, headers)| {
        let always = [
            ("Origin", "https://www.example.com"),
            // Refusals repeat it, and would make one of their own for each.
            ("X-Request-Id", "4711"),
        ];
        let headers = always.iter().chain(headers);
        let headers = headers.map(|&(name, value)| (name, value.as_bytes()));
        Asked {
            name,
            statuses,
            bytes: raw_http::request(method, path, headers),
        }
    });
    asked.collect()
}

/// All that the rules have a say in, and all else, but for the time.
pub(crate) fn complete(mut answer: Answer) -> Answer {
    answer.headers.retain(|(name, _)| name != "date");
    // Of the frameworks one keeps no order.
    answer.headers.sort();
    answer
}
