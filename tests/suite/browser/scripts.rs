//! What scripts get from the apps.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use conformance::apps::App;
use conformance::browser::{Browser, Screen};
use fantoccini::error::CmdError;
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[tokio::test]
async fn scripts_get_from_the_axum_app_what_its_configuration_allows() {
    check_fetches("axum-app").await;
}

#[tokio::test]
async fn scripts_get_from_the_actix_app_what_its_configuration_allows() {
    check_fetches("actix-app").await;
}

/// A `fetch()` and what becomes of it.
struct Fetch {
    name: &'static str,
    /// The app's configuration, with `$page` for the origin of the page that fetches and `$other`
    /// for the same host name on another port; empty for a bucket without configuration.
    cors: &'static str,
    page: Page,
    path: &'static str,
    /// The second argument of `fetch()`.
    options: &'static str,
    outcome: Outcome,
}

/// A blank page, and its origin.
#[derive(Debug, Clone, Copy)]
enum Page {
    Localhost,
    Loopback,
    /// A page without origin, for which browsers send `Origin: null`.
    Sandboxed,
}

#[derive(Debug, Clone, Copy)]
enum Outcome {
    /// `fetch()` gives a response, of which the script sees the status, the body, and of the
    /// headers those that any script may see and these.
    Resolves {
        status: u16,
        exposed: &'static [&'static str],
    },
    /// `fetch()` gives a response of which the script sees nothing.
    ResolvesSealed,
    /// `fetch()` throws, though the app is there and answers.
    Throws,
}

/// Without anything exposed.
const RESOLVES: Outcome = Outcome::Resolves {
    status: 200,
    exposed: &[],
};

/// A plain GET, from which the others differ.
const GET: Fetch = Fetch {
    name: "GET that a rule allows",
    cors: r#"[{ "AllowedOrigins": ["$page"], "AllowedMethods": ["GET"] }]"#,
    page: Page::Localhost,
    path: "/",
    options: "{}",
    outcome: RESOLVES,
};

