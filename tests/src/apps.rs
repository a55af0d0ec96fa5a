//! The example apps as processes of their own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use serde_json::Value;

/// An example app, running until it is dropped.
#[derive(Debug)]
pub struct App {
    process: Child,
    address: SocketAddr,
    cors_file: Option<PathBuf>,
    said: Arc<Mutex<String>>,
    logged: Arc<Mutex<String>>,
}

/// The packages of the example apps.
pub const NAMES: [&str; 2] = ["axum-app", "actix-app"];

/// The package of the one without a framework.
pub const HYPER_APP: &str = "hyper-app";

/// The package of the one that speaks gRPC-Web.
pub const TONIC_APP: &str = "tonic-app";

/// The package of the one that counts decisions.
pub const AXUM_METRICS: &str = "axum-metrics";

/// The package of the one that is for people with a browser, and has a command line of its own.
pub const TWO_BUCKETS: &str = "two-buckets";

/// The package of the one whose rules follow a file.
pub const AXUM_RELOAD: &str = "axum-reload";

/// The package of the one whose rules follow a bucket.
pub const ACTIX_BUCKET: &str = "actix-bucket";

/// The package of the Lambda function.
pub const LAMBDA_APP: &str = "lambda-app";

/// The command-line tool.
const TOOL: &str = "s3-cors";

/// The executable with a name: that of an app, or of the command-line tool.
///
/// # Panics
///
/// If it cannot be built.
#[must_use]
pub fn executable(name: &str) -> &'static Path {
    static EXECUTABLES: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    &EXECUTABLES.get_or_init(build)[name]
}

impl App {
    /// Starts an app with a configuration, or as a bucket without one, except two-buckets, which
    /// has one of its own.
    ///
    /// # Panics
    ///
    /// If it cannot be built or does not start.
    #[must_use]
    #[track_caller]
    pub fn start(name: &str, cors: Option<&Value>) -> Self {
        Self::start_with_arguments(name, cors, &[])
    }

    /// Starts an app with more on its command line.
    ///
    /// # Panics
    ///
    /// If it cannot be built or does not start.
    #[must_use]
    #[track_caller]
    pub fn start_with_arguments(name: &str, cors: Option<&Value>, arguments: &[&str]) -> Self {
        let cors_file = cors.map(write_to_file);
        let mut command = Command::new(executable(name));
        command.args(match name {
            TWO_BUCKETS => ["--port", "0"],
            _ => ["--listen", "127.0.0.1:0"],
        });
        if let Some(file) = &cors_file {
            command.arg("--cors").arg(file);
        }
        command.args(arguments);
        Self::launch(name, command, cors_file)
    }

    /// Starts two-buckets with a file that need not be there yet.
    ///
    /// # Panics
    ///
    /// If it cannot be built or does not start.
    #[must_use]
    #[track_caller]
    pub fn start_walkthrough(file: &Path) -> Self {
        Self::start_with(TWO_BUCKETS, |command| {
            command.args(["--port", "0", "--walkthrough"]).arg(file);
        })
    }

    /// Starts an app with a command line and an environment of the caller's own.
    ///
    /// # Panics
    ///
    /// If it cannot be built or does not start.
    #[must_use]
    #[track_caller]
    pub fn start_with(name: &str, prepare: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(executable(name));
        prepare(&mut command);
        Self::launch(name, command, None)
    }

    #[track_caller]
    fn launch(name: &str, mut command: Command, cors_file: Option<PathBuf>) -> Self {
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let stderr = lines_of(process.stderr.take().expect("it is piped"));
        let logged = kept(&[], stderr.inspect(|line| eprintln!("{line}")));
        let mut lines = lines_of(process.stdout.take().expect("it is piped"));
        let mut before = Vec::new();
        let address = lines.find_map(|line| {
            let address = announced_address(&line);
            before.push(line);
            address
        });
        let Some(address) = address else {
            let ended = process.kill().and_then(|()| process.wait());
            panic!("{name} says {before:?}, {cors_file:?}: {ended:?}");
        };
        Self {
            process,
            address,
            cors_file,
            said: kept(&before, lines),
            logged,
        }
    }

