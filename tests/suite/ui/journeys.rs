//! From a broken file to a working one.

use fantoccini::key::Key;

use crate::driven::{Page, Size};

/// The origin ends with a slash, so its page is blocked.
const BROKEN: &str = r#"[
    {
        "AllowedOrigins": ["https://app.example.com/"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["content-type"],
        "MaxAgeSeconds": 3000
    }
]
"#;

#[tokio::test]
async fn a_broken_file_is_repaired_with_nothing_but_the_mouse() {
    let Some(page) = Page::open(Size::Desktop, &[]).await else {
        return;
    };
    page.copy_elsewhere(BROKEN).await;
    page.click("#paste").await;
    page.until_text("#findings .error", "ends with a slash")
        .await;
    page.click("[data-cell='0-PUT']").await;
    page.click("#try-cell").await;
    page.until_text("#verdict", "Blocked").await;
    page.until_text("#advice", "add \"https://app.example.com\"")
        .await;
    // The README shows it.
    page.browser
        .set_window_size(1280, 1560)
        .await
        .expect("a window");
    page.eval("scrollTo(0, 0)").await;
    page.picture("readme").await;
    page.click("#apply").await;
    page.until_text("#verdict", "Allowed: the script can read the response")
        .await;
    assert_repaired(&page).await;
    page.click("#tab-copy").await;
    page.click("[data-form='console']").await;
    page.until_text("#copied", "Copied").await;
    assert_eq!(page.clipboard().await, page.value("#converted").await);
}

#[tokio::test]
async fn a_broken_file_is_repaired_with_nothing_but_the_keyboard() {
    let Some(page) = Page::open(Size::Desktop, &[]).await else {
        return;
    };
    page.copy_elsewhere(BROKEN).await;
    page.tab_to("#text").await;
    page.press(&[Key::Control.into(), 'v']).await;
    page.until_text("#findings .error", "ends with a slash")
        .await;
    page.tab_to("[data-cell='0-PUT']").await;
    page.press(&[Key::Enter.into()]).await;
    page.until("!document.querySelector('#cell').hidden").await;
    page.tab_to("#try-cell").await;
    page.press(&[Key::Enter.into()]).await;
    page.until_text("#verdict", "Blocked").await;
    page.tab_to("#try-headers").await;
    page.write("content-type: image/png").await;
    page.until_text(
        "#conversation",
        "access-control-request-headers: content-type",
    )
    .await;
    page.until_text("#advice", "add \"https://app.example.com\"")
        .await;
    page.tab_to("#apply").await;
    page.press(&[' ']).await;
    page.until_text("#verdict", "Allowed: the script can read the response")
        .await;
    assert_repaired(&page).await;
    page.tab_to("#tab-try").await;
    for _ in 0..3 {
        page.press(&[Key::Right.into()]).await;
    }
    page.tab_to("[data-form='console']").await;
    page.press(&[Key::Enter.into()]).await;
    page.until_text("#copied", "Copied").await;
    assert_eq!(page.clipboard().await, page.value("#converted").await);
}

/// The text in the editor does what was wanted, says the engine.
async fn assert_repaired(page: &Page) {
    use s3_cors::{CorsPolicy, Decision, RequestParts};

    let policy = CorsPolicy::from_text(&page.value("#text").await).expect("a configuration");
    let headers: &[(&str, &[u8])] = &[
        ("Origin", b"https://app.example.com"),
        ("Access-Control-Request-Method", b"PUT"),
        ("Access-Control-Request-Headers", b"content-type"),
    ];
    let request = RequestParts::new("OPTIONS", headers);
    let decision = policy.decide(&request);
    assert!(matches!(decision, Decision::Preflight(_)), "{decision:?}");
}
