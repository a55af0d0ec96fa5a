//! Counts the allocations of a call, as JSON: group, kind, case, count.

use s3_cors_bench::subjects::subject;
use s3_cors_bench::{CASES, Group, Kind};

fn main() {
    for group in Group::ALL {
        for case in CASES {
            for kind in Kind::ALL.into_iter().filter(|kind| kind.suits(case)) {
                let mut subject = subject(group, kind, case);
                subject.prepare(3);
                subject.call();
                subject.call();
                let counted = allocation_counter::measure(|| {
                    subject.call();
                });
                let count = counted.count_total;
                println!("{} {} {} {count}", group.name(), kind.name(), case.id);
            }
        }
    }
}
