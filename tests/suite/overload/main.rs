//! Connections that do nothing, heads that never end and resets, against an app of each framework,
//! with the layer and without: the layer adds no descriptor and no thread, holds no connection
//! that the framework lets go, and lets none go that the framework holds.
//!
//! ```sh
//! cargo test --release -p conformance --test overload -- 10000
//! ```
//!
//! The number is that of the connections; `ulimit -n` must allow a few more. The result is a table
//! in Markdown. Counts decide; memory is only shown.

mod client;
mod counts;
mod server;

use std::process::ExitCode;

use client::{End, Held};
use counts::Counts;
use server::{Kind, Server};

/// So few that it takes no time.
const CONNECTIONS: usize = 200;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [serve, kind, layer] = &arguments[..]
        && serve == "serve"
    {
        return server::serve(kind, layer == "with");
    }
    if !cfg!(target_os = "linux") {
        println!("skipped: what a process uses is counted in /proc");
        return ExitCode::SUCCESS;
    }
    let number = arguments.iter().find_map(|argument| argument.parse().ok());
    let number = number.unwrap_or(CONNECTIONS);
    println!("| {number} connections | app | layer | descriptors | threads | memory (KiB) |");
    println!("|---|---|---|---:|---:|---:|");
    for kind in Kind::PATIENT {
        let [without, with] = [false, true].map(|layer| overload(kind, layer, number));
        assert_eq!(without, with, "{kind:?}: without the layer, and with it");
    }
    for layer in [false, true] {
        impatient(layer);
    }
    ExitCode::SUCCESS
}

/// What must not depend on the layer: descriptors and threads in each situation.
type Seen = Vec<(&'static str, u64, u64)>;

fn overload(kind: Kind, layer: bool, number: usize) -> Seen {
    let server = Server::start(kind, layer);
    // Whatever a first request makes.
    client::respond(&server, layer);
    let before = Counts::settled(server.id());
    let mut seen = Vec::new();
    let mut row = |what: &'static str, counts: Counts| {
        let with = if layer { "with" } else { "without" };
        println!("| {what} | {kind:?} | {with} | {counts} |");
        seen.push((what, counts.descriptors, counts.threads));
    };
    row("at first", before);
    for (what, begin) in [
        ("idle from the beginning", &b""[..]),
        (
            "half a head",
            b"GET / HTTP/1.1\r\nHost: bucket.example\r\nOrigin: https://a.exa",
        ),
        ("idle after a request", client::REQUEST),
        ("a request whose response is never read", client::REQUEST),
    ] {
        let held = Held::open(&server, number, begin);
        if what == "idle after a request" {
            held.read_responses(layer);
        }
        let counts = Counts::until(server.id(), what, |counts| {
            counts.descriptors >= before.descriptors + number as u64
        });
        // There is room for one more, and its response is what it should be.
        client::respond(&server, layer);
        row(what, counts);
        // A response that was not read makes a reset of the end.
        held.end(match what {
            "a request whose response is never read" => End::Reset,
            _ => End::Closed,
        });
        Counts::until(server.id(), "released", |counts| {
            counts.descriptors <= before.descriptors
        });
    }
    client::respond(&server, layer);
    let released = |counts: &Counts| counts.descriptors <= before.descriptors;
    row(
        "afterwards",
        Counts::until(server.id(), "released", released),
    );
    seen
}

/// With the timeouts that actix has by itself, each connection with half a head gets a 408 and is
/// closed, with the layer as without.
fn impatient(layer: bool) {
    let server = Server::start(Kind::ActixDefault, layer);
    let held = Held::open(&server, 20, b"GET / HTTP/1.1\r\nOrigin: ht");
    assert_eq!(
        held.statuses_at_the_end(),
        [408; 20],
        "with the layer: {layer}"
    );
}
