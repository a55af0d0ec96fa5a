//! What a real browser makes of the answers.
//!
//! Where no Chromium or no chromedriver is installed these tests say so and pass; with
//! `S3_CORS_REQUIRE_BROWSER=1` they fail. `CHROMIUM` and `CHROMEDRIVER` may hold the paths of
//! programs that are not on `PATH`.

use std::time::Duration;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use conformance::apps::{App, TWO_BUCKETS};
use conformance::browser::{Browser, Screen};
use fantoccini::Locator;
use fantoccini::error::CmdError;
use serde_json::{Value, json};
use tokio::net::TcpListener;

// The page of two-buckets.

#[tokio::test]
async fn two_buckets_shows_a_blocked_and_a_loaded_bucket_to_localhost() {
    let Some(browser) = Browser::start(Screen::Desktop).await else {
        return;
    };
    let app = App::start(TWO_BUCKETS, None);
    open_two_buckets(&browser, &app, "localhost").await;
    assert_blocked(&shown(&browser, "without-cors").await);
    assert_loaded(&shown(&browser, "with-cors").await);
}

#[tokio::test]
async fn two_buckets_shows_a_blocked_and_a_loaded_bucket_to_127_0_0_1() {
    let Some(browser) = Browser::start(Screen::Desktop).await else {
        return;
    };
    let app = App::start(TWO_BUCKETS, None);
    open_two_buckets(&browser, &app, "127.0.0.1").await;
    assert_blocked(&shown(&browser, "without-cors").await);
    assert_loaded(&shown(&browser, "with-cors").await);
}

#[tokio::test]
async fn two_buckets_shows_two_blocked_buckets_if_the_configuration_allows_another_origin() {
    let Some(browser) = Browser::start(Screen::Desktop).await else {
        return;
    };
    let cors =
        json!([{ "AllowedOrigins": ["https://www.example.com"], "AllowedMethods": ["GET"] }]);
    let app = App::start(TWO_BUCKETS, Some(&cors));
    open_two_buckets(&browser, &app, "localhost").await;
    assert_blocked(&shown(&browser, "without-cors").await);
    assert_blocked(&shown(&browser, "with-cors").await);
}

#[tokio::test]
async fn two_buckets_loads_on_refresh_once_the_shown_configuration_is_saved() {
    let Some(browser) = Browser::start(Screen::Desktop).await else {
        return;
    };
    let name = format!("s3-cors-walkthrough-{}.json", std::process::id());
    let file = std::env::temp_dir().join(name);
    let app = App::start_walkthrough(&file);
    open_two_buckets(&browser, &app, "localhost").await;
    assert_blocked(&shown(&browser, "without-cors").await);
    let before = shown(&browser, "with-cors").await;
    assert_blocked(&before);
    assert!(
        before.why.contains("no CORS configuration yet"),
        "{before:?}"
    );
    assert!(app.said().contains(&format!("Save {}", file.display())));

    // As somebody does who reads the page.
    let to_save = cors_shown(&browser).await;
    assert!(to_save.0.contains(&*file.to_string_lossy()), "{to_save:?}");
    std::fs::write(&file, &to_save.1).expect("a file");
    refresh_until(&browser, "loaded").await;
    assert_loaded(&shown(&browser, "with-cors").await);
    assert_blocked(&shown(&browser, "without-cors").await);
    let (heading, in_force) = cors_shown(&browser).await;
    assert_eq!(heading, "CORS configuration in force");
    assert_eq!(in_force, to_save.1);
    let said = app.said();
    assert!(said.contains("version 1, 1 rule"), "{said}");
    assert!(said.contains("added CORSRules[0]"), "{said}");

    // Another origin only, and the page is blocked again, for another reason.
    let other = to_save.1.replace("localhost", "other.example");
    std::fs::write(&file, other.replace("127.0.0.1", "www.example")).expect("a file");
    refresh_until(&browser, "blocked").await;
    let after = shown(&browser, "with-cors").await;
    assert_blocked(&after);
    assert!(after.why.contains("No rule below has"), "{after:?}");
    let said = app.said();
    assert!(
        said.contains("changed CORSRules[0]: AllowedOrigins"),
        "{said}"
    );

    // What is no configuration changes nothing.
    std::fs::write(&file, &to_save.1).expect("a file");
    refresh_until(&browser, "loaded").await;
    std::fs::write(&file, "[{").expect("a file");
    while !app.said().contains("still in force: version 3") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    refresh_until(&browser, "loaded").await;
    let _ = std::fs::remove_file(file);
}

