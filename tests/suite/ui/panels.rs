//! Each panel, at both sizes.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::mpsc;

use serde_json::json;

use crate::driven::{Page, Size};
use crate::program::TemporaryFile;

const SITE: &str = r#"[
    {
        "AllowedOrigins": ["https://app.example.com", "http://localhost:*"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["content-type"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3000
    },
    { "AllowedOrigins": ["*"], "AllowedMethods": ["GET"] }
]
"#;

/// One test for each size.
macro_rules! at_both_sizes {
    ($($name:ident => $check:ident;)*) => {
        mod desktop {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$check(super::Size::Desktop).await;
                }
            )*
        }
        mod phone {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$check(super::Size::Phone).await;
                }
            )*
        }
    };
}

at_both_sizes! {
    the_editor_shows_findings_on_their_lines_as_one_types => editor;
    the_matrix_shows_who_may_do_what_and_why_not => matrix;
    a_request_is_drawn_as_a_conversation_and_the_change_applied => conversation;
    two_versions_are_compared => compare;
    a_live_url_is_probed_and_the_matrix_shows_it => probe;
    a_live_url_is_probed_for_a_page_without_a_configuration => probe_page;
    the_configuration_is_copied_in_every_form => copy;
    a_link_shows_the_same => link;
    the_file_is_followed_and_saved_back_after_asking => file;
    the_apps_own_rules_are_tried_after_the_buckets => app_rules;
}

fn name(size: Size, panel: &str) -> String {
    format!("{panel}-{size:?}").to_lowercase()
}

async fn editor(size: Size) {
    let Some(page) = Page::open(size, &[]).await else {
        return;
    };
    page.until_text("#matrix-empty", "Paste a configuration")
        .await;
    page.fill(
        "#text",
        &SITE.replace("app.example.com", "app.example.com/"),
    )
    .await;
    page.until_text(
        "#findings .error button",
        "Line 3: error: \"https://app.example.com/\" ends with a slash",
    )
    .await;
    page.until_text("#summary", "1 error").await;
    page.until("document.querySelector('#gutter .error[data-line=\"3\"]')")
        .await;
    page.picture(&name(size, "editor")).await;
    page.click("#findings .error button").await;
    let selected = "document.querySelector('#text').value.slice(document.querySelector('#text').selectionStart, document.querySelector('#text').selectionEnd)";
    let selected = page.eval(selected).await;
    assert_eq!(
        selected,
        json!("\"https://app.example.com/\", \"http://localhost:*\"],")
    );

    // What S3 would reject, and what is no configuration at all.
    page.fill(
        "#text",
        "[{\"AllowedOrigins\": [\"*\"],\n\"AllowedMethods\": [\"PATCH\"]}]",
    )
    .await;
    page.until("document.querySelector('#gutter .error[data-line=\"2\"]')")
        .await;
    page.until_text("#findings", "S3 responds with").await;
    page.until_text("#matrix-empty", "S3 would reject").await;
    page.fill("#text", "[{").await;
    page.until_text("#findings .error", "error").await;
    page.fill("#text", SITE).await;
    page.until("!document.querySelector('#findings .error')")
        .await;
    page.assert_fits().await;
}

async fn matrix(size: Size) {
    let Some(page) = Page::open(size, &[]).await else {
        return;
    };
    page.fill("#text", SITE).await;
    page.until("document.querySelectorAll('#matrix tbody tr').length === 2")
        .await;
    for text in ["[0]", "credentials", "content-type", "3000 s"] {
        page.until_text("[data-cell='0-PUT'] [aria-hidden]", text)
            .await;
    }
    page.until_text("[data-cell='1-PUT'] [aria-hidden]", "method not allowed")
        .await;
    page.click("[data-cell='0-PUT']").await;
    for text in [
        "CORSRules[0]",
        "content-type",
        "ETag",
        "up to 3000 seconds",
        "allowed",
    ] {
        page.until_text("#cell", text).await;
    }
    page.click("[data-cell='1-PUT']").await;
    page.until_text(
        "#cell",
        "no rule that allows the Origin has the method in AllowedMethods",
    )
    .await;
    let label = "document.querySelector(\"[data-cell='1-PUT']\").textContent";
    let label = page.eval(label).await;
    assert!(
        label
            .as_str()
            .is_some_and(|l| l.starts_with("*: PUT is not allowed: ")),
        "{label}"
    );
    page.picture(&name(size, "matrix")).await;
    page.assert_fits().await;
}

