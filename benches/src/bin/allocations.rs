//! Counts the allocations of a call, one line for each: group, kind, case, count. Then the bytes
//! that configurations take as text and compiled: `memory`, text, policy, name.

use s3_cors::{CorsConfiguration, CorsPolicy};
use s3_cors_bench::policies::texts;
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
    for (name, text) in texts() {
        let configuration = CorsConfiguration::from_text(&text).expect("it is valid");
        let mut policy = None;
        let counted = allocation_counter::measure(|| {
            policy = CorsPolicy::new(&configuration).ok();
        });
        drop(policy);
        println!("memory {} {} {name}", text.len(), counted.bytes_current);
    }
}
