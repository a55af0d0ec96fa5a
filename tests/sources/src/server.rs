//! A real S3-compatible server.

use std::fs::File;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::client::{OWNER, READ, READER, STRANGER};
use crate::folder::Folder;

/// SeaweedFS, with buckets on disk, until the last who uses it drops it.
#[derive(Debug)]
pub struct Server {
    process: Child,
    address: SocketAddr,
    _folder: Folder,
}

const START_PATIENCE: Duration = Duration::from_secs(90);

impl Server {
    /// The server all tests of this process share, started if it does not run. `None` if it
    /// cannot be installed, such as without a network; the reason is printed.
    ///
    /// # Panics
    ///
    /// If it cannot be installed and `S3_CORS_REQUIRE_SERVER` is `1`, or it does not start.
    #[must_use]
    pub fn shared(directory: &Path) -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());

        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let program = match installed(directory) {
            Ok(program) => program,
            Err(reason) => {
                assert!(
                    std::env::var_os("S3_CORS_REQUIRE_SERVER").is_none_or(|value| value != "1"),
                    "S3_CORS_REQUIRE_SERVER=1, but {reason}"
                );
                eprintln!("skipped: {reason}");
                return None;
            }
        };
        let server = Arc::new(Self::start(&program));
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    /// Where it speaks S3.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    fn start(program: &Path) -> Self {
        // Between finding ports free and using them somebody else may take one.
        let mut attempts = (0..3).filter_map(|_| Self::try_start(program));
        attempts
            .next()
            .unwrap_or_else(|| panic!("{program:?} does not start"))
    }

    fn try_start(program: &Path) -> Option<Self> {
        let folder = Folder::new();
        let config = folder.join("s3.json");
        std::fs::write(&config, identities()).expect("a file");
        let log = File::create(folder.join("log")).expect("a file");
        let ports = free_ports();
        let address = SocketAddr::from(([127, 0, 0, 1], ports[0]));
        let names = [
            "s3.port",
            "s3.port.grpc",
            "master.port",
            "master.port.grpc",
            "volume.port",
            "volume.port.grpc",
            "filer.port",
            "filer.port.grpc",
        ];
        let ports = names.iter().zip(ports);
        let process = Command::new(program)
            .args(["server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"])
            .args(["-filer", "-s3", "-s3.iam=false", "-s3.port.iceberg=0"])
            .args([
                "-s3.port.lance=0",
                "-master.telemetry=false",
                "-volume.max=4",
            ])
            .arg(format!("-dir={}", folder.display()))
            .arg(format!("-s3.config={}", config.display()))
            .args(ports.map(|(name, port)| format!("-{name}={port}")))
            .current_dir(&*folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{program:?}: {error}"));
        let mut server = Self {
            process,
            address,
            _folder: folder,
        };
        let begun = Instant::now();
        while begun.elapsed() < START_PATIENCE {
            if TcpStream::connect(address).is_ok() {
                return Some(server);
            }
            if let Ok(Some(status)) = server.process.try_wait() {
                eprintln!("{program:?} ended with {status}");
                return None;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has no more to do, so that it does not matter whether it was still alive.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn installed(directory: &Path) -> Result<PathBuf, String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/servers/install.sh");
    let output = Command::new("bash").arg(script).arg(directory).output();
    let output = output.map_err(|error| format!("bash cannot run {script}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().into());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "the S3 server cannot be installed ({script}; it takes python3 with venv, and PyPI): {}",
        told.trim()
    ))
}

fn identities() -> String {
    let identity = |(key, secret): (&str, &str), actions: &str| {
        format!(
            r#"{{"name": "{key}", "credentials": [{{"accessKey": "{key}", "secretKey": "{secret}"}}], "actions": [{actions}]}}"#
        )
    };
    let owner = identity(OWNER, r#""Admin", "Read", "Write", "List""#);
    let stranger = identity(STRANGER, r#""Read:elsewhere""#);
    let [one, other] = READ.map(|bucket| format!("\"Read:{bucket}\""));
    let reader = identity(READER, &format!("{one}, {other}"));
    format!(r#"{{"identities": [{owner}, {stranger}, {reader}]}}"#)
}

/// Ports that were free a moment ago, all different.
fn free_ports() -> [u16; 8] {
    let listeners: [TcpListener; 8] =
        std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").expect("a port"));
    listeners.map(|listener| listener.local_addr().expect("an address").port())
}
