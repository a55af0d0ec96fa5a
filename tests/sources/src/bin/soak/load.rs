//! Many connections, each of which sends one request after the other.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use conformance::raw_http::{Connection, request};

use crate::versions::{ORIGIN, Versions};

/// Requests on a connection before it is closed and another one opened.
const REQUESTS: usize = 200;

/// Between two requests of a connection, so that there is time for something else.
const PAUSE: Duration = Duration::from_millis(100);

/// What the responses were.
#[derive(Debug, Default, Clone)]
pub(crate) struct Told {
    pub(crate) responses: usize,
    pub(crate) connections: usize,
    /// How many versions were seen.
    pub(crate) versions: usize,
    pub(crate) wrong: Vec<String>,
}

#[derive(Debug, Default)]
struct Shared {
    going: AtomicBool,
    /// Connections that stand.
    open: AtomicUsize,
    connections: AtomicUsize,
    responses: AtomicUsize,
    versions: Mutex<BTreeSet<u64>>,
    wrong: Mutex<Vec<String>>,
}

/// The load on an app. Its threads end with the program.
#[derive(Debug)]
pub(crate) struct Load(Arc<Shared>);

impl Load {
    pub(crate) fn start(app: SocketAddr, connections: usize, versions: &Versions) -> Self {
        let shared = Arc::new(Shared::default());
        for _ in 0..connections {
            let (shared, versions) = (Arc::clone(&shared), versions.clone());
            thread::spawn(move || {
                loop {
                    if !shared.going.load(Ordering::SeqCst) {
                        thread::sleep(PAUSE);
                        continue;
                    }
                    shared.open.fetch_add(1, Ordering::SeqCst);
                    let ended = shared.converse(app, &versions);
                    shared.open.fetch_sub(1, Ordering::SeqCst);
                    if let Err(error) = ended {
                        shared.tell(format!("no response: {error}"));
                        thread::sleep(PAUSE);
                    }
                }
            });
        }
        Self(shared)
    }

    pub(crate) fn go(&self) {
        self.0.going.store(true, Ordering::SeqCst);
    }

    /// Returns when no connection stands.
    pub(crate) fn stop(&self) {
        self.0.going.store(false, Ordering::SeqCst);
        while self.0.open.load(Ordering::SeqCst) > 0 {
            thread::sleep(PAUSE);
        }
    }

    pub(crate) fn told(&self) -> Told {
        Told {
            responses: self.0.responses.load(Ordering::SeqCst),
            connections: self.0.connections.load(Ordering::SeqCst),
            versions: self.0.versions.lock().expect("no panic").len(),
            wrong: self.0.wrong.lock().expect("no panic").clone(),
        }
    }
}

impl Shared {
    fn converse(&self, app: SocketAddr, versions: &Versions) -> io::Result<()> {
        let origin = ("Origin", ORIGIN.as_bytes());
        let requests = [
            request("GET", "/photo.jpg", [origin]),
            request(
                "OPTIONS",
                "/photo.jpg",
                [origin, ("Access-Control-Request-Method", b"PUT")],
            ),
            request("PUT", "/photo.jpg", [origin]),
        ];
        let mut connection = Connection::open(app)?;
        self.connections.fetch_add(1, Ordering::SeqCst);
        let mut seen = 0;
        for request in requests.iter().cycle().take(REQUESTS) {
            if !self.going.load(Ordering::SeqCst) {
                break;
            }
            let response = connection.exchange(request)?;
            self.responses.fetch_add(1, Ordering::SeqCst);
            match versions.of(&response) {
                Ok(Some(version)) if version < seen => {
                    self.tell(format!("version {version} after {seen}"));
                }
                Ok(Some(version)) => {
                    if version > seen {
                        self.versions.lock().expect("no panic").insert(version);
                    }
                    seen = version;
                }
                Ok(None) => {}
                Err(wrong) => self.tell(wrong),
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn tell(&self, wrong: String) {
        self.wrong.lock().expect("no panic").push(wrong);
    }
}