    /// What it has written to standard output by now.
    ///
    /// # Panics
    ///
    /// If a thread panicked while reading.
    #[must_use]
    pub fn said(&self) -> String {
        self.said.lock().expect("no panic").clone()
    }

    /// What it has written to standard error by now.
    ///
    /// # Panics
    ///
    /// If a thread panicked while reading.
    #[must_use]
    pub fn logged(&self) -> String {
        self.logged.lock().expect("no panic").clone()
    }

    /// Has an app refuse a configuration: the code it exits with, and what it says.
    ///
    /// # Panics
    ///
    /// If it cannot be built or started at all.
    #[must_use]
    pub fn refuse_to_start(name: &str, cors: &Value) -> (Option<i32>, String) {
        let cors_file = write_to_file(cors);
        let mut command = Command::new(executable(name));
        command
            .arg("--cors")
            .arg(&cors_file)
            .args(["--listen", "127.0.0.1:0"]);
        let output = command.output().expect("an executable");
        // It may be gone already.
        let _ = std::fs::remove_file(cors_file);
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }

    /// The file it has its configuration from.
    #[must_use]
    pub fn cors_file(&self) -> Option<&Path> {
        self.cors_file.as_deref()
    }

    /// The id of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // Neither failure would tell anything about the app.
        let _ = self.process.kill().and_then(|()| self.process.wait());
        if let Some(file) = &self.cors_file {
            let _ = std::fs::remove_file(file);
        }
    }
}

fn lines_of(output: impl Read) -> impl Iterator<Item = String> {
    BufReader::new(output).lines().map_while(Result::ok)
}

/// Lines, with those that are still to come. A thread reads them to the end, or else the app could
/// not write any more.
fn kept(
    before: &[String],
    lines: impl Iterator<Item = String> + Send + 'static,
) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(before.join("\n")));
    let growing = Arc::clone(&text);
    thread::spawn(move || {
        for line in lines {
            let mut text = growing.lock().expect("no panic");
            text.push('\n');
            text.push_str(&line);
        }
    });
    text
}

/// The address in the line that says that an app is ready.
fn announced_address(line: &str) -> Option<SocketAddr> {
    let address = line.strip_prefix("listening on http://")?;
    let address = address.trim_end_matches('/');
    address.replace("localhost", "127.0.0.1").parse().ok()
}

fn write_to_file(config: &Value) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("s3-cors-{}-{count}.json", std::process::id());
    let file = std::env::temp_dir().join(name);
    std::fs::write(&file, config.to_string()).expect("the directory for temporary files");
    file
}

/// Builds the apps and the tool, by name. Cargo says itself where it puts their executables.
fn build() -> BTreeMap<String, PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--message-format=json-render-diagnostics"]);
    // With `--examples`, of which there are none, their dependencies have the features that they
    // have for `cargo test --workspace`, which has compiled them by now.
    command.args(["--workspace", "--examples"]);
    // What cargo sets for this test: it would have ring built again, and all that depends on it.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_MANIFEST_") || name.starts_with("CARGO_PKG_") {
            command.env_remove(&*name);
        }
    }
    let [axum, actix] = NAMES;
    for name in [
        axum,
        actix,
        HYPER_APP,
        TONIC_APP,
        AXUM_METRICS,
        AXUM_RELOAD,
        ACTIX_BUCKET,
        LAMBDA_APP,
        TWO_BUCKETS,
        TOOL,
    ] {
        command.args(["--bin", name]);
    }
    let output = command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo");
    assert!(output.status.success(), "cargo build: {}", output.status);
    let mut executables = BTreeMap::new();
    for message in output.stdout.lines().map_while(Result::ok) {
        let message: Value = serde_json::from_str(&message).unwrap_or_default();
        let name = message["target"]["name"].as_str();
        if let (Some(name), Some(path)) = (name, message["executable"].as_str()) {
            executables.insert(name.to_owned(), path.into());
        }
    }
    executables
}