const FETCHES: &[Fetch] = &[
    // Origins.
    GET,
    Fetch {
        name: "GET from 127.0.0.1 that a rule allows",
        page: Page::Loopback,
        ..GET
    },
    Fetch {
        name: "GET from 127.0.0.1, only localhost is allowed",
        cors: r#"[{ "AllowedOrigins": ["http://localhost:*"], "AllowedMethods": ["GET"] }]"#,
        page: Page::Loopback,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "GET, no configuration",
        cors: "",
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "GET, only another origin is allowed",
        cors: r#"[{ "AllowedOrigins": ["https://www.example.com"], "AllowedMethods": ["GET"] }]"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "GET, only another port is allowed",
        cors: r#"[{ "AllowedOrigins": ["$other"], "AllowedMethods": ["GET"] }]"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "GET, the allowed origin has a slash too many",
        cors: r#"[{ "AllowedOrigins": ["$page/"], "AllowedMethods": ["GET"] }]"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "GET, the allowed origin is in capitals",
        cors: r#"[{ "AllowedOrigins": ["HTTP://LOCALHOST:*"], "AllowedMethods": ["GET"] }]"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "GET, the second rule allows the origin",
        cors: r#"[
            { "AllowedOrigins": ["$other"], "AllowedMethods": ["GET"] },
            { "AllowedOrigins": ["$page"], "AllowedMethods": ["GET"] }
        ]"#,
        ..GET
    },
    Fetch {
        name: "GET, a wildcard allows the origin",
        cors: r#"[{ "AllowedOrigins": ["http://local*"], "AllowedMethods": ["GET"] }]"#,
        ..GET
    },
    Fetch {
        name: "GET, a wildcard that does not match the origin",
        cors: r#"[{ "AllowedOrigins": ["https://*"], "AllowedMethods": ["GET"] }]"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "GET, every origin is allowed",
        cors: r#"[{ "AllowedOrigins": ["*"], "AllowedMethods": ["GET"] }]"#,
        ..GET
    },
    Fetch {
        name: "GET in mode no-cors, no configuration",
        cors: "",
        options: r#"{ "mode": "no-cors" }"#,
        outcome: Outcome::ResolvesSealed,
        ..GET
    },
    // The origin null.
    Fetch {
        name: "GET from a sandboxed page, null is allowed",
        cors: r#"[{ "AllowedOrigins": ["null"], "AllowedMethods": ["GET"] }]"#,
        page: Page::Sandboxed,
        ..GET
    },
    Fetch {
        name: "GET with credentials from a sandboxed page, null is allowed",
        cors: r#"[{ "AllowedOrigins": ["null"], "AllowedMethods": ["GET"] }]"#,
        page: Page::Sandboxed,
        options: r#"{ "credentials": "include" }"#,
        ..GET
    },
    Fetch {
        name: "GET from a sandboxed page, every origin is allowed",
        cors: r#"[{ "AllowedOrigins": ["*"], "AllowedMethods": ["GET"] }]"#,
        page: Page::Sandboxed,
        ..GET
    },
    Fetch {
        name: "GET from a sandboxed page, its host is allowed",
        page: Page::Sandboxed,
        outcome: Outcome::Throws,
        ..GET
    },
    // Methods.
    Fetch {
        name: "GET, only PUT is allowed",
        cors: r#"[{ "AllowedOrigins": ["$page"], "AllowedMethods": ["PUT"] }]"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "HEAD that a rule allows",
        cors: r#"[{ "AllowedOrigins": ["$page"], "AllowedMethods": ["GET", "HEAD"] }]"#,
        options: r#"{ "method": "HEAD" }"#,
        ..GET
    },
    Fetch {
        name: "HEAD, only GET is allowed",
        options: r#"{ "method": "HEAD" }"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "POST of text, which takes no preflight",
        cors: r#"[{ "AllowedOrigins": ["$page"], "AllowedMethods": ["POST"] }]"#,
        options: r#"{ "method": "POST", "body": "text" }"#,
        ..GET
    },
    Fetch {
        name: "POST of text, only GET is allowed",
        options: r#"{ "method": "POST", "body": "text" }"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "PUT of text, whose type every request may have",
        cors: r#"[{ "AllowedOrigins": ["$page"], "AllowedMethods": ["PUT"] }]"#,
        options: r#"{ "method": "PUT", "body": "text" }"#,
        ..GET
    },
    Fetch {
        name: "PUT of text, only GET and POST are allowed",
        cors: r#"[{ "AllowedOrigins": ["$page"], "AllowedMethods": ["GET", "POST"] }]"#,
        options: r#"{ "method": "PUT", "body": "text" }"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "DELETE that a rule allows",
        cors: r#"[{ "AllowedOrigins": ["$page"], "AllowedMethods": ["DELETE"] }]"#,
        options: r#"{ "method": "DELETE" }"#,
        ..GET
    },
    Fetch {
        name: "DELETE, only GET is allowed",
        options: r#"{ "method": "DELETE" }"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "PATCH, which no rule can allow",
        cors: r#"[{
            "AllowedOrigins": ["$page"],
            "AllowedMethods": ["GET", "HEAD", "PUT", "POST", "DELETE"],
            "AllowedHeaders": ["*"]
        }]"#,
        options: r#"{ "method": "PATCH", "body": "text" }"#,
        outcome: Outcome::Throws,
        ..GET
    },
    // Headers of the request.
    Fetch {
        name: "PUT of JSON, content-type is allowed",
        cors: r#"[{
            "AllowedOrigins": ["$page"],
            "AllowedMethods": ["PUT"],
            "AllowedHeaders": ["Content-Type"]
        }]"#,
        options: r#"{
            "method": "PUT",
            "headers": { "content-type": "application/json" },
            "body": "{}"
        }"#,
        ..GET
    },
    Fetch {
        name: "PUT of JSON, other headers are allowed",
        cors: r#"[{
            "AllowedOrigins": ["$page"],
            "AllowedMethods": ["PUT"],
            "AllowedHeaders": ["x-amz-*", "content-md5"]
        }]"#,
        options: r#"{
            "method": "PUT",
            "headers": { "content-type": "application/json" },
            "body": "{}"
        }"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "POST of JSON, no header is allowed",
        cors: r#"[{ "AllowedOrigins": ["$page"], "AllowedMethods": ["POST"] }]"#,
        options: r#"{
            "method": "POST",
            "headers": { "content-type": "application/json" },
            "body": "{}"
        }"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "GET with two headers, x-amz-* is allowed",
        cors: r#"[{
            "AllowedOrigins": ["$page"],
            "AllowedMethods": ["GET"],
            "AllowedHeaders": ["x-amz-*"]
        }]"#,
        options: r#"{ "headers": { "X-Amz-Date": "20260101T000000Z", "X-Amz-Meta-A": "red" } }"#,
        ..GET
    },
    Fetch {
        name: "GET with two headers, the second is not allowed",
        cors: r#"[{
            "AllowedOrigins": ["$page"],
            "AllowedMethods": ["GET"],
            "AllowedHeaders": ["x-amz-*"]
        }]"#,
        options: r#"{ "headers": { "X-Amz-Date": "20260101T000000Z", "X-Color": "red" } }"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "GET with two headers, each allowed by another rule",
        cors: r#"[
            {
                "AllowedOrigins": ["$page"],
                "AllowedMethods": ["GET"],
                "AllowedHeaders": ["x-amz-*"]
            },
            {
                "AllowedOrigins": ["$page"],
                "AllowedMethods": ["GET"],
                "AllowedHeaders": ["x-color"]
            }
        ]"#,
        options: r#"{ "headers": { "X-Amz-Date": "20260101T000000Z", "X-Color": "red" } }"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "GET with a token, every header is allowed",
        cors: r#"[{
            "AllowedOrigins": ["$page"],
            "AllowedMethods": ["GET"],
            "AllowedHeaders": ["*"]
        }]"#,
        options: r#"{ "headers": { "Authorization": "Bearer secret" } }"#,
        ..GET
    },
    // Credentials.
    Fetch {
        name: "GET with credentials, the origin is allowed",
        options: r#"{ "credentials": "include" }"#,
        ..GET
    },
    Fetch {
        name: "GET with credentials, a wildcard allows the origin",
        cors: r#"[{ "AllowedOrigins": ["http://local*"], "AllowedMethods": ["GET"] }]"#,
        options: r#"{ "credentials": "include" }"#,
        ..GET
    },
    Fetch {
        name: "GET with credentials, every origin is allowed",
        cors: r#"[{ "AllowedOrigins": ["*"], "AllowedMethods": ["GET"] }]"#,
        options: r#"{ "credentials": "include" }"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "GET with credentials, the origin and every origin are allowed",
        cors: r#"[{ "AllowedOrigins": ["$page", "*"], "AllowedMethods": ["GET"] }]"#,
        options: r#"{ "credentials": "include" }"#,
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "PUT of JSON with credentials and a token, every header is allowed",
        cors: r#"[{
            "AllowedOrigins": ["$page"],
            "AllowedMethods": ["PUT"],
            "AllowedHeaders": ["*"]
        }]"#,
        options: r#"{
            "method": "PUT",
            "headers": { "authorization": "Bearer secret", "content-type": "application/json" },
            "body": "{}",
            "credentials": "include"
        }"#,
        ..GET
    },
    Fetch {
        name: "PUT with credentials, every origin is allowed",
        cors: r#"[{ "AllowedOrigins": ["*"], "AllowedMethods": ["PUT"] }]"#,
        options: r#"{ "method": "PUT", "body": "text", "credentials": "include" }"#,
        outcome: Outcome::Throws,
        ..GET
    },
    // Headers of the response.
    Fetch {
        name: "GET, ETag is exposed",
        cors: r#"[{
            "AllowedOrigins": ["$page"],
            "AllowedMethods": ["GET"],
            "ExposeHeaders": ["ETag"]
        }]"#,
        outcome: Outcome::Resolves {
            status: 200,
            exposed: &["etag"],
        },
        ..GET
    },
    Fetch {
        name: "GET, three headers are exposed, one of which is not there",
        cors: r#"[{
            "AllowedOrigins": ["$page"],
            "AllowedMethods": ["GET"],
            "ExposeHeaders": ["ETag", "x-amz-version-id", "Date"]
        }]"#,
        outcome: Outcome::Resolves {
            status: 200,
            exposed: &["date", "etag"],
        },
        ..GET
    },
    Fetch {
        name: "HEAD with credentials, ETag is exposed",
        cors: r#"[{
            "AllowedOrigins": ["$page"],
            "AllowedMethods": ["HEAD"],
            "ExposeHeaders": ["ETag"]
        }]"#,
        options: r#"{ "method": "HEAD", "credentials": "include" }"#,
        outcome: Outcome::Resolves {
            status: 200,
            exposed: &["etag"],
        },
        ..GET
    },
    Fetch {
        name: "PUT, ETag is exposed by another rule",
        cors: r#"[
            { "AllowedOrigins": ["$page"], "AllowedMethods": ["PUT"] },
            {
                "AllowedOrigins": ["$page"],
                "AllowedMethods": ["GET", "PUT"],
                "ExposeHeaders": ["ETag"]
            }
        ]"#,
        options: r#"{ "method": "PUT", "body": "text" }"#,
        ..GET
    },
    // Errors of the app, which a script may read like any other answer.
    Fetch {
        name: "GET of what is missing",
        path: "/missing",
        outcome: Outcome::Resolves {
            status: 404,
            exposed: &[],
        },
        ..GET
    },
    Fetch {
        name: "GET of what is missing, only another origin is allowed",
        cors: r#"[{ "AllowedOrigins": ["$other"], "AllowedMethods": ["GET"] }]"#,
        path: "/missing",
        outcome: Outcome::Throws,
        ..GET
    },
    Fetch {
        name: "GET of what needs a token, without one",
        path: "/private",
        outcome: Outcome::Resolves {
            status: 401,
            exposed: &[],
        },
        ..GET
    },
    Fetch {
        name: "GET of what needs a token, with it",
        cors: r#"[{
            "AllowedOrigins": ["$page"],
            "AllowedMethods": ["GET"],
            "AllowedHeaders": ["authorization"],
            "ExposeHeaders": ["ETag"]
        }]"#,
        path: "/private",
        options: r#"{ "headers": { "Authorization": "Bearer secret" } }"#,
        outcome: Outcome::Resolves {
            status: 200,
            exposed: &["etag"],
        },
        ..GET
    },
    Fetch {
        name: "GET of what needs a token, with it, no header is allowed",
        path: "/private",
        options: r#"{ "headers": { "Authorization": "Bearer secret" } }"#,
        outcome: Outcome::Throws,
        ..GET
    },
];