async fn conversation(size: Size) {
    let Some(page) = Page::open(size, &[]).await else {
        return;
    };
    page.show(SITE).await;
    page.fill("#try-origin", "https://app.example.com").await;
    page.fill("#try-method", "PUT").await;
    page.fill("#try-headers", "x-amz-acl: private").await;
    page.until_text("#verdict", "Blocked").await;
    page.until_text(
        "#conversation .there",
        "access-control-request-headers: x-amz-acl",
    )
    .await;
    page.until_text("#conversation .back", "refused with 403 AccessForbidden")
        .await;
    page.until_text("#conversation .back", "A TypeError").await;
    page.until_text(
        "#advice",
        "add \"x-amz-acl\" to CORSRules[0].AllowedHeaders",
    )
    .await;
    page.picture(&name(size, "blocked")).await;
    page.click("#apply").await;
    page.until_text("#verdict", "Allowed").await;
    assert!(page.value("#text").await.contains("\"x-amz-acl\""));
    page.until_text(
        "#conversation .back",
        "access-control-allow-origin: https://app.example.com",
    )
    .await;
    page.until_text("#conversation .back", "etag").await;
    page.until_text("#conversation .there", "x-amz-acl: private")
        .await;
    page.click("#undo").await;
    page.until_text("#verdict", "Blocked").await;
    assert_eq!(page.value("#text").await, SITE);
    page.click("#apply").await;
    page.until_text("#verdict", "Allowed").await;
    page.picture(&name(size, "allowed")).await;

    // Credentials do not go with `*`, and a browser says so.
    page.fill("#try-origin", "https://other.example").await;
    page.fill("#try-method", "GET").await;
    page.fill("#try-headers", "").await;
    page.until_text("#verdict", "Allowed").await;
    page.fill("#try-credentials", "include").await;
    page.until_text("#verdict", "Blocked").await;
    page.fill("#try-method", "PATCH").await;
    page.until_text("#advice", "No change of the configuration can allow this")
        .await;
    page.fill("#try-url", "not a url:").await;
    page.fill("#try-origin", "what?").await;
    page.until_text("#verdict", "no browser sends the Origin \"what?\"")
        .await;
    page.assert_fits().await;
}

async fn compare(size: Size) {
    let Some(page) = Page::open(size, &[]).await else {
        return;
    };
    page.show(SITE).await;
    page.click("#tab-compare").await;
    page.click("#compare-take").await;
    page.until_text("#compare-summary", "Equivalent").await;
    page.fill(
        "#other",
        &SITE.replace("\"GET\", \"PUT\"", "\"GET\", \"DELETE\""),
    )
    .await;
    page.until_text("#differences [data-kind=loses]", "PUT")
        .await;
    page.until_text("#differences [data-kind=gains]", "DELETE")
        .await;
    page.picture(&name(size, "compare")).await;
    page.click("#compare-swap").await;
    page.until_text("#differences [data-kind=gains]", "PUT")
        .await;
    page.fill("#other", "[{").await;
    page.until_text("#compare-summary", "S3 would reject").await;
    page.assert_fits().await;
}

