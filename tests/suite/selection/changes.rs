//! Buckets come, change and go while requests are decided: each is decided by one state.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use http::Request;
use s3_cors::adapter::{Addressing, BucketPolicies};
use s3_cors::{CorsConfiguration, CorsRule, Decision, Mismatch, RefusalReason};

const NAMES: [&str; 3] = ["a", "b", "c"];
const CHANGES: u64 = 6_000;
const READERS: usize = 4;

/// Rules in which everything that is sent says the same number.
fn numbered(number: u64) -> CorsConfiguration {
    let rule = CorsRule::new(["https://www.example.com"], ["GET"])
        .expose_headers([format!("x-{number}")])
        .max_age_seconds(i64::try_from(number).expect("a small number"));
    // Behind rules that never match, so that positions differ, too.
    let before = (0..number % 3).map(|_| CorsRule::new(["https://never.example"], ["PUT"]));
    CorsConfiguration::new(before.chain([rule]))
}

/// What a reader saw.
#[derive(Debug, Default)]
struct Seen {
    allowed: u64,
    not_enabled: u64,
    not_found: u64,
}

#[test]
fn requests_are_decided_by_one_state_of_one_bucket_while_buckets_come_and_go() {
    let buckets = BucketPolicies::new();
    let provider = buckets.addressed(Addressing::path_style());
    // The number of the latest change that has begun, so that nobody reads what is yet to come.
    let begun = AtomicU64::new(0);
    let done = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let reader = |name: &'static str| {
            let request = Request::options(format!("/{name}/key"))
                .header("origin", "https://www.example.com")
                .header("access-control-request-method", "GET")
                .body(())
                .expect("a request");
            let (provider, done, begun) = (&provider, &done, &begun);
            move || {
                let mut seen = Seen::default();
                while !done.load(Ordering::Relaxed) {
                    let policy = provider.select(&request).expect("it is ours");
                    match policy.decide(&request) {
                        Decision::Preflight(headers) => {
                            seen.allowed += 1;
                            let values = headers.rule().values();
                            let number = values.max_age().expect("a number");
                            let exposed = values.expose_headers().expect("a name");
                            assert_eq!(**exposed, format!("x-{number}"));
                            let number: u64 = number.parse().expect("a number");
                            assert_eq!(NAMES[number as usize % NAMES.len()], name);
                            assert_eq!(headers.rule_index() as u64, number % 3);
                            assert!(number <= begun.load(Ordering::SeqCst));
                        }
                        Decision::Refused(refusal) => match refusal.reason() {
                            RefusalReason::NotAllowed {
                                mismatch: Mismatch::NoBucket,
                                ..
                            } => seen.not_found += 1,
                            RefusalReason::NotAllowed {
                                mismatch: Mismatch::NoConfiguration,
                                ..
                            } => seen.not_enabled += 1,
                            other => panic!("{other}"),
                        },
                        other => panic!("{other:?}"),
                    }
                }
                seen
            }
        };
        let readers: Vec<_> = (0..READERS)
            .map(|number| scope.spawn(reader(NAMES[number % NAMES.len()])))
            .collect();
        let lister = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let names = buckets.names();
                assert!(names.is_sorted() && names.iter().all(|name| NAMES.contains(&&**name)));
            }
        });
        for number in 1..=CHANGES {
            begun.store(number, Ordering::SeqCst);
            let name = NAMES[number as usize % NAMES.len()];
            match number % 7 {
                0 => drop(buckets.remove(name)),
                1 => drop(buckets.create(name).set_without_configuration("the test")),
                _ => drop(
                    buckets
                        .set(name, numbered(number), "the test")
                        .expect("rules"),
                ),
            }
        }
        done.store(true, Ordering::Relaxed);
        lister.join().expect("no panic");
        let seen = readers
            .into_iter()
            .map(|reader| reader.join().expect("no panic"));
        seen.fold(Seen::default(), |all, one| Seen {
            allowed: all.allowed + one.allowed,
            not_enabled: all.not_enabled + one.not_enabled,
            not_found: all.not_found + one.not_found,
        })
    });
    println!("{CHANGES} changes: {seen:?}");
    assert!(seen.allowed > 0 && seen.not_enabled > 0 && seen.not_found > 0);
    // Nothing was lost by two changes at once.
    let others = BucketPolicies::new();
    thread::scope(|scope| {
        for half in 0..2 {
            let others = &others;
            scope.spawn(move || {
                for number in 0..200 {
                    let _ = others.create(&format!("{half}-{number}"));
                }
            });
        }
    });
    assert_eq!(others.len(), 400);
}
