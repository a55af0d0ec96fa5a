//! Costs that do not depend on time: allocations, and the memory of a policy.

use s3_cors::{CorsConfiguration, CorsPolicy};
use s3_cors_bench::cases::Allocations;
use s3_cors_bench::policies::texts;
use s3_cors_bench::subjects::subject;
use s3_cors_bench::{CASES, Group, Kind};

fn allocations(group: Group, kind: Kind, case: &str) -> i64 {
    let case = s3_cors_bench::Case::by_id(case).expect("it is a case");
    let mut subject = subject(group, kind, case);
    subject.prepare(3);
    subject.call();
    subject.call();
    let counted = allocation_counter::measure(|| {
        subject.call();
    });
    i64::try_from(counted.count_total).expect("they are few")
}

#[test]
fn ours_allocates_no_more_than_the_bars_allow() {
    for group in Group::ALL {
        let over_bare =
            |kind, case| allocations(group, kind, case) - allocations(group, Kind::Bare, case);
        for case in CASES {
            let limit = match case.bar.allocations {
                Allocations::Zero => 0,
                Allocations::Floor => over_bare(Kind::Floor, case.id),
                Allocations::Case(other) => over_bare(Kind::Ours, other),
                Allocations::Unlimited => continue,
            };
            let ours = over_bare(Kind::Ours, case.id);
            assert!(
                ours <= limit,
                "{} {}: {ours} > {limit}",
                group.name(),
                case.id
            );
        }
    }
}

#[test]
fn a_policy_takes_at_most_four_times_the_memory_of_its_text() {
    for (name, text) in texts()
        .into_iter()
        .filter(|(name, _)| name.contains("64 KB"))
    {
        let configuration = CorsConfiguration::from_text(&text).expect("it is valid");
        let mut policy = None;
        let counted = allocation_counter::measure(|| {
            policy = CorsPolicy::new(&configuration).ok();
        });
        assert!(policy.is_some(), "{name}");
        let kept = usize::try_from(counted.bytes_current).expect("it keeps something");
        println!("{name}: {kept} bytes for a text of {}", text.len());
        assert!(kept <= 4 * text.len(), "{name}: {kept} for {}", text.len());
    }
}
