//! Probes that run while the page watches.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use s3_cors_analysis::matrix::Matrix;
use serde::Serialize;
use serde_json::Value;

use super::conversation::value;
use crate::app;
use crate::args::{Format, Probe};
use crate::input::Input;
use crate::probe::{self, Progress};

/// The probe that runs, or ran last.
#[derive(Debug, Default)]
pub(super) struct Probes {
    current: Mutex<Option<Arc<Job>>>,
    count: AtomicU64,
}

#[derive(Debug)]
struct Job {
    id: u64,
    planned: AtomicUsize,
    sent: AtomicUsize,
    stopped: AtomicBool,
    done: OnceLock<Done>,
}

#[derive(Debug, Clone, Serialize)]
struct Done {
    /// The document that `probe` prints.
    report: Value,
    /// Where the requests belong in the matrix; nowhere for a probe without configuration.
    cells: Vec<ProbedCell>,
}

/// The requests of a cell of the matrix.
#[derive(Debug, Clone, Serialize)]
struct ProbedCell {
    row: usize,
    method: String,
    sent: usize,
    differing: usize,
}

/// How far a probe is.
#[derive(Debug, Serialize)]
pub(super) struct State {
    id: u64,
    planned: usize,
    sent: usize,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    done: Option<Done>,
}

impl Progress for Job {
    fn start(&self, requests: usize) {
        self.planned.store(requests, Ordering::Relaxed);
    }

    fn step(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

impl Job {
    fn state(&self) -> State {
        State {
            id: self.id,
            planned: self.planned.load(Ordering::Relaxed),
            sent: self.sent.load(Ordering::Relaxed),
            done: self.done.get().cloned(),
        }
    }
}

impl Probes {
    /// Starts a probe, of a page if one is given, and stops the one that still runs.
    pub(super) fn start(&self, args: Probe, input: Input, app: Option<PathBuf>) -> State {
        let job = Arc::new(Job {
            id: self.count.fetch_add(1, Ordering::Relaxed),
            planned: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            done: OnceLock::new(),
        });
        let before = self.lock().replace(Arc::clone(&job));
        if let Some(before) = before {
            before.stopped.store(true, Ordering::Relaxed);
        }
        let state = job.state();
        thread::spawn(move || {
            let done = match &args.origin {
                Some(page) => Done {
                    report: value(&probe::report_of_page(&args, page, &*job, Format::Json)),
                    cells: Vec::new(),
                },
                None => {
                    let probed = input.clone();
                    let report = value(&probe::report(&args, || probed, &*job, Format::Json));
                    let cells = cells(&input, app.as_deref(), &report);
                    Done { report, cells }
                }
            };
            let _ = job.done.set(done);
        });
        state
    }

    pub(super) fn state(&self, id: u64) -> Option<State> {
        let current = self.lock();
        current
            .as_ref()
            .filter(|job| job.id == id)
            .map(|job| job.state())
    }

    pub(super) fn stop(&self, id: u64) -> Option<State> {
        let current = self.lock();
        let job = current.as_ref().filter(|job| job.id == id)?;
        job.stopped.store(true, Ordering::Relaxed);
        Some(job.state())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<Job>>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts the requests of a report by origin and method.
fn cells(input: &Input, app: Option<&Path>, report: &Value) -> Vec<ProbedCell> {
    let app = app::rules("show", app, Format::Json);
    let rules = input.configuration().ok().zip(app.ok());
    let matrix = rules.and_then(|(bucket, app)| Matrix::with_app_rules(&bucket, &app).ok());
    let Some(matrix) = matrix else {
        return Vec::new();
    };
    let mut cells: BTreeMap<(usize, String), (usize, usize)> = BTreeMap::new();
    let requests = report.get("requests").and_then(Value::as_array);
    for request in requests.into_iter().flatten() {
        let header = |name: &str| {
            let mut lines = request.get("headers")?.as_array()?.iter();
            let line = lines.find(|line| {
                let sent = line.get(0).and_then(Value::as_str);
                sent.is_some_and(|sent| sent.eq_ignore_ascii_case(name))
            })?;
            line.get(1)?.as_str()
        };
        let own = request.get("method").and_then(Value::as_str);
        let Some(origin) = header("origin") else {
            continue;
        };
        let Some(method) = header("access-control-request-method").or(own) else {
            continue;
        };
        let Some(row) = matrix.row_of(origin.as_bytes()) else {
            continue;
        };
        let (sent, differing) = cells.entry((row, method.to_owned())).or_default();
        *sent += 1;
        let differs = request.pointer("/responses/0/differs");
        *differing += usize::from(differs == Some(&Value::Bool(true)));
    }
    let cells = cells.into_iter();
    cells
        .map(|((row, method), (sent, differing))| ProbedCell {
            row,
            method,
            sent,
            differing,
        })
        .collect()
}
