//! Requests per second over loopback, with the middleware and without.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use s3_cors_bench::{Case, Group, Kind};

use crate::Result;
use crate::counting::Programs;

/// The share of the bare service's requests per second that ours must reach.
const BAR: f64 = 0.95;
const ROUNDS: usize = 7;
const SECONDS: &str = "1s";
/// The bare service once more shows how much other load there is.
const KINDS: [Kind; 5] = [
    Kind::Bare,
    Kind::Floor,
    Kind::Ours,
    Kind::Shared,
    Kind::Rival,
];

/// Alternates rounds of the bare service and the others, so that other load on the machine affects
/// all of them, and compares the ratios within each round. Returns the table, and whether ours
/// reaches its share.
pub(crate) fn run() -> Result<(String, bool)> {
    let programs = Programs::build()?;
    let mut all_hold = true;
    let mut text = format!(
        "# End to end\n\n`cargo run --release -p s3-cors-bench --bin measure -- end-to-end`: wrk \
         with 64 connections over loopback, on the machine that serves. Requests per second as a \
         share of the bare service's: the median of {ROUNDS} alternating rounds, and the quartiles. \
         Where the bare service's own quartiles are far from 1, the machine was busy and the row \
         says little.\n\n\
         | framework | threads | case | bare again | floor | ours | ours, replaceable | tower-http, \
         actix-cors |\n|---|--:|---|--:|--:|--:|--:|--:|\n"
    );
    for group in [Group::Axum, Group::Actix] {
        for (threads, cases) in [
            (1, &["no-origin", "get-allowed"][..]),
            (2, &["get-allowed"]),
        ] {
            for id in cases {
                let case = Case::by_id(id).ok_or("no such case")?;
                let bare = Server::start(&programs, group, Kind::Bare, case, threads)?;
                let servers =
                    KINDS.map(|kind| Server::start(&programs, group, kind, case, threads));
                let mut ratios = KINDS.map(|_| Vec::new());
                let mut before = bare.requests_per_second(case)?;
                for _ in 0..ROUNDS {
                    for (server, ratios) in servers.iter().zip(&mut ratios) {
                        let server = server.as_ref().map_err(ToString::to_string)?;
                        let with = server.requests_per_second(case)?;
                        let after = bare.requests_per_second(case)?;
                        ratios.push(2.0 * with / (before + after));
                        before = after;
                    }
                }
                let _ = write!(text, "| {} | {threads} | {} ", group.name(), case.name);
                for (kind, ratios) in KINDS.into_iter().zip(ratios) {
                    let [low, median, high] = quartiles(ratios);
                    let _ = write!(text, "| {median:.3} ({low:.3} to {high:.3}) ");
                    all_hold &= kind != Kind::Ours || median >= BAR;
                }
                text.push_str("|\n");
            }
        }
    }
    Ok((text, all_hold))
}

/// A quarter, half and three quarters are below these.
fn quartiles(mut ratios: Vec<f64>) -> [f64; 3] {
    ratios.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| ratios[(ratios.len() - 1) * quarter / 4])
}

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(
        programs: &Programs,
        group: Group,
        kind: Kind,
        case: &Case,
        threads: usize,
    ) -> Result<Self> {
        let mut process = Command::new(programs.path("server"))
            .args([group.name(), kind.name(), case.id])
            .arg(threads.to_string())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().ok_or("no output")?;
        let mut address = String::new();
        BufReader::new(output).read_line(&mut address)?;
        let address = address.trim().to_owned();
        Ok(Self { process, address })
    }

    fn requests_per_second(&self, case: &Case) -> Result<f64> {
        let mut wrk = Command::new("wrk");
        wrk.args([
            "--threads",
            "1",
            "--connections",
            "64",
            "--duration",
            SECONDS,
        ]);
        for (name, value) in (case.request)().headers {
            if name != "host" {
                let value = String::from_utf8_lossy(&value).into_owned();
                wrk.args(["--header", &format!("{name}: {value}")]);
            }
        }
        let output = wrk
            .arg(format!("http://{}/", self.address))
            .output()
            .map_err(|error| format!("wrk: {error}"))?;
        let text = String::from_utf8(output.stdout)?;
        let rate = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("Requests/sec:"))
            .ok_or_else(|| text.clone())?;
        Ok(rate.trim().parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
