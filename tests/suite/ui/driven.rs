//! The page in a browser, driven as a person would.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use conformance::browser::{Browser, Screen};
use fantoccini::Locator;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::program::Program;

/// The two sizes at which everything must work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    Desktop,
    Phone,
}

/// The page, open.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) browser: Browser,
    pub(crate) program: Program,
}

/// How long anything may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

impl Page {
    /// `None` if there is no browser.
    pub(crate) async fn open(size: Size, arguments: &[&str]) -> Option<Self> {
        let screen = match size {
            Size::Desktop => Screen::Desktop,
            Size::Phone => Screen::Phone {
                width: 390,
                height: 844,
            },
        };
        let browser = Browser::start(screen).await?;
        if size == Size::Desktop {
            browser.set_window_size(1280, 960).await.expect("a window");
        }
        let program = Program::start(arguments);
        let page = Self { browser, program };
        page.visit(&page.program.address).await;
        for name in ["clipboard-read", "clipboard-write"] {
            let permission = Permission(name);
            page.browser
                .issue_cmd(permission)
                .await
                .expect("a permission");
        }
        Some(page)
    }

    pub(crate) async fn visit(&self, address: &str) {
        self.browser.goto(address).await.expect("the page");
        self.settled().await;
    }

    pub(crate) async fn refresh(&self) {
        self.browser.refresh().await.expect("the page");
        self.settled().await;
    }

    /// Waits until a file or a link has been read. Before that, what is clicked may still move.
    async fn settled(&self) {
        self.until("window.document.querySelector('#matrix-empty').textContent || window.document.querySelector('#matrix td')")
            .await;
    }

    /// Waits until an expression is true.
    pub(crate) async fn until(&self, expression: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.holds(expression).await {
            if Instant::now() > deadline {
                let body = self.eval("document.body.innerText").await;
                panic!("never {expression}:\n{}", body.as_str().unwrap_or_default());
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// Waits until an element has a text.
    pub(crate) async fn until_text(&self, selector: &str, text: &str) {
        let (selector, text) = (json!(selector), json!(text));
        let elements = format!("[...document.querySelectorAll({selector})]");
        let has = format!("(one) => (one.innerText + (one.value ?? '')).includes({text})");
        self.until(&format!("{elements}.some({has})")).await;
    }

    pub(crate) async fn eval(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        let found = self.browser.execute(&script, Vec::new()).await;
        found.expect("a script")
    }

    pub(crate) async fn holds(&self, expression: &str) -> bool {
        self.eval(&format!("Boolean({expression})")).await == json!(true)
    }

    /// The value of a field.
    pub(crate) async fn value(&self, selector: &str) -> String {
        let value = format!("document.querySelector({}).value", json!(selector));
        let value = self.eval(&value).await;
        value.as_str().unwrap_or_default().to_owned()
    }

    /// With the mouse, or a finger.
    pub(crate) async fn click(&self, selector: &str) {
        // A new matrix replaces its cells.
        let mut last = String::new();
        for _ in 0..20 {
            let found = self
                .browser
                .wait()
                .for_element(Locator::Css(selector))
                .await;
            let element = found.unwrap_or_else(|error| panic!("{selector}: {error}"));
            match element.click().await {
                Ok(()) => return,
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{selector} cannot be clicked: {last}");
    }

    /// Replaces what a field contains.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        let script = "const [selector, text] = arguments;
            const field = document.querySelector(selector);
            field.value = text;
            field.dispatchEvent(new Event('input', { bubbles: true }));";
        let arguments = vec![json!(selector), json!(text)];
        let done = self.browser.execute(script, arguments).await;
        done.expect("a script");
    }

    /// Puts a valid configuration into the editor, and waits for the matrix.
    pub(crate) async fn show(&self, text: &str) {
        self.fill("#text", text).await;
        self.until("document.querySelector('#matrix td')").await;
    }

    /// Copies a text, as from another window.
    pub(crate) async fn copy_elsewhere(&self, text: &str) {
        let script = "const [text, done] = arguments;
            navigator.clipboard.writeText(text).then(() => done('copied'), (error) => done(String(error)));";
        let copied = self.browser.execute_async(script, vec![json!(text)]).await;
        assert_eq!(copied.expect("a script"), json!("copied"));
    }

    pub(crate) async fn clipboard(&self) -> String {
        let script = "const [done] = arguments;
            navigator.clipboard.readText().then(done, (error) => done(String(error)));";
        let text = self.browser.execute_async(script, Vec::new()).await;
        text.expect("a script").as_str().expect("a text").to_owned()
    }

    /// On the keyboard, the keys one after the other.
    pub(crate) async fn press(&self, keys: &[char]) {
        let mut actions = KeyActions::new("keyboard".into());
        for &value in keys {
            actions = actions.then(KeyAction::Down { value });
        }
        for &value in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value });
        }
        self.browser.perform_actions(actions).await.expect("keys");
    }

    pub(crate) async fn write(&self, text: &str) {
        for letter in text.chars() {
            self.press(&[letter]).await;
        }
    }

    /// Presses Tab until an element has the focus.
    pub(crate) async fn tab_to(&self, selector: &str) {
        let expression = format!("document.activeElement.matches({})", json!(selector));
        for _ in 0..150 {
            if self.holds(&expression).await {
                return;
            }
            self.press(&[Key::Tab.into()]).await;
        }
        panic!("Tab never reaches {selector}");
    }

    /// A picture for people, in `target/ui/`.
    pub(crate) async fn picture(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ui");
        std::fs::create_dir_all(&folder).expect("a folder");
        let picture = self.browser.screenshot().await.expect("a picture");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("a file");
    }

    /// Nothing is wider than the window, so that no one has to scroll sideways.
    pub(crate) async fn assert_fits(&self) {
        let widths = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]";
        let widths = self.eval(widths).await;
        assert!(widths[0].as_u64() <= widths[1].as_u64(), "{widths}");
    }
}

/// Allows a page to use the clipboard: [Permissions, "Set Permission"].
///
/// [Permissions, "Set Permission"]: https://www.w3.org/TR/permissions/#set-permission-command
#[derive(Debug)]
struct Permission(&'static str);

impl WebDriverCompatibleCommand for Permission {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!(
            "session/{}/permissions",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        let body = json!({ "descriptor": { "name": self.0 }, "state": "granted" });
        (http::Method::POST, Some(body.to_string()))
    }
}

/// A command of the browser's developer tools, as chromedriver passes them on.
#[derive(Debug)]
pub(crate) struct DevTools(pub(crate) &'static str, pub(crate) Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!(
            "session/{}/goog/cdp/execute",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        let body = json!({ "cmd": self.0, "params": self.1 });
        (http::Method::POST, Some(body.to_string()))
    }
}
