//! The subjects that are compared give the same responses.

use s3_cors_bench::subjects::subject;
use s3_cors_bench::{CASES, Case, Group, Kind, ResponseHead};

fn response(group: Group, kind: Kind, case: &Case) -> ResponseHead {
    subject(group, kind, case).respond()
}

#[test]
fn ours_the_floor_and_the_loop_answer_alike_but_for_the_body_of_refusals() {
    for group in Group::ALL {
        for case in CASES {
            let ours = response(group, Kind::Ours, case);
            let by_hand: &[Kind] = match case.id.contains("400k") {
                true => &[Kind::Floor],
                false => &[Kind::Floor, Kind::Naive],
            };
            for &kind in by_hand {
                let what = format!("{} {} {}", group.name(), kind.name(), case.id);
                let other = response(group, kind, case);
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
                let response = response(group, kind, case);
                response.status == 200
                    && response
                        .headers
                        .iter()
                        .any(|(name, _)| name == "access-control-allow-origin")
            };
            // tower-http ignores the names that a preflight requests, and actix-cors refuses a list
            // without names.
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
