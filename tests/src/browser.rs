//! A headless Chromium, driven by chromedriver over WebDriver.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::ops::Deref;
use std::path::PathBuf;
use std::process::{self, Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Once, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// Set to anything but nothing or 0, it makes a missing browser a failure.
const REQUIRED: &str = "S3_CORS_REQUIRE_BROWSER";

/// How long chromedriver may take to start, and to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser with an empty profile of its own. Dereferences to the WebDriver session.
#[derive(Debug)]
pub struct Browser {
    session: Client,
    // Dropped in this order: chromedriver ends, and Chromium with it, then their files go.
    _driver: Driver,
    _folder: Folder,
}

/// What the browser shows its pages on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// A window on a desktop.
    Desktop,
    /// A phone's touch screen, of this many CSS pixels.
    Phone {
        /// From left to right.
        width: u32,
        /// From top to bottom.
        height: u32,
    },
}

impl Browser {
    /// Starts a browser, which ends when this is dropped.
    ///
    /// `None` if Chromium or chromedriver is not installed, and then stderr says that tests were
    /// skipped.
    ///
    /// # Panics
    ///
    /// If they are installed and do not start, or if the environment has
    /// `S3_CORS_REQUIRE_BROWSER=1` and they are not installed.
    pub async fn start(screen: Screen) -> Option<Self> {
        let Some(programs) = Programs::find() else {
            skip();
            return None;
        };
        let folder = Folder::new();
        let driver = Driver::start(&programs, &folder);
        let session = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(&programs, &folder, screen))
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .expect("chromedriver starts Chromium");
        Some(Self {
            session,
            _driver: driver,
            _folder: folder,
        })
    }
}

impl Deref for Browser {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.session
    }
}

/// Whether the environment has `S3_CORS_REQUIRE_BROWSER=1`: then nothing is skipped.
#[must_use]
pub fn is_required() -> bool {
    env::var_os(REQUIRED).is_some_and(|value| !value.is_empty() && value != "0")
}

/// Says so where nobody can miss it: the test harness keeps what `eprintln!` prints, and drops it
/// if the test passes, but lets through what is written to stderr itself.
fn skip() {
    const SKIPPED: &str = "
**********************************************************************************
SKIPPED: no chromium/chromedriver found, the browser tests did not run.
Install both (on Debian: apt-get install chromium chromium-driver), or name the two
programs in the environment variables CHROMIUM and CHROMEDRIVER.
**********************************************************************************
";
    static ONCE: Once = Once::new();

    assert!(
        !is_required(),
        "{REQUIRED} is set, but there is no chromium or no chromedriver on PATH, and no program \
         of CHROMIUM and CHROMEDRIVER"
    );
    ONCE.call_once(|| {
        // Without a stderr there is nobody to tell.
        let _ = io::stderr().write_all(SKIPPED.as_bytes());
    });
}

/// What has to be installed.
struct Programs {
    chromium: PathBuf,
    chromedriver: PathBuf,
}

impl Programs {
    fn find() -> Option<Self> {
        Some(Self {
            chromium: program(
                "CHROMIUM",
                &["chromium", "chromium-browser", "google-chrome"],
            )?,
            chromedriver: program("CHROMEDRIVER", &["chromedriver"])?,
        })
    }
}

/// The program that an environment variable names, or the first of these names on `PATH`.
fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(path) = env::var_os(variable).filter(|path| !path.is_empty()) {
        return Some(path.into());
    }
    let path = env::var_os("PATH")?;
    names
        .iter()
        .flat_map(|name| env::split_paths(&path).map(move |folder| folder.join(name)))
        .map(|program| program.with_extension(env::consts::EXE_EXTENSION))
        .find(|program| program.is_file())
}

/// Where a browser keeps its files: an empty folder, gone with everything in it when this is
/// dropped.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);

        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("s3-cors-browser-{}-{number}", process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        Self(folder)
    }

    fn profile(&self) -> PathBuf {
        self.0.join("profile")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is the temporary folder's to keep.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn capabilities(
    programs: &Programs,
    folder: &Folder,
    screen: Screen,
) -> fantoccini::wd::Capabilities {
    let mut options = json!({
        "binary": programs.chromium,
        "args": [
            "--headless=new",
            // Root, as which containers run, gets no sandbox. The pages are the tests' own.
            "--no-sandbox",
            "--disable-gpu",
            // Containers tend to have a tiny /dev/shm.
            "--disable-dev-shm-usage",
            // No conversation but the tests'.
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            format!("--user-data-dir={}", folder.profile().display()),
        ],
    });
    if let Screen::Phone { width, height } = screen {
        options["mobileEmulation"] = json!({
            "deviceMetrics": { "width": width, "height": height, "pixelRatio": 3.0, "touch": true },
        });
    }
    let capabilities = json!({
        "browserName": "chrome",
        "goog:chromeOptions": options,
        // In milliseconds. Nothing here takes even one second, but for a machine that is busy.
        "timeouts": { "pageLoad": 20_000, "script": 20_000 },
    });
    match capabilities {
        Value::Object(capabilities) => capabilities,
        _ => unreachable!("it is an object"),
    }
}

/// A running chromedriver.
#[derive(Debug)]
struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    fn start(programs: &Programs, folder: &Folder) -> Self {
        let chromedriver = programs.chromedriver.display();
        let mut process = Command::new(&programs.chromedriver)
            .arg("--port=0")
            // Chromium leaves files there.
            .env("TMPDIR", &folder.0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{chromedriver}: {error}"));
        let stdout = process.stdout.take().expect("it is piped");
        // Owns the process from here on, so that it ends whatever happens.
        let mut driver = Self { process, port: 0 };
        let (send, receive) = mpsc::channel();
        thread::spawn(move || {
            // To the end, or else chromedriver could not write any more.
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some(port) = announced_port(&line) {
                    let _ = send.send(port);
                }
            }
        });
        driver.port = receive
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|_| panic!("{chromedriver} does not say that it was started"));
        driver
    }

    /// Killed, chromedriver would leave its Chromium behind. Asked to shut down it ends it first.
    fn shut_down(&mut self) -> io::Result<()> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let host = format!("127.0.0.1:{}", self.port);
        write!(
            stream,
            "GET /shutdown HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )?;
        stream.read_to_end(&mut Vec::new())?;
        let deadline = Instant::now() + PATIENCE;
        while self.process.try_wait()?.is_none() {
            if Instant::now() > deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if self.shut_down().is_err() {
            // Nothing more can be done, and a panic here could hide the test's own.
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}

/// The port in `ChromeDriver was started successfully on port 9515.`
fn announced_port(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("was started successfully on port ")?;
    port.trim_end().trim_end_matches('.').parse().ok()
}