/// Reloads the page until the second bucket is as it should be.
async fn refresh_until(browser: &Browser, state: &str) {
    for _ in 0..100 {
        browser.refresh().await.expect("the page");
        for bucket in ["without-cors", "with-cors"] {
            wait_for(browser, &format!("#{bucket}:not([data-state=waiting])")).await;
        }
        if shown(browser, "with-cors").await.state == state {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never {state}: {:?}", shown(browser, "with-cors").await);
}

/// What the page says above the second bucket's configuration, and that configuration.
async fn cors_shown(browser: &Browser) -> (String, String) {
    let script = r##"
        const cors = document.querySelector("#with-cors .cors");
        const above = [...cors.parentElement.children].filter((element) => element !== cors && element.checkVisibility());
        return [
            above.map((element) => element.innerText).filter((text) => text).join("\n"),
            cors.innerText,
        ];
    "##;
    let shown = browser.execute(script, vec![]).await.expect("a script");
    serde_json::from_value(shown).expect("two texts")
}

#[tokio::test]
async fn two_buckets_tells_a_bucket_that_is_gone_from_one_that_blocks() {
    let Some(browser) = Browser::start(Screen::Desktop).await else {
        return;
    };
    let app = App::start(TWO_BUCKETS, None);
    open_two_buckets(&browser, &app, "localhost").await;
    drop(app);
    let again = browser
        .find(Locator::Css("button#again"))
        .await
        .expect("the button");
    again.click().await.expect("a click");
    for bucket in ["without-cors", "with-cors"] {
        wait_for(&browser, &format!("#{bucket}[data-state=unreachable]")).await;
        let shown = shown(&browser, bucket).await;
        assert_eq!(shown.badge, "No answer", "{shown:?}");
        assert_eq!(shown.content, "", "{shown:?}");
    }
}

#[tokio::test]
async fn two_buckets_fits_on_a_phone() {
    const WIDTH: u32 = 375;

    let phone = Screen::Phone {
        width: WIDTH,
        height: 812,
    };
    let Some(browser) = Browser::start(phone).await else {
        return;
    };
    let app = App::start(TWO_BUCKETS, None);
    open_two_buckets(&browser, &app, "localhost").await;
    // A phone zooms out until what is too wide fits: then the window is wider than the screen.
    let script = r#"
        const [width] = arguments;
        const sticksOut = (element) => element.getBoundingClientRect().right > width + 0.5;
        return {
            window: innerWidth,
            page: document.documentElement.scrollWidth,
            sticking_out: [...document.body.querySelectorAll("*")]
                .filter(sticksOut)
                .map((element) => element.outerHTML.slice(0, 100)),
        };
    "#;
    let measured = browser
        .execute(script, vec![json!(WIDTH)])
        .await
        .expect("a script");
    let expected = json!({ "window": WIDTH, "page": WIDTH, "sticking_out": [] });
    assert_eq!(measured, expected);
}

/// Opens the page under a name of this machine, and waits until both buckets have answered.
async fn open_two_buckets(browser: &Browser, app: &App, host: &str) {
    let url = format!("http://{host}:{}/", app.address().port());
    browser.goto(&url).await.expect("the page");
    for bucket in ["without-cors", "with-cors"] {
        wait_for(browser, &format!("#{bucket}:not([data-state=waiting])")).await;
    }
}

async fn wait_for(browser: &Browser, selector: &str) {
    let wait = browser
        .wait()
        .at_most(Duration::from_secs(20))
        .every(Duration::from_millis(20));
    let found = wait.for_element(Locator::Css(selector)).await;
    found.unwrap_or_else(|error| panic!("{selector}: {error}"));
}

/// What somebody who looks at the page sees of a bucket, and the state behind it.
#[derive(Debug)]
struct Shown {
    state: String,
    badge: String,
    outcome: String,
    why: String,
    got: String,
    content: String,
}

async fn shown(browser: &Browser, bucket: &str) -> Shown {
    let read = async {
        let bucket = browser.find(Locator::Id(bucket)).await?;
        // The text as rendered: what is hidden counts as absent.
        let text = async |class| bucket.find(Locator::Css(class)).await?.text().await;
        let mut why = Vec::new();
        for reason in bucket.find_all(Locator::Css("[data-when]")).await? {
            why.push(reason.text().await?);
        }
        Ok::<_, CmdError>(Shown {
            state: bucket.attr("data-state").await?.unwrap_or_default(),
            badge: text(".badge-text").await?,
            outcome: text(".outcome").await?,
            why: why.concat(),
            got: text(".got").await?,
            content: text(".content").await?,
        })
    };
    read.await
        .unwrap_or_else(|error| panic!("{bucket}: {error}"))
}

#[track_caller]
fn assert_blocked(bucket: &Shown) {
    assert_eq!(bucket.state, "blocked", "{bucket:?}");
    assert_eq!(bucket.badge, "Blocked", "{bucket:?}");
    assert!(bucket.outcome.starts_with("Blocked"), "{bucket:?}");
    assert!(bucket.why.contains("the browser keeps"), "{bucket:?}");
    assert!(bucket.got.starts_with("TypeError"), "{bucket:?}");
    assert_eq!(bucket.content, "", "{bucket:?}");
}

#[track_caller]
fn assert_loaded(bucket: &Shown) {
    assert_eq!(bucket.state, "loaded", "{bucket:?}");
    assert_eq!(bucket.badge, "Loaded", "{bucket:?}");
    assert!(bucket.outcome.starts_with("Loaded"), "{bucket:?}");
    assert!(bucket.why.contains("the browser hands"), "{bucket:?}");
    assert!(bucket.got.starts_with("200"), "{bucket:?}");
    assert!(
        bucket.content.starts_with("Hello from loading.html."),
        "{bucket:?}"
    );
}

// What scripts get from the apps.

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