async fn probe(size: Size) {
    let Some(page) = Page::open(size, &[]).await else {
        return;
    };
    // An endpoint that follows another configuration, which lacks PUT.
    let cors = json!([{ "AllowedOrigins": ["*"], "AllowedMethods": ["GET"] }]);
    let app = conformance::apps::App::start("axum-app", Some(&cors));
    page.show(SITE).await;
    page.click("#tab-probe").await;
    page.fill("#probe-url", &format!("http://{}/photo.jpg", app.address()))
        .await;
    page.click("#probe-start").await;
    page.until("document.querySelector('#probe-progress').value > 0")
        .await;
    page.until_text("#probe-summary", "sent").await;
    page.until("document.querySelector('#probed li')").await;
    page.until_text("#probe-summary", "differ").await;
    page.until_text("[data-cell='0-PUT'] .probed", "differ")
        .await;
    page.picture(&name(size, "probe")).await;

    page.fill("#text", &cors.to_string()).await;
    page.until("document.querySelectorAll('#matrix tbody tr').length === 1")
        .await;
    page.click("#probe-start").await;
    page.until_text(
        "#probe-summary",
        "every response is as the configuration says",
    )
    .await;
    page.until_text("[data-cell='0-GET'] .probed", "live: same")
        .await;
    page.fill("#probe-url", "nonsense").await;
    page.click("#probe-start").await;
    page.until_text("#probe-summary", "nonsense").await;

    // A probe that runs can be stopped.
    page.fill("#text", SITE).await;
    page.until("document.querySelectorAll('#matrix tbody tr').length === 2")
        .await;
    page.fill("#probe-url", &format!("http://{}/photo.jpg", app.address()))
        .await;
    page.click("#probe-start").await;
    page.until("document.querySelector('#probe-progress').value > 0")
        .await;
    stop_probe(&page).await;
    page.assert_fits().await;
}

async fn probe_page(size: Size) {
    let Some(page) = Page::open(size, &[]).await else {
        return;
    };
    let cors = json!([{
        "AllowedOrigins": ["https://app.example.com", "null"],
        "AllowedMethods": ["GET", "PUT"],
        "MaxAgeSeconds": 600,
    }]);
    let app = conformance::apps::App::start("axum-app", Some(&cors));
    page.click("#tab-probe").await;
    page.fill("#probe-url", &format!("http://{}/photo.jpg", app.address()))
        .await;
    // The address of a page will do.
    page.fill("#probe-origin", "https://app.example.com/index.html")
        .await;
    page.click("#probe-page-start").await;
    page.until("document.querySelector('#probe-progress').value > 0")
        .await;
    page.until_text("#probe-summary", "a page of https://app.example.com, 3 are")
        .await;
    page.until("document.querySelector('#probe-progress').hidden")
        .await;
    for (name, kind, text) in [
        ("GET", "good", "the script can read the response"),
        ("GET with credentials", "good", "etag"),
        ("HEAD", "bad", "blocked"),
        ("PUT", "good", "the preflight may be cached for 600 seconds"),
        ("DELETE", "bad", "blocked"),
    ] {
        let call = format!("#calls .{kind}[data-call='{name}']");
        page.until_text(&call, text).await;
    }
    page.until_text("#diagnoses [data-code='null-origin']", "sandboxed frame")
        .await;
    assert!(!page.holds("document.querySelector('#probed li')").await);
    page.picture(&name(size, "probe-page")).await;

    // A link shows the same question.
    page.until("JSON.parse(atob(location.hash.slice(1).replaceAll('-', '+').replaceAll('_', '/'))).probePage")
        .await;
    page.refresh().await;
    page.until_text("#probe-origin", "https://app.example.com/index.html")
        .await;

    page.fill("#probe-origin", "app.example.com").await;
    page.click("#probe-page-start").await;
    page.until_text("#probe-summary", "no browser sends the Origin")
        .await;
    assert!(!page.holds("document.querySelector('#calls li')").await);

    // It can be stopped, and tells what it knows.
    let (address, go_on) = pausing_server();
    page.fill("#probe-url", &format!("http://{address}/")).await;
    page.fill("#probe-origin", "https://app.example.com").await;
    page.click("#probe-page-start").await;
    page.until("document.querySelector('#probe-progress').value === 4")
        .await;
    page.click("#probe-stop").await;
    page.until("document.querySelector('#probe-stop').disabled")
        .await;
    go_on.send(()).expect("the server waits");
    page.until_text("#probe-summary", "5 of 16 requests sent; of 5 calls")
        .await;
    page.assert_fits().await;
}

