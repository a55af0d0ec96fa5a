//! Calls that deserve a name: model and browser disagreed about them once, or generated calls do
//! not come to them.

use conformance::apps::NAMES;
use cors_fetch::{Credentials, Mode};

use crate::bench::{Bench, Tally};
use crate::call::{Call, Page};
use crate::generate::Group;

struct Case {
    name: &'static str,
    cors: &'static str,
    page: Page,
    path: &'static str,
    method: &'static str,
    headers: &'static [(&'static str, &'static str)],
    credentials: Credentials,
    mode: Mode,
}

/// To be changed from.
const GET: Case = Case {
    name: "",
    cors: r#"[{
        "AllowedOrigins": ["$page"],
        "AllowedMethods": ["GET", "HEAD", "PUT", "POST", "DELETE"],
        "AllowedHeaders": ["*"]
    }]"#,
    page: Page::At("localhost"),
    path: "/",
    method: "GET",
    headers: &[],
    credentials: Credentials::SameOrigin,
    mode: Mode::Cors,
};

/// 76 bytes: less than 128, but not twice.
pub(crate) const LONG: &str =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

const CASES: &[Case] = &[
    Case {
        name: "OPTIONS to the own origin, which S3 answers itself, and not the app",
        page: Page::Own,
        method: "OPTIONS",
        ..GET
    },
    Case {
        name: "OPTIONS to another origin, which the preflight does not allow",
        method: "OPTIONS",
        ..GET
    },
    Case {
        name: "a page without an origin on the server itself is of another origin",
        page: Page::OwnSandboxed,
        ..GET
    },
    Case {
        name: "a page without an origin on the server itself, in mode same-origin",
        page: Page::OwnSandboxed,
        mode: Mode::SameOrigin,
        ..GET
    },
    Case {
        name: "PUT to the own origin takes no preflight, even if no rule allows it",
        cors: r#"[{ "AllowedOrigins": ["https://www.example.com"], "AllowedMethods": ["GET"] }]"#,
        page: Page::Own,
        method: "PUT",
        headers: &[("X-Custom", "1"), ("Authorization", "Bearer secret")],
        ..GET
    },
    Case {
        name: "PUT to the own origin reads the CORS headers of the answer, too",
        page: Page::Own,
        method: "PUT",
        ..GET
    },
    Case {
        name: "patch is another method than PATCH, and S3 knows neither",
        method: "patch",
        ..GET
    },
    Case {
        name: "put is PUT",
        method: "put",
        ..GET
    },
    Case {
        name: "Authorization where a rule allows all headers, which S3 says by name",
        path: "/private",
        headers: &[("Authorization", "Bearer secret")],
        ..GET
    },
    Case {
        name: "several headers in the order of their names, not of the call",
        headers: &[
            ("X-B", "1"),
            ("x-a", "1"),
            ("X_C", "1"),
            ("X-B", "2"),
            ("X-0", "1"),
        ],
        ..GET
    },
    Case {
        name: "no-cors drops headers instead of asking for them",
        headers: &[
            ("X-Custom", "1"),
            ("Range", "bytes=0-1"),
            ("Accept-Language", "de"),
        ],
        mode: Mode::NoCors,
        ..GET
    },
    Case {
        name: "no-cors drops the second of two headers that are too long together",
        headers: &[("Accept-Language", LONG), ("Accept-Language", LONG)],
        mode: Mode::NoCors,
        ..GET
    },
    Case {
        name: "no-cors drops the second type, for two are none",
        method: "POST",
        headers: &[
            ("Content-Type", "text/plain"),
            ("Content-Type", "text/plain"),
        ],
        mode: Mode::NoCors,
        ..GET
    },
    Case {
        name: "no-cors keeps two short values",
        headers: &[("Accept", "text/html"), ("Accept", "text/plain")],
        mode: Mode::NoCors,
        ..GET
    },
    Case {
        name: "a method in quotes is no method to override with",
        headers: &[("X-HTTP-Method", "\"a,trace,b\"")],
        ..GET
    },
    Case {
        name: "a method in quotes after another value",
        headers: &[("X-HTTP-Method", "a,\"trace\"")],
        ..GET
    },
    Case {
        name: "a method to override with among others is dropped",
        headers: &[("X-HTTP-Method", "a, \t trace ,b")],
        ..GET
    },
    Case {
        name: "credentials, and a wildcard that S3 answers with the origin",
        cors: r#"[{ "AllowedOrigins": ["http://*"], "AllowedMethods": ["GET"] }]"#,
        credentials: Credentials::Include,
        ..GET
    },
    Case {
        name: "credentials, and a star that S3 answers with a star",
        cors: r#"[{ "AllowedOrigins": ["*"], "AllowedMethods": ["GET"] }]"#,
        credentials: Credentials::Include,
        ..GET
    },
];

impl Case {
    fn group(&self) -> Group {
        let mut call = Call::new(self.page, self.path);
        call.method = Some(self.method.into());
        call.credentials = Some(self.credentials);
        call.mode = Some(self.mode);
        let lines = self.headers.iter();
        let lines = lines.map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
        call.headers = lines.collect();
        let cors = serde_json::from_str(self.cors);
        Group {
            cors: Some(cors.unwrap_or_else(|error| panic!("{}: {error}", self.name))),
            host: "localhost",
            calls: vec![call],
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn model_and_browser_agree_on_named_calls() {
    let Some(bench) = Bench::start().await else {
        return;
    };
    let mut tally = Tally::default();
    for case in CASES {
        for app in NAMES {
            bench.judge(case.name, app, &case.group(), &mut tally).await;
        }
    }
    assert_eq!(tally.pairs, CASES.len() * NAMES.len());
    assert!(tally.found.is_empty(), "{}", tally.found.join("\n"));
}
