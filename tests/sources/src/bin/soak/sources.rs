//! A file and a bucket that change, break, vanish and come back.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use conformance::apps::{ACTIX_BUCKET, AXUM_RELOAD, App};
use conformance::health;
use conformance_sources::client::READER;
use conformance_sources::fake::{Fake, Response};
use conformance_sources::folder::Folder;
use conformance_sources::proxy::{Fault, Proxy};
use s3_cors::Dialect;

use crate::versions::Versions;

/// A bucket that has failed for long is asked again within five minutes.
const PATIENCE: Duration = Duration::from_secs(400);

/// An app that follows a file.
pub(crate) struct File {
    pub(crate) app: App,
    pub(crate) versions: Versions,
    pub(crate) changes: usize,
    path: PathBuf,
    _folder: Folder,
}

impl File {
    pub(crate) fn start() -> Self {
        let (folder, versions) = (Folder::new(), Versions::default());
        let path = folder.join("cors.json");
        let (_, rules) = versions.next();
        std::fs::write(&path, rules.to_text(Dialect::Console)).expect("a file");
        let app = App::start_with(AXUM_RELOAD, |command| {
            command
                .arg("--cors")
                .arg(&path)
                .args(["--listen", "127.0.0.1:0"]);
        });
        Self {
            app,
            versions,
            changes: 0,
            path,
            _folder: folder,
        }
    }

    pub(crate) fn disturb(&mut self) {
        self.changes += 1;
        match fastrand::u8(0..6) {
            0 | 1 => self.replace(),
            2 | 3 => {
                let (_, rules) = self.versions.next();
                std::fs::write(&self.path, rules.to_text(Dialect::Xml)).expect("a file");
            }
            4 => std::fs::write(&self.path, "[{\"AllowedOrigins\": ").expect("a file"),
            // It may have vanished before.
            _ => drop(std::fs::remove_file(&self.path)),
        }
    }

    /// Waits until the app has the latest version from a file without errors.
    pub(crate) async fn calm(&mut self) {
        self.replace();
        calmed(&self.app, self.versions.latest()).await;
    }

    fn replace(&self) {
        let (_, rules) = self.versions.next();
        let new = self.path.with_extension("new");
        std::fs::write(&new, rules.to_text(Dialect::Console)).expect("a file");
        std::fs::rename(new, &self.path).expect("the same folder");
    }
}

/// An app that follows a bucket behind a faulty proxy.
pub(crate) struct Bucket {
    pub(crate) app: App,
    pub(crate) versions: Versions,
    pub(crate) changes: usize,
    server: Fake,
    proxy: Proxy,
}

impl Bucket {
    pub(crate) async fn start() -> Self {
        let versions = Versions::default();
        let server = Fake::new(Self::rules(&versions)).await;
        let proxy = Proxy::to(server.address()).await;
        let (key, secret) = READER;
        let app = App::start_with(ACTIX_BUCKET, |command| {
            command
                .args(["--bucket", "soaked", "--interval", "1"])
                .args(["--listen", "127.0.0.1:0"])
                .env("AWS_ENDPOINT_URL", format!("http://{}", proxy.address()))
                .env("AWS_REGION", "us-east-1")
                .env("AWS_ACCESS_KEY_ID", key)
                .env("AWS_SECRET_ACCESS_KEY", secret)
                .env("AWS_EC2_METADATA_DISABLED", "true")
                .env("NO_COLOR", "1");
        });
        health::until_version(&app, 1);
        Self {
            app,
            versions,
            changes: 0,
            server,
            proxy,
        }
    }

    /// Requests that have reached the server.
    pub(crate) fn requests(&self) -> usize {
        self.server.requests()
    }

    pub(crate) async fn disturb(&mut self) {
        self.changes += 1;
        self.server.set(match fastrand::u8(0..8) {
            0 => Response::error(
                404,
                "NoSuchCORSConfiguration",
                "The CORS configuration does not exist",
            ),
            1 => Response::error(503, "SlowDown", "Please reduce your request rate."),
            2 => Response::xml(200, "<CORSConfiguration><CORSRule>"),
            _ => Self::rules(&self.versions),
        });
        let fault = match fastrand::u8(0..16) {
            0 => Fault::Refused,
            1 => Fault::Silent,
            2 => Fault::SlowFirstByte(Duration::from_millis(50)),
            3 => Fault::ServerError,
            4 => Fault::Truncated,
            5 => Fault::CutOff,
            _ => Fault::None,
        };
        self.proxy.set(fault).await;
    }

    /// Waits until the app has the latest version from a bucket without faults.
    pub(crate) async fn calm(&mut self) {
        self.proxy.set(Fault::None).await;
        self.server.set(Self::rules(&self.versions));
        calmed(&self.app, self.versions.latest()).await;
    }

    fn rules(versions: &Versions) -> Response {
        let (_, rules) = versions.next();
        Response::xml(200, rules.to_text(Dialect::Xml))
    }
}

/// Waits until an app has rules, no failure, and responds with a version.
async fn calmed(app: &App, version: u64) {
    let begun = Instant::now();
    loop {
        let health = health::ask(app);
        let origin = ("Origin", crate::versions::ORIGIN.as_bytes());
        let asked = conformance::raw_http::request("GET", "/", [origin]);
        let response = conformance::raw_http::exchange(app.address(), &asked);
        let response = response.expect("a response");
        let age = response.header("access-control-max-age");
        if health["failing"] == false && age == Some(&version.to_string()[..]) {
            return;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "not well with version {version}: {health:#}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
