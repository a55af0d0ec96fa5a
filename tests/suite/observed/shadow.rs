//! A policy is tried beside the one in force.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actix_s3_cors::S3Cors;
use conformance::answer::Answer;
use conformance::generate::{requests, rules, runner};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use s3_cors::adapter::{PolicyProvider, Selection, ShadowDifference};
use s3_cors::{CorsConfiguration, CorsPolicy};
use tower_s3_cors::S3CorsLayer;

use crate::apps::{Asked, in_layer, in_middleware, on_actix, on_tower};

type Seen = Arc<Mutex<Vec<(String, String)>>>;

/// Writes down what kind of difference it is, and the difference in words.
fn see(seen: &Seen) -> impl Fn(&ShadowDifference<'_>) + Send + Sync + use<> {
    let seen = Arc::clone(seen);
    move |difference| {
        let kind = difference.kind.as_str().to_owned();
        seen.lock()
            .expect("one thread")
            .push((kind, difference.to_string()));
    }
}

fn policy(rules: Option<Vec<conformance::corpus::Rule>>) -> CorsPolicy {
    match rules {
        None => CorsPolicy::without_configuration(),
        Some(rules) => CorsPolicy::new(&CorsConfiguration::new(rules.iter().map(Into::into)))
            .expect("generated to be valid"),
    }
}

fn allows(answer: &Answer) -> bool {
    // The app's own is removed.
    let mut lines = answer.lines("access-control-allow-origin");
    lines.next().is_some()
}

#[test]
fn a_difference_is_told_exactly_if_the_response_would_be_another_and_the_response_stays() {
    let told = RefCell::new(BTreeMap::<String, u32>::new());
    let buckets = || option::weighted(0.9, vec(rules(), 1..3));
    let result = runner(800).run(
        &(buckets(), buckets(), vec(requests(), 8)),
        |(one, other, requests)| {
            let (in_force, next) = (policy(one), policy(other));
            let seen = Seen::default();
            let layer = S3CorsLayer::new(in_force.clone()).shadow(next.clone(), see(&seen));
            for request in requests {
                let mut headers = request.headers;
                headers.push(("X-Request-Id".into(), b"4711".to_vec()));
                let target = if request.is_bucket { "/" } else { "/key" }.into();
                let asked = Asked {
                    method: request.method,
                    target,
                    headers,
                };
                let before = on_tower(in_force.clone().into(), &asked);
                let after = on_tower(next.clone().into(), &asked);
                prop_assert_eq!(&in_layer(&layer, &asked), &before);
                let found = seen.lock().expect("one thread").pop().map(|(kind, _)| kind);
                let expected = match (allows(&before), allows(&after)) {
                    _ if before == after => None,
                    (false, true) => Some("gains"),
                    (true, false) => Some("loses"),
                    (true, true) => Some("headers"),
                    (false, false) => Some("error"),
                };
                prop_assert_eq!(found.as_deref(), expected, "{:?}", asked);
                *told
                    .borrow_mut()
                    .entry(expected.unwrap_or("nothing").into())
                    .or_default() += 1;
            }
            Ok(())
        },
    );
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let told = told.into_inner();
    println!("{told:?}");
    for kind in ["nothing", "gains", "loses", "headers", "error"] {
        let count = told.get(kind).copied().unwrap_or_default();
        assert!(count >= 10, "only {count} requests: {kind}");
    }
}

#[test]
fn a_difference_says_how_without_the_requests_own_text() {
    let rules = |text: &str| CorsPolicy::from_text(text).expect("rules");
    let get = r#"[{"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"], "MaxAgeSeconds": 60}]"#;
    let none = CorsPolicy::without_configuration;
    let longer = get
        .replace("60", "600")
        .replace("[\"GET\"]", "[\"GET\", \"PUT\"]");
    for (in_force, next, expected) in [
        (rules(get), rules(get), None),
        (
            rules(get),
            rules(&get.replace("a.ex", "b.ex")),
            Some("allowed, would not be (origin)"),
        ),
        (
            rules(get),
            none(),
            Some("allowed, would not be (no_configuration)"),
        ),
        (
            none(),
            rules(get),
            Some("not allowed (no_configuration), would be allowed"),
        ),
        (
            rules(get),
            rules(&longer),
            Some(
                "allowed, would get other headers: access-control-allow-methods, \
                 access-control-max-age",
            ),
        ),
        (
            rules(&get.replace("a.ex", "b.ex")),
            none(),
            Some("refused (origin), would be with another error (no_configuration)"),
        ),
    ] {
        let origin = ("Origin", "https://a.example");
        let asked = ("Access-Control-Request-Method", "GET");
        let asked = Asked::new("OPTIONS", "/key", &[origin, asked]);
        let seen = [Seen::default(), Seen::default()];
        let layer = S3CorsLayer::new(in_force.clone()).shadow(next.clone(), see(&seen[0]));
        in_layer(&layer, &asked);
        let middleware = S3Cors::new(in_force.clone()).shadow(next, see(&seen[1]));
        let answer = in_middleware(&middleware, &asked);
        assert_eq!(answer.status, on_actix(in_force.into(), &asked).status);
        for seen in seen {
            let seen = seen.lock().expect("one thread");
            let seen: Vec<&str> = seen.iter().map(|(_, words)| words.as_str()).collect();
            assert_eq!(seen, Vec::from_iter(expected));
        }
    }
}

#[test]
fn a_shadow_that_selects_nothing_tells_nothing() {
    let seen = Seen::default();
    let nothing = PolicyProvider::selected_by(|_| Selection::pass_through());
    let layer = S3CorsLayer::new(CorsPolicy::without_bucket()).shadow(nothing, see(&seen));
    let origin = ("Origin", "https://a.example");
    in_layer(&layer, &Asked::new("OPTIONS", "/key", &[origin]));
    assert!(seen.lock().expect("one thread").is_empty());
}
