//! What was replaced is gone.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};
use std::thread;

use allocation_counter::measure;
use http::{Request, Response};
use http_body_util::Empty;
use s3_cors::{CorsConfiguration, PolicyStatus, SharedPolicy};
use tower::{Service, service_fn};
use tower_s3_cors::S3CorsLayer;

use crate::requests::Which;

/// Neither a list that doubles once in a while nor a thread's own notes are a leak.
const NOISE: u64 = 4_096;

#[test]
fn memory_after_100_000_swaps_is_memory_after_1_000() {
    let policy = SharedPolicy::pending();
    let configurations = [Which::One, Which::Other].map(Which::configuration);
    // What is kept from the first time on.
    swap(&policy, &configurations, 2);
    let after = [1_000, 99_000].map(|swaps| {
        let info = measure(|| swap(&policy, &configurations, swaps));
        (info.bytes_current, info.bytes_total)
    });
    let [(few, few_total), (more, more_total)] = after;
    println!("1,000 swaps: {few_total} bytes allocated, {few} of them still in use");
    println!("99,000 swaps more: {more_total} bytes allocated, {more} of them still in use");
    assert_eq!(policy.status().version(), 100_002);
    assert!(few_total > 1_000 * 100, "too few to have been counted");
    assert!(few.unsigned_abs() <= NOISE && more.unsigned_abs() <= NOISE);
}

/// Swaps, with a request before and after each, and bad rules now and then. An even number leaves
/// the same rules in force.
fn swap(policy: &SharedPolicy, configurations: &[CorsConfiguration; 2], swaps: usize) {
    let app = service_fn(async |_: Request<()>| {
        Ok::<_, Infallible>(Response::new(Empty::<bytes::Bytes>::new()))
    });
    let mut app = S3CorsLayer::new(policy).wrap_body().wrap(app);
    for configuration in configurations.iter().cycle().take(swaps) {
        let request = Request::get("https://bucket.example/").header("origin", "https://a.example");
        let begun = app.call(request.body(()).expect("a request"));
        let set = policy.set(configuration.clone(), "the test");
        assert!(set.expect("good rules").changed());
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(answer) = pin!(begun).poll(&mut context) else {
            panic!("the app waits for nothing");
        };
        assert_eq!(answer.expect("no error").status(), 200);
        policy
            .set(CorsConfiguration::default(), "the test")
            .expect_err("no rules");
    }
}

#[test]
fn replaced_policies_are_freed_while_others_read() {
    const SWAPS: u64 = 20_000;
    const READERS: usize = 4;

    let policy = SharedPolicy::pending();
    let done = AtomicBool::new(false);
    let (read, freed_early, replaced) = thread::scope(|scope| {
        let reader = || {
            let mut read = 0_u64;
            while !done.load(Ordering::Relaxed) {
                let status = policy.status();
                let rules = status.configuration().map_or(0, |c| c.cors_rules.len());
                assert_eq!(status.policy().rule_count(), rules);
                read += 1;
            }
            read
        };
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(reader)).collect();
        let mut replaced: Vec<Weak<PolicyStatus>> = Vec::new();
        for number in 0..SWAPS {
            let set = policy.set(Which::of(number).configuration(), "the test");
            replaced.push(Arc::downgrade(&set.expect("good rules").before));
        }
        // While they still read: each can hold one.
        let alive = replaced.iter().filter(|old| old.strong_count() > 0).count();
        done.store(true, Ordering::Relaxed);
        let read: u64 = readers
            .into_iter()
            .map(|reader| reader.join().expect("no panic"))
            .sum();
        (read, alive, replaced)
    });
    let alive = replaced.iter().filter(|old| old.strong_count() > 0).count();
    println!(
        "{SWAPS} swaps, {read} reads: {freed_early} replaced policies in memory while {READERS} \
         read, {alive} afterwards"
    );
    assert!(freed_early <= READERS);
    assert_eq!(alive, 0);
    assert_eq!(
        Arc::strong_count(&policy.status()),
        2,
        "the policy's, and this one"
    );
}
