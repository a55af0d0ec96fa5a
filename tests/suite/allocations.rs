//! What a decision allocates: counts, which repeat exactly, unlike times.

use allocation_counter::measure;
use s3_cors::{CorsPolicy, Decision, RequestParts};

const CORS: &str = r#"[
    {"AllowedOrigins": ["https://www.example.com"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["x-*"]},
    {"AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["PUT"], "ExposeHeaders": ["ETag"]},
    {"AllowedOrigins": ["*"], "AllowedMethods": ["HEAD"]}
]"#;

const ORIGIN: (&str, &[u8]) = ("origin", b"https://www.example.com");
const PUT: (&str, &[u8]) = ("access-control-request-method", b"PUT");
const NAMES: &str = "access-control-request-headers";

/// Decides a request, and asks for all of the answer, as an adapter does. Says what was decided,
/// and how often memory was asked for.
fn decide(method: &str, headers: &[(&str, &[u8])]) -> (&'static str, u64) {
    let policy = CorsPolicy::from_text(CORS).expect("a configuration");
    let request = RequestParts::new(method, headers);
    let mut decided = "";
    let counted = measure(|| {
        decided = match policy.decide(&request) {
            Decision::NotCors => "not CORS",
            Decision::NotAllowed(_) => "not allowed",
            Decision::Allowed(headers) => {
                assert!(headers.iter().count() > 0);
                "allowed"
            }
            Decision::Preflight(headers) => {
                assert!(headers.iter().count() > 0);
                "preflight"
            }
            Decision::Refused(refusal) => {
                assert!(refusal.status() >= 400);
                "refused"
            }
        };
    });
    (decided, counted.count_total)
}

#[test]
fn the_counter_counts() {
    assert_eq!(
        measure(|| drop(std::hint::black_box(vec![1]))).count_total,
        1
    );
}

#[test]
fn an_actual_request_allocates_nothing() {
    let other: (&str, &[u8]) = ("origin", b"https://other.example.com");
    assert_eq!(decide("GET", &[]), ("not CORS", 0));
    assert_eq!(decide("GET", &[ORIGIN]), ("not allowed", 0));
    assert_eq!(
        decide("PUT", &[("origin", b"http://evil.example")]),
        ("not allowed", 0)
    );
    assert_eq!(decide("PUT", &[ORIGIN]), ("allowed", 0));
    assert_eq!(decide("PUT", &[other]), ("allowed", 0));
    assert_eq!(decide("HEAD", &[other]), ("allowed", 0));
}

#[test]
fn a_refused_preflight_allocates_nothing() {
    assert_eq!(decide("OPTIONS", &[]), ("refused", 0));
    assert_eq!(decide("OPTIONS", &[ORIGIN]), ("refused", 0));
    assert_eq!(
        decide("OPTIONS", &[("origin", b"http://evil.example"), PUT]),
        ("refused", 0)
    );
    assert_eq!(
        decide("OPTIONS", &[ORIGIN, PUT, (NAMES, b"x-a,x-b,x-c,Y-b")]),
        ("refused", 0)
    );
    let unknown: (&str, &[u8]) = ("access-control-request-method", b"FOO");
    assert_eq!(decide("OPTIONS", &[ORIGIN, unknown]), ("refused", 0));
    let foreign = b"y-name,".repeat(1_000);
    assert_eq!(
        decide("OPTIONS", &[ORIGIN, PUT, (NAMES, &foreign)]),
        ("refused", 0)
    );
}

#[test]
fn a_preflight_refused_behind_many_allowed_names_allocates_once() {
    let mut names = b"x-a,".repeat(2_000);
    names.extend_from_slice(b"y-name");
    assert_eq!(
        decide("OPTIONS", &[ORIGIN, PUT, (NAMES, &names)]),
        ("refused", 1)
    );
}

#[test]
fn an_allowed_preflight_for_no_name_or_one_allocates_nothing() {
    assert_eq!(decide("OPTIONS", &[ORIGIN, PUT]), ("preflight", 0));
    assert_eq!(
        decide("OPTIONS", &[ORIGIN, PUT, (NAMES, b"x-a")]),
        ("preflight", 0)
    );
}

#[test]
fn an_allowed_preflight_whose_list_comes_back_as_it_went_allocates_nothing() {
    assert_eq!(
        decide("OPTIONS", &[ORIGIN, PUT, (NAMES, b"x-a, x-b, x-c")]),
        ("preflight", 0)
    );
}

#[test]
fn an_allowed_preflight_allocates_its_echo_once() {
    for names in [
        &b"x-a, X-B, x-c"[..],
        b"x-a,x-b,x-c",
        b"x-a, x-b,",
        b" x-a,\tx-b",
    ] {
        let decided = decide("OPTIONS", &[ORIGIN, PUT, (NAMES, names)]);
        assert_eq!(decided, ("preflight", 1), "{}", names.escape_ascii());
    }
    let many = b"X-n,".repeat(2_000);
    assert_eq!(
        decide("OPTIONS", &[ORIGIN, PUT, (NAMES, &many)]),
        ("preflight", 1)
    );
    let commas = b",".repeat(8_000);
    let (decided, allocations) = decide("OPTIONS", &[ORIGIN, PUT, (NAMES, &commas)]);
    assert_eq!(decided, "preflight");
    assert!(allocations <= 1, "{allocations}");
}

#[test]
fn a_policy_is_cloned_without_allocating() {
    let policy = CorsPolicy::from_text(CORS).expect("a configuration");
    assert_eq!(
        measure(|| drop(std::hint::black_box(policy.clone()))).count_total,
        0
    );
}