/// A server without CORS, which waits to be told before it responds to the fifth request.
fn pausing_server() -> (SocketAddr, mpsc::Sender<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    let (go_on, told) = mpsc::channel();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().map_while(Result::ok).enumerate() {
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            if number == 4 {
                let _ = told.recv();
            }
            let response = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = (&stream).write_all(response);
        }
    });
    (address, go_on)
}

/// Stops a probe before all requests are sent.
async fn stop_probe(page: &Page) {
    page.click("#probe-stop").await;
    page.until("document.querySelector('#probe-progress').hidden")
        .await;
    let summary = page
        .eval("document.querySelector('#probe-summary').innerText")
        .await;
    let summary = summary.as_str().expect("a text");
    let mut numbers = summary
        .split(' ')
        .filter_map(|word| word.parse::<u32>().ok());
    assert!(numbers.next() < numbers.next(), "{summary}");
}

async fn copy(size: Size) {
    let Some(page) = Page::open(size, &[]).await else {
        return;
    };
    page.show(SITE).await;
    page.click("#tab-copy").await;
    for (form, sign) in [
        ("console", "[\n"),
        ("cli", "\"CORSRules\""),
        ("cli-input", "\"CORSConfiguration\""),
        ("cloudformation", "\"ExposedHeaders\""),
        ("xml", "<CORSConfiguration"),
    ] {
        page.click(&format!("[data-form='{form}']")).await;
        page.until_text("#converted", sign).await;
        page.until_text("#copied", "Copied").await;
        let copied = page.clipboard().await;
        assert_eq!(copied, page.value("#converted").await, "{form}");
        // Any form can be pasted again.
        page.fill("#text", &copied).await;
        page.until("document.querySelectorAll('#matrix tbody tr').length === 2")
            .await;
    }
    page.picture(&name(size, "copy")).await;
    page.assert_fits().await;
}

async fn link(size: Size) {
    let Some(page) = Page::open(size, &[]).await else {
        return;
    };
    page.show(SITE).await;
    page.fill("#try-origin", "https://app.example.com").await;
    page.fill("#try-method", "DELETE").await;
    page.fill("#try-headers", "x-é: ü").await;
    page.fill("#other", "[]").await;
    page.click("#tab-compare").await;
    page.click("#copy-link").await;
    page.until_text("#status", "Copied").await;
    let link = page.clipboard().await;
    let token = page.program.address.split('/').nth(3).expect("a token");
    assert!(!link.contains(token), "{link}");

    let colleague = Page::open(size, &["--link", &link])
        .await
        .expect("a browser");
    colleague
        .until("document.querySelectorAll('#matrix tbody tr').length === 2")
        .await;
    assert_eq!(colleague.value("#text").await, SITE);
    assert_eq!(
        colleague.value("#try-origin").await,
        "https://app.example.com"
    );
    assert_eq!(colleague.value("#try-method").await, "DELETE");
    assert_eq!(colleague.value("#try-headers").await, "x-é: ü");
    assert_eq!(colleague.value("#other").await, "[]");
    assert!(
        colleague
            .holds("!document.querySelector('#panel-compare').hidden")
            .await
    );

    // So does a reload, after a change.
    colleague.fill("#try-method", "PUT").await;
    colleague.until("JSON.parse(atob(location.hash.slice(1).replaceAll('-', '+').replaceAll('_', '/'))).try.method === 'PUT'").await;
    colleague.refresh().await;
    colleague
        .until("document.querySelectorAll('#matrix tbody tr').length === 2")
        .await;
    assert_eq!(colleague.value("#try-method").await, "PUT");
}

