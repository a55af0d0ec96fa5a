//! What is compared answers alike.

use s3_cors_bench::subjects::subject;
use s3_cors_bench::{Answer, CASES, Case, Group, Kind};

fn answer(group: Group, kind: Kind, case: &Case) -> Answer {
    subject(group, kind, case).answer()
}

#[test]
fn ours_the_floor_and_the_loop_answer_alike_but_for_the_body_of_refusals() {
    for group in Group::ALL {
        for case in CASES {
            let ours = answer(group, Kind::Ours, case);
            let by_hand: &[Kind] = match case.id.contains("400k") {
                true => &[Kind::Floor],
                false => &[Kind::Floor, Kind::Naive],
            };
            for &kind in by_hand {
                let what = format!("{} {} {}", group.name(), kind.name(), case.id);
                let other = answer(group, kind, case);
                assert_eq!(ours.status, other.status, "{what}");
                if ours.status == 200 {
                    assert_eq!(ours.headers, other.headers, "{what}");
                }
            }
        }
    }
}

#[test]
fn rivals_allow_what_ours_allows() {
    for group in Group::ALL {
        for case in CASES.iter().filter(|case| case.suits_rivals()) {
            let allows = |kind| {
                let answer = answer(group, kind, case);
                answer.status == 200
                    && answer
                        .headers
                        .iter()
                        .any(|(name, _)| name == "access-control-allow-origin")
            };
            // tower-http never looks at the names that a preflight asks for, and actix-cors
            // refuses a list without names.
            let unchecked = match group {
                Group::Tower | Group::Axum => (case.request)().bytes_asked_for() > 0,
                Group::Actix => case.id.starts_with("commas"),
            };
            if !unchecked {
                assert_eq!(
                    allows(Kind::Rival),
                    allows(Kind::Ours),
                    "{} {}",
                    group.name(),
                    case.id
                );
            }
        }
    }
}
