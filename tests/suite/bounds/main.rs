//! What `LIMITS.md` promises: the worst input of each entry point, and the work it takes. Work is
//! counted in allocations and bytes, which repeat exactly, and never timed.

mod comparing;
mod conversions;
mod reading;
mod requests;
mod responses;
mod table;
mod templates;

use allocation_counter::{AllocationInfo, measure};

const KB: u64 = 1024;
const MB: u64 = 1024 * KB;

/// What a call allocates, printed for whoever wants to see it.
fn work(what: &str, call: impl FnOnce()) -> AllocationInfo {
    let counted = measure(call);
    println!(
        "{what}: {} allocations, {} KB in all, {} KB at once",
        counted.count_total,
        counted.bytes_total / KB,
        counted.bytes_max / KB
    );
    counted
}

/// Twice the input takes twice the work, give or take what lists that double have to spare.
#[track_caller]
fn assert_linear(what: &str, once: &AllocationInfo, twice: &AllocationInfo) {
    for (of, once, twice) in [
        ("allocations", once.count_total, twice.count_total),
        ("bytes", once.bytes_total, twice.bytes_total),
        ("bytes at once", once.bytes_max, twice.bytes_max),
    ] {
        assert!(
            twice <= once * 3 + 256 * KB,
            "{what}: {once} {of}, then {twice}"
        );
    }
}