async fn file(size: Size) {
    let file = TemporaryFile::new(SITE);
    let Some(page) = Page::open(size, &[file.name()]).await else {
        return;
    };
    page.until_text("#file-name", file.name()).await;
    assert_eq!(page.value("#text").await, SITE);

    // Somebody changes the file, and the page shows it.
    let changed = SITE.replace("\"PUT\"", "\"DELETE\"");
    std::fs::write(file.path(), &changed).expect("a file");
    page.until_text("#text", "DELETE").await;
    page.until("document.querySelector(\"[data-cell='0-DELETE'].good\")")
        .await;

    // Saving asks first, and can be declined.
    let mine = SITE.replace("\"PUT\"", "\"HEAD\"");
    page.fill("#text", &mine).await;
    page.click("#save").await;
    page.until_text("#ask-differences", "lose DELETE").await;
    page.picture(&name(size, "save")).await;
    page.click("#ask-no").await;
    assert_eq!(file.text(), changed);
    page.click("#save").await;
    page.click("#ask-yes").await;
    page.until_text("#status", "Saved to").await;
    assert_eq!(file.text(), mine);

    // Two people change it at the same time: nothing is overwritten.
    page.fill("#text", SITE).await;
    std::fs::write(file.path(), &changed).expect("a file");
    page.until("!document.querySelector('#changed').hidden")
        .await;
    // That an earlier version was saved is nothing to read beside the warning.
    page.until("document.querySelector('#status').textContent === ''")
        .await;
    page.picture(&name(size, "conflict")).await;
    assert_eq!(page.value("#text").await, SITE);
    page.click("#take-theirs").await;
    assert_eq!(page.value("#text").await, changed);
    page.assert_fits().await;
}

async fn app_rules(size: Size) {
    let rules = r#"[{
        "AllowedOrigins": ["https://app.example.com"],
        "AllowedMethods": ["PATCH", "DELETE"],
        "MaxAgeSeconds": 600
    }]
"#;
    let file = TemporaryFile::new(SITE);
    let app = TemporaryFile::new(rules);
    let Some(page) = Page::open(size, &[file.name(), "--app", app.name()]).await else {
        return;
    };
    page.until_text("#file-name", app.name()).await;
    page.until_text("[data-cell='0-PATCH'] [aria-hidden]", "[app 0]")
        .await;
    page.until_text("[data-cell='0-PUT'] [aria-hidden]", "[0]")
        .await;
    page.click("[data-cell='0-PATCH']").await;
    page.until_text("#cell", "the app's CORSRules[0]").await;
    page.picture(&name(size, "app")).await;
    page.assert_fits().await;
    page.click("#try-cell").await;
    page.until_text("#verdict", "Allowed").await;
    page.until_text("#conversation", "allowed by the app's CORSRules[0]: 200")
        .await;
    page.click("#tab-compare").await;
    page.fill("#other", &SITE.replace("\"GET\", \"PUT\"", "\"PUT\""))
        .await;
    page.until_text("#differences", "CORSRules[1] allows it")
        .await;

    // It is followed, too, and what is wrong with it is told.
    std::fs::write(app.path(), rules.replace("PATCH", "TRACE")).expect("a file");
    page.until_text(
        "#findings .error",
        "the app's own rules cannot allow the method \"TRACE\"",
    )
    .await;
    page.until_text("#matrix-empty", "The app's own rules in")
        .await;
    page.until_text("#compare-summary", "The app's own rules in")
        .await;
    page.picture(&name(size, "app-broken")).await;
    page.assert_fits().await;
    std::fs::write(app.path(), rules.replace("PATCH", "HEAD")).expect("a file");
    page.until("document.querySelector(\"[data-cell='0-HEAD'].good\")")
        .await;
}
