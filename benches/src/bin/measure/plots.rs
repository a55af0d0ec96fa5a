//! Criterion's plots of the time of an allowed GET.

use std::fs;
use std::path::Path;
use std::process::Command;

use s3_cors_bench::Group;

use crate::Result;

/// Times the case in all groups and copies the plots.
pub(crate) fn draw(target: &Path, results: &Path) -> Result<()> {
    let timed = Command::new(env!("CARGO"))
        .args(["bench", "--package", env!("CARGO_PKG_NAME")])
        .args(["--bench", "requests", "--target-dir"])
        .arg(target)
        .args(["--", "/get-allowed/"])
        .status()?;
    if !timed.success() {
        return Err("cargo bench failed".into());
    }
    for group in Group::ALL {
        let name = group.name();
        let plot = format!("criterion/{name}_get-allowed/report/violin.svg");
        let copy = results.join(format!("time-{name}.svg"));
        fs::copy(target.join(&plot), copy).map_err(|error| format!("{plot}: {error}"))?;
    }
    Ok(())
}
