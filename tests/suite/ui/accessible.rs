//! The page for people who use a screen reader, checked with axe-core, which npm installs below
//! `target/`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use conformance::browser;
use serde_json::{Value, json};

use crate::driven::{Page, Size};
use crate::program::TemporaryFile;

const VERSION: &str = "4.14.1";

/// Some of everything: findings of each severity, both kinds of cells.
const MIXED: &str = r#"[
    {
        "AllowedOrigins": ["https://app.example.com/", "http://localhost:*"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["content-type"]
    }
]
"#;

#[tokio::test]
async fn axe_finds_nothing_on_a_desktop_in_light_and_dark() {
    check(Size::Desktop).await;
}

#[tokio::test]
async fn axe_finds_nothing_on_a_phone_in_light_and_dark() {
    check(Size::Phone).await;
}

async fn check(size: Size) {
    let file = TemporaryFile::new(MIXED);
    let Some(page) = Page::open(size, &[file.name()]).await else {
        return;
    };
    let Some(axe) = axe() else {
        return;
    };
    for scheme in ["light", "dark"] {
        page.prefer(scheme).await;
        let dark = page
            .holds("matchMedia('(prefers-color-scheme: dark)').matches")
            .await;
        assert_eq!(dark, scheme == "dark");
        page.click("[data-cell='0-PUT']").await;
        page.until("!document.querySelector('#cell').hidden").await;
        page.click("#try-cell").await;
        page.until_text("#verdict", "Blocked").await;
        page.assert_accessible(axe, &format!("{scheme}, blocked"))
            .await;
        page.picture(&format!("{scheme}-{size:?}").to_lowercase())
            .await;
        page.fill("#try-origin", "http://localhost:3000").await;
        page.until_text("#verdict", "Allowed").await;
        page.assert_accessible(axe, &format!("{scheme}, allowed"))
            .await;
        page.click("#tab-compare").await;
        page.fill("#other", &MIXED.replace("PUT", "DELETE")).await;
        page.until("document.querySelectorAll('#differences li').length >= 2")
            .await;
        page.assert_accessible(axe, &format!("{scheme}, compared"))
            .await;
        page.click("#tab-probe").await;
        page.fill("#probe-url", &page.program.address).await;
        page.click("#probe-start").await;
        page.until("document.querySelector('#probed li')").await;
        page.assert_accessible(axe, &format!("{scheme}, probed"))
            .await;
        page.fill("#probe-origin", "https://app.example.com").await;
        page.click("#probe-page-start").await;
        page.until("document.querySelectorAll('#calls li').length > 5")
            .await;
        page.assert_accessible(axe, &format!("{scheme}, probed for a page"))
            .await;
        page.click("#tab-copy").await;
        page.click("[data-form='xml']").await;
        page.until_text("#copied", "Copied").await;
        page.assert_accessible(axe, &format!("{scheme}, copied"))
            .await;
        page.fill("#text", &MIXED.replace("PUT", "HEAD")).await;
        page.click("#save").await;
        page.until("document.querySelector('#ask').open").await;
        page.assert_accessible(axe, &format!("{scheme}, asked"))
            .await;
        page.click("#ask-no").await;
        page.fill("#text", "").await;
        page.until_text("#matrix-empty", "Paste a configuration")
            .await;
        page.assert_accessible(axe, &format!("{scheme}, empty"))
            .await;
        page.fill("#text", MIXED).await;
        page.until("document.querySelector('#matrix td')").await;
        page.click("[data-cell='0-PUT']").await;
        page.click("#tab-try").await;
    }
}

impl Page {
    async fn prefer(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        let command = crate::driven::DevTools(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        );
        self.browser.issue_cmd(command).await.expect("a command");
    }

    async fn assert_accessible(&self, axe: &str, when: &str) {
        let script = format!(
            "const done = arguments[0]; {axe};
            axe.run(document, {{ resultTypes: ['violations'] }}).then(
                (found) => done(found.violations.map((one) => [one.id, one.help, one.nodes.map((node) => node.html + ' ' + node.failureSummary)])),
                (error) => done(String(error)));"
        );
        let found = self.browser.execute_async(&script, Vec::new()).await;
        let found: Value = found.expect("a script");
        assert_eq!(found, json!([]), "{when}: {found:#}");
    }
}

/// The source of axe-core.
fn axe() -> Option<&'static str> {
    static SOURCE: OnceLock<Option<String>> = OnceLock::new();
    let source = SOURCE.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("axe-{VERSION}"));
        let script = folder.join("node_modules/axe-core/axe.min.js");
        if !script.is_file() {
            install(&folder)?;
        }
        Some(std::fs::read_to_string(&script).expect("axe-core"))
    });
    source.as_deref()
}

/// `None` if there is no npm, unless the environment requires a browser.
fn install(folder: &Path) -> Option<()> {
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::write(folder.join("package.json"), "{}").expect("a file");
    let status = Command::new("npm")
        .args(["install", "--silent", "--no-audit", "--no-fund"])
        .arg("--ignore-scripts")
        .arg(format!("axe-core@{VERSION}"))
        .current_dir(folder)
        .status();
    match status {
        Ok(status) => assert!(status.success(), "npm: {status}"),
        Err(error) => {
            assert!(!browser::is_required(), "npm: {error}");
            let _ = std::io::stderr().write_all(b"\nSKIPPED: no npm to install axe-core with.\n");
            return None;
        }
    }
    Some(())
}
