//! Runs the programs that are measured.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use s3_cors_bench::subjects::configuration::Step;
use s3_cors_bench::{Case, Group, Kind};

use crate::figures::Figures;
use crate::{PACKAGE, Result};

/// The programs of this package, built without the features that other packages would add, by
/// their target directory.
pub(crate) struct Programs(PathBuf);

impl Programs {
    /// Builds them.
    pub(crate) fn build() -> Result<Self> {
        // They belong beside this one, unless it was built in another profile.
        let this = std::env::current_exe()?;
        let target = this.ancestors().nth(2).ok_or("no target directory")?;
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--release", "--bins"])
            .args(["--package", env!("CARGO_PKG_NAME"), "--target-dir"])
            .arg(target)
            .current_dir(PACKAGE)
            .status()?;
        if !built.success() {
            return Err("the programs cannot be built".into());
        }
        Ok(Self(target.to_owned()))
    }

    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.0.join("release").join(program)
    }

    pub(crate) fn target(&self) -> &Path {
        &self.0
    }

    /// Counts the instructions of all kinds in some cases.
    pub(crate) fn count(&self, cases: &[Case], figures: &mut Figures) -> Result<()> {
        let mut runs = Vec::new();
        for group in Group::ALL {
            for case in cases {
                let kinds = Kind::ALL.into_iter().filter(|kind| kind.suits(case));
                runs.extend(kinds.map(|kind| (group, case, kind)));
            }
        }
        self.count_runs(&runs, figures)
    }

    /// Counts the instructions of some runs, as many at once as there are processors.
    pub(crate) fn count_runs(
        &self,
        runs: &[(Group, &Case, Kind)],
        figures: &mut Figures,
    ) -> Result<()> {
        let next = AtomicUsize::new(0);
        let figures = Mutex::new(figures);
        let failure = Mutex::new(None);
        let work = || {
            while let Some(&(group, case, kind)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                let counted = instructions(&self.path("count"), group, case, kind);
                match counted {
                    Ok(count) => {
                        let mut figures = figures.lock().expect("no thread panics");
                        figures.cost_mut(group, case.id, kind).instructions = count;
                    }
                    Err(error) => {
                        let text = format!("{} {} {}: {error}", group.name(), kind.name(), case.id);
                        *failure.lock().expect("no thread panics") = Some(text);
                        return;
                    }
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(work);
            }
        });
        match failure.into_inner().expect("no thread panics") {
            Some(text) => Err(text.into()),
            None => Ok(()),
        }
    }

    /// Counts the allocations of all kinds in all cases.
    pub(crate) fn count_allocations(&self, figures: &mut Figures) -> Result<()> {
        let output = Command::new(self.path("allocations")).output()?;
        if !output.status.success() {
            return Err("allocations failed".into());
        }
        for line in String::from_utf8(output.stdout)?.lines() {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let [group, kind, case, count] = fields[..] else {
                continue;
            };
            let (Some(group), Some(kind)) = (Group::by_name(group), Kind::by_name(kind)) else {
                continue;
            };
            figures.cost_mut(group, case, kind).allocations = count.parse()?;
        }
        Ok(())
    }
}

/// The instructions of a call.
fn instructions(program: &Path, group: Group, case: &Case, kind: Kind) -> Result<i64> {
    let long = (case.request)().bytes_asked_for() > 100 * 1024;
    let calls = if long { 2 } else { 200 };
    collected(program, &[group.name(), kind.name(), case.id], calls)
}

/// Callgrind counts only while `counted_call` runs, so that neither the policy's nor the requests'
/// making is in it.
fn collected(program: &Path, what: &[&str], calls: i64) -> Result<i64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*counted_call*"])
        .arg("--callgrind-out-file=/dev/null")
        .arg(program)
        .args(what)
        .arg(calls.to_string())
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let total = text
        .lines()
        .find_map(|line| line.split_once("Collected : "))
        .ok_or_else(|| text.to_string())?;
    match total.1.trim().parse::<i64>()? {
        0 => Err(format!("nothing counted: {text}").into()),
        total => Ok(total / calls),
    }
}

/// What a configuration costs.
pub(crate) struct Loading {
    pub(crate) name: String,
    pub(crate) text_bytes: i64,
    pub(crate) policy_bytes: i64,
    pub(crate) load: i64,
    pub(crate) compile: i64,
    pub(crate) lint: i64,
}

impl Programs {
    /// Counts the instructions to lint a configuration.
    pub(crate) fn count_lint(&self, name: &str) -> Result<i64> {
        collected(&self.path("lint"), &[name], 4)
    }

    /// Counts the bytes that configurations take and the instructions to load, compile and lint
    /// them.
    pub(crate) fn count_loading(&self) -> Result<Vec<Loading>> {
        let output = Command::new(self.path("allocations")).output()?;
        let output = String::from_utf8(output.stdout)?;
        let mut counted = Vec::new();
        for line in output.lines() {
            let fields: Vec<&str> = line.splitn(4, ' ').collect();
            let ["memory", text_bytes, policy_bytes, name] = fields[..] else {
                continue;
            };
            let count = |step: Step| {
                let what = ["configuration", step.name(), name];
                collected(&self.path("count"), &what, 4)
            };
            counted.push(Loading {
                name: name.to_owned(),
                text_bytes: text_bytes.parse()?,
                policy_bytes: policy_bytes.parse()?,
                load: count(Step::Load)?,
                compile: count(Step::Compile)?,
                lint: self.count_lint(name)?,
            });
        }
        Ok(counted)
    }
}
