//! The page of two-buckets.

use std::time::Duration;

use conformance::apps::{App, TWO_BUCKETS};
use conformance::browser::{Browser, Screen};
use fantoccini::Locator;
use fantoccini::error::CmdError;
use serde_json::json;

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
    until_said(&app, "version 1, 1 rule").await;
    until_said(&app, "added CORSRules[0]").await;

    // Another origin only, and the page is blocked again, for another reason.
    let other = to_save.1.replace("localhost", "other.example");
    std::fs::write(&file, other.replace("127.0.0.1", "www.example")).expect("a file");
    refresh_until(&browser, "blocked").await;
    let after = shown(&browser, "with-cors").await;
    assert_blocked(&after);
    assert!(after.why.contains("No rule below has"), "{after:?}");
    until_said(&app, "changed CORSRules[0]: AllowedOrigins").await;

    // What is no configuration changes nothing.
    std::fs::write(&file, &to_save.1).expect("a file");
    refresh_until(&browser, "loaded").await;
    std::fs::write(&file, "[{").expect("a file");
    until_said(&app, "still in force: version 3").await;
    refresh_until(&browser, "loaded").await;
    let _ = std::fs::remove_file(file);
}

/// Waits for the app to say something in its terminal.
async fn until_said(app: &App, text: &str) {
    for _ in 0..500 {
        if app.said().contains(text) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never {text:?}: {}", app.said());
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
        assert_eq!(shown.badge, "No response", "{shown:?}");
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
    assert!(bucket.why.contains("the browser hides"), "{bucket:?}");
    assert!(bucket.got.starts_with("TypeError"), "{bucket:?}");
    assert_eq!(bucket.content, "", "{bucket:?}");
}

#[track_caller]
fn assert_loaded(bucket: &Shown) {
    assert_eq!(bucket.state, "loaded", "{bucket:?}");
    assert_eq!(bucket.badge, "Loaded", "{bucket:?}");
    assert!(bucket.outcome.starts_with("Loaded"), "{bucket:?}");
    assert!(bucket.why.contains("the browser passes"), "{bucket:?}");
    assert!(bucket.got.starts_with("200"), "{bucket:?}");
    assert!(
        bucket.content.starts_with("Hello from loading.html."),
        "{bucket:?}"
    );
}
