//! Counts the atomic writes of a call: instructions with a `lock` prefix and exchanges with memory.
//! Other writes to what threads share are not possible in safe code.
//!
//! Times of threads that contend depend on the machine; these counts do not. Needs valgrind and
//! objdump.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use s3_cors_bench::{Case, Group, Kind};

use crate::Result;
use crate::counting::Programs;

const CALLS: i64 = 40;

/// Cases without CORS headers, and how many atomic writes they may have over the bare service with
/// fixed rules and with rules that can be replaced. The two are to a slot of the thread's own, which
/// says which version of the rules it reads.
const WITHOUT_HEADERS: [&str; 3] = ["no-origin", "get-not-allowed", "preflight-refused-origin"];
const ALLOWED: [(Kind, i64); 2] = [(Kind::Ours, 0), (Kind::Shared, 2)];

/// Counts some cases in tower and actix-web. Returns the table, and whether a request that gets no
/// CORS header writes nothing that threads share.
pub(crate) fn table(programs: &Programs, cases: &[&str]) -> Result<(String, bool)> {
    let program = programs.path("count");
    let atomics = atomic_instructions(&program)?;
    let mut text = String::from(
        "Atomic writes per call on top of the bare service. Replaceable rules take two, to a slot of \
         the thread's own; the others are to the counters of header values, of which each thread has \
         its own copy, and of the request's.\n\n| group | case | fixed | replaceable |\n|---|---|--:|--:|\n",
    );
    let mut all_hold = true;
    for group in [Group::Tower, Group::Actix] {
        for id in cases {
            let case = Case::by_id(id).ok_or("no such case")?;
            let count = |kind| executed(&program, &atomics, group, kind, case);
            let bare = count(Kind::Bare)?;
            let _ = write!(text, "| {} | {} ", group.name(), case.name);
            for (kind, allowed) in ALLOWED {
                let over = (count(kind)? - bare) as f64 / CALLS as f64;
                let missed = WITHOUT_HEADERS.contains(id) && over > allowed as f64;
                let _ = write!(text, "| {over:+}{} ", if missed { " **over**" } else { "" });
                all_hold &= !missed;
            }
            text.push_str("|\n");
        }
    }
    Ok((text, all_hold))
}

/// The same for the cases without CORS headers.
pub(crate) fn check(programs: &Programs) -> Result<bool> {
    let (text, all_hold) = table(programs, &WITHOUT_HEADERS)?;
    println!("\n{text}");
    Ok(all_hold)
}

/// The addresses of the atomic writes in a program.
fn atomic_instructions(program: &Path) -> Result<HashSet<u64>> {
    let output = Command::new("objdump")
        .args(["--disassemble", "--no-show-raw-insn"])
        .arg(program)
        .output()
        .map_err(|error| format!("objdump: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let atomic = |line: &str| {
        let (address, instruction) = line.trim_start().split_once(":\t")?;
        let is_atomic = instruction.starts_with("lock ")
            || (instruction.starts_with("xchg") && instruction.contains('('));
        is_atomic.then(|| u64::from_str_radix(address, 16).ok())?
    };
    let found: HashSet<u64> = text.lines().filter_map(atomic).collect();
    match found.is_empty() {
        true => Err("objdump shows no atomic write".into()),
        false => Ok(found),
    }
}

/// How many of them all counted calls execute.
fn executed(
    program: &Path,
    atomics: &HashSet<u64>,
    group: Group,
    kind: Kind,
    case: &Case,
) -> Result<i64> {
    let file = program.with_file_name("atomics.callgrind");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*counted_call*"])
        .args([
            "--dump-instr=yes",
            "--compress-pos=no",
            "--compress-strings=no",
        ])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(program)
        .args([group.name(), kind.name(), case.id])
        .arg(CALLS.to_string())
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let text = fs::read_to_string(&file)?;
    let _ = fs::remove_file(&file);
    let own = format!("ob={}", program.display());
    let mut in_program = false;
    let mut lines = text.lines();
    let mut sum = 0;
    while let Some(line) = lines.next() {
        if line.starts_with("ob=") {
            in_program = line == own;
        } else if line.starts_with("calls=") {
            // What the called function costs, which is listed there.
            lines.next();
        } else if let Some((address, costs)) = line
            .strip_prefix("0x")
            .and_then(|line| line.split_once(' '))
            .filter(|_| in_program)
        {
            let cost = costs.rsplit(' ').next().and_then(|cost| cost.parse().ok());
            let address = u64::from_str_radix(address, 16).ok();
            if address.is_some_and(|address| atomics.contains(&address)) {
                sum += cost.unwrap_or(0);
            }
        }
    }
    Ok(sum)
}
