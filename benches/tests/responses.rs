//! The subjects that are compared give the same responses.

use s3_cors_bench::app::App;
use s3_cors_bench::policies::ORIGIN;
use s3_cors_bench::requests::Request;
use s3_cors_bench::subjects::subject;
use s3_cors_bench::{CASES, Case, Group, Kind, SentResponse};

fn response(group: Group, kind: Kind, case: &Case) -> SentResponse {
    subject(group, kind, case).respond()
}

/// The response without its request id, which must be the same in the body and in the header.
fn without_id(mut response: SentResponse, what: &str) -> SentResponse {
    let id = response
        .headers
        .iter_mut()
        .find(|(name, _)| name == "x-amz-request-id");
    if let Some((_, id)) = id {
        let id = String::from_utf8(std::mem::take(id)).expect("text");
        let body = String::from_utf8(response.body).expect("text");
        let element = format!("<RequestId>{id}</RequestId>");
        assert!(body.contains(&element) && !id.is_empty(), "{what}: {body}");
        response.body = body.replace(&element, "").into();
    }
    response
}

/// What is compared but not measured.
fn odd_cases() -> Vec<Case> {
    let of = |id, request: fn() -> Request| Case {
        id,
        request,
        app: App {
            cors: true,
            vary: true,
            ..App::PLAIN
        },
        ..*Case::by_id("get-allowed").expect("it is a case")
    };
    vec![
        of("the app's own CORS headers", || Request::get(ORIGIN)),
        of("the same without Origin", Request::same_origin),
        of("an empty Origin", || Request::get("")),
        of("an OPTIONS without Origin", || Request::preflight("")),
        of("two lines of Origin", || {
            Request::get(ORIGIN).with("origin", ORIGIN)
        }),
        of("a preflight with two methods", || {
            Request::preflight(ORIGIN).with("access-control-request-method", "GET")
        }),
        of("a preflight for an unknown method", || {
            Request::get(ORIGIN).with("access-control-request-method", "PATCH")
        }),
        of("a GET that asks for a header", || {
            Request::get(ORIGIN).asking_for("X-Amz-Date")
        }),
        of("a GET that asks for a foreign header", || {
            Request::get(ORIGIN).asking_for("x-custom")
        }),
        of("names in upper case and on two lines", || {
            Request::preflight(ORIGIN)
                .asking_for("Content-Type , X-AMZ-DATE,")
                .asking_for("authorization")
        }),
        of("a list that comes back as it went", || {
            Request::preflight(ORIGIN).asking_for("content-type, x-amz-date")
        }),
        of("one name", || {
            Request::preflight(ORIGIN).asking_for("content-type")
        }),
        of("no name", || Request::preflight(ORIGIN)),
        of("a request id of the client", || {
            Request::preflight("https://other.example").with("x-request-id", "01HZX3-trace")
        }),
        of("a request id that is not taken over", || {
            Request::preflight("https://other.example").with("x-request-id", "<script>")
        }),
    ]
}

#[test]
fn the_floor_sends_byte_for_byte_what_ours_sends() {
    for group in Group::ALL {
        for case in CASES.iter().chain(&odd_cases()) {
            let what = format!("{} {}", group.name(), case.id);
            let [ours, floor] = [Kind::Ours, Kind::Floor]
                .map(|kind| without_id(response(group, kind, case), &what));
            assert_eq!(ours, floor, "{what}");
        }
    }
}

#[test]
fn ours_and_the_loop_respond_alike() {
    for group in Group::ALL {
        for case in CASES.iter().filter(|case| !case.id.contains("400k")) {
            let what = format!("{} {}", group.name(), case.id);
            let [ours, naive] = [Kind::Ours, Kind::Naive]
                .map(|kind| without_id(response(group, kind, case), &what));
            assert_eq!(ours.status, naive.status, "{what}");
            // The loop does not merge the app's own `Vary`.
            if ours.status == 200 && !case.app.vary {
                assert_eq!(ours.headers, naive.headers, "{what}");
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