async fn check_fetches(name: &str) {
    let Some(browser) = Browser::start(Screen::Desktop).await else {
        return;
    };
    let port = serve_blank_pages().await;
    let mut failures = Vec::new();
    for fetch in FETCHES {
        // An app of its own for each, on a port of its own: no preflight of an earlier one is
        // still in the browser's cache.
        let app = App::start(name, fetch.configuration(port).as_ref());
        let expected = fetch.outcome.as_seen_by_the_script();
        match fetch.run(&browser, port, &app).await {
            Ok(seen) if seen == expected => {}
            Ok(seen) => failures.push(format!("{}: {seen}, not {expected}", fetch.name)),
            Err(error) => failures.push(format!("{}: {error}", fetch.name)),
        }
    }
    println!(
        "{name}: {} fetches, {} failed",
        FETCHES.len(),
        failures.len()
    );
    let failures = failures.join("\n");
    assert!(failures.is_empty(), "{name}:\n{failures}");
}

/// Runs in the page.
const SCRIPT: &str = r#"
    const [url, options] = arguments;
    // Of every answer it gets at all, a script may read these.
    const always = [
        "cache-control", "content-language", "content-length", "content-type", "expires",
        "last-modified", "pragma",
    ];
    async function run() {
        let response;
        try {
            response = await fetch(url, options);
        } catch (error) {
            // A script is not told why. Without CORS, any server that is there can be asked.
            const answers = await fetch(url, { mode: "no-cors" }).then(() => true, () => false);
            return { throws: error.name, app_answers: answers };
        }
        // Throws if the answer breaks off.
        await response.text();
        const exposed = [...response.headers.keys()].filter((name) => !always.includes(name));
        return { type: response.type, status: response.status, exposed: exposed.sort() };
    }
    return run();
