//! Requests per second over loopback, with the middleware and without.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use s3_cors_bench::{Case, Group, Kind};

use crate::Result;
use crate::counting::Programs;

/// The share of the bare service's requests per second that ours must reach.
const BAR: f64 = 0.95;
const ROUNDS: usize = 7;
const SECONDS: &str = "1s";

/// Alternates rounds of the bare service and the others, so that other load on the machine affects
/// all of them, and compares the medians of the ratios within each round.
pub(crate) fn run() -> Result<bool> {
    let programs = Programs::build()?;
    let mut all_hold = true;
    for id in ["no-origin", "get-allowed"] {
        let case = Case::by_id(id).ok_or("no such case")?;
        println!("{}, 64 connections, median of {ROUNDS} rounds", case.name);
        for group in [Group::Axum, Group::Actix] {
            // The bare service once more shows how much other load there is.
            let kinds = [Kind::Ours, Kind::Floor, Kind::Rival, Kind::Bare];
            let bare = Server::start(&programs, group, Kind::Bare, case)?;
            let servers = kinds.map(|kind| Server::start(&programs, group, kind, case));
            let mut ratios = kinds.map(|_| Vec::new());
            let mut rate = 0.0;
            for _ in 0..ROUNDS {
                for (server, ratios) in servers.iter().zip(&mut ratios) {
                    let server = server.as_ref().map_err(ToString::to_string)?;
                    let before = bare.requests_per_second(case)?;
                    let with = server.requests_per_second(case)?;
                    rate = (before + bare.requests_per_second(case)?) / 2.0;
                    ratios.push(with / rate);
                }
            }
            let [ours, floor, rival, again] = ratios.map(median);
            println!(
                "{:5} bare {rate:.0}/s; share with ours {ours:.3}, with the floor {floor:.3}, with \
                 {} {rival:.3}, bare again {again:.3}",
                group.name(),
                group.rival(),
            );
            all_hold &= ours >= BAR;
        }
    }
    Ok(all_hold)
}

fn median(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(programs: &Programs, group: Group, kind: Kind, case: &Case) -> Result<Self> {
        let mut process = Command::new(programs.path("server"))
            .args([group.name(), kind.name(), case.id])
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