"#;

impl Fetch {
    /// `None` for a bucket without configuration.
    fn configuration(&self, port: u16) -> Option<Value> {
        if self.cors.is_empty() {
            return None;
        }
        let text = self
            .cors
            .replace("$page", &format!("http://{}:{port}", self.page.host()))
            .replace("$other", &format!("http://{}:1", self.page.host()));
        let parsed = serde_json::from_str(&text);
        Some(parsed.unwrap_or_else(|error| panic!("{}: cors: {error}", self.name)))
    }

    async fn run(&self, browser: &Browser, port: u16, app: &App) -> Result<Value, CmdError> {
        let options = serde_json::from_str(self.options)
            .unwrap_or_else(|error| panic!("{}: options: {error}", self.name));
        let url = format!("http://{}{}", app.address(), self.path);
        let (host, path) = (self.page.host(), self.page.path());
        browser.goto(&format!("http://{host}:{port}{path}")).await?;
        browser.execute(SCRIPT, vec![json!(url), options]).await
    }
}

impl Page {
    fn host(self) -> &'static str {
        match self {
            Self::Localhost | Self::Sandboxed => "localhost",
            Self::Loopback => "127.0.0.1",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Localhost | Self::Loopback => "/",
            Self::Sandboxed => "/sandboxed",
        }
    }
}

impl Outcome {
    fn as_seen_by_the_script(self) -> Value {
        match self {
            Self::Resolves { status, exposed } => {
                json!({ "type": "cors", "status": status, "exposed": exposed })
            }
            Self::ResolvesSealed => json!({ "type": "opaque", "status": 0, "exposed": [] }),
            Self::Throws => json!({ "throws": "TypeError", "app_answers": true }),
        }
    }
}

/// Serves the pages until the test ends. Returns the port.
async fn serve_blank_pages() -> u16 {
    let blank = Html("<!DOCTYPE html><title>Blank</title>");
    let sandbox = [("content-security-policy", "sandbox allow-scripts")];
    let pages = Router::new()
        .route("/", get(blank))
        .route("/sandboxed", get((sandbox, blank)));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    tokio::spawn(async { axum::serve(listener, pages).await });
    port
}
