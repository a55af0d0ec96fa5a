//! One event for each decision, of few words.

use std::sync::{Arc, Mutex};

use actix_s3_cors::S3Cors;
use s3_cors::adapter::{DecisionEvent, PolicyProvider, Selection};
use s3_cors::{AppRules, CorsPolicy, SharedPolicy};
use tower_s3_cors::S3CorsLayer;

use crate::apps::{Asked, in_layer, in_middleware};

const ORIGIN: (&str, &str) = ("Origin", "https://www.example.com");
const EVIL: (&str, &str) = ("Origin", "https://evil.example");
const HEADERS: (&str, &str) = ("Access-Control-Request-Headers", "x-a, x-b");

const fn method(name: &'static str) -> (&'static str, &'static str) {
    ("Access-Control-Request-Method", name)
}

/// An event in words: outcome, reason, rule, whether it is the app's, version.
fn words(event: &DecisionEvent) -> String {
    let reason = event.reason.map_or("-", |reason| reason.as_str());
    let rule = event
        .rule_index
        .map_or_else(|| "-".into(), |index| index.to_string());
    let app = if event.is_app_rule { " app" } else { "" };
    let version = event
        .policy_version
        .map_or_else(|| "-".into(), |version| version.to_string());
    format!("{} {reason} {rule}{app} v{version}", event.outcome.as_str())
}

/// The events of a request on each framework.
fn events(policy: &PolicyProvider, asked: &Asked) -> [Vec<String>; 2] {
    let seen: [Arc<Mutex<Vec<String>>>; 2] = Default::default();
    let see = |seen: &Arc<Mutex<Vec<String>>>| {
        let seen = Arc::clone(seen);
        move |event: &DecisionEvent| seen.lock().expect("one thread").push(words(event))
    };
    let layer = S3CorsLayer::new(policy.clone()).on_decision(see(&seen[0]));
    in_layer(&layer, asked);
    let middleware = S3Cors::new(policy.clone()).on_decision(see(&seen[1]));
    in_middleware(&middleware, asked);
    seen.map(|seen| seen.lock().expect("one thread").clone())
}

#[track_caller]
fn check(policy: &PolicyProvider, asked: (&str, &[(&str, &str)]), expected: &str) {
    let expected = vec![expected.to_owned()];
    let asked = Asked::new(asked.0, "/key", asked.1);
    assert_eq!(
        events(policy, &asked),
        [expected.clone(), expected],
        "{asked:?}"
    );
}

#[test]
fn every_outcome_and_reason_has_its_words() {
    let bucket = r#"[
        {"AllowedOrigins": ["https://other.example"], "AllowedMethods": ["GET"]},
        {"AllowedOrigins": ["https://www.example.com"], "AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["x-a"]}
    ]"#;
    let app: AppRules =
        r#"[{"AllowedOrigins": ["https://www.example.com"], "AllowedMethods": ["PATCH"]}]"#
            .parse()
            .expect("rules");
    let shared = SharedPolicy::new(bucket.parse().expect("rules"), "the test").expect("rules");
    shared.set_app_rules(app, "the test");
    let policy = PolicyProvider::from(shared);
    for (asked, expected) in [
        (("GET", &[][..]), "not_cors - - v2"),
        (("GET", &[ORIGIN]), "allowed - 1 v2"),
        (("PATCH", &[ORIGIN]), "allowed - 2 app v2"),
        (("GET", &[EVIL]), "not_allowed origin - v2"),
        (("DELETE", &[ORIGIN]), "not_allowed method - v2"),
        (("GET", &[ORIGIN, HEADERS]), "not_allowed header - v2"),
        (
            ("OPTIONS", &[ORIGIN, method("PUT")]),
            "preflight_allowed - 1 v2",
        ),
        (
            ("OPTIONS", &[ORIGIN, method("PATCH")]),
            "preflight_allowed - 2 app v2",
        ),
        (("OPTIONS", &[]), "preflight_refused no_origin - v2"),
        (("OPTIONS", &[ORIGIN]), "preflight_refused method - v2"),
        (
            ("OPTIONS", &[ORIGIN, method("FOO")]),
            "preflight_refused unknown_method - v2",
        ),
        (
            ("OPTIONS", &[EVIL, method("GET")]),
            "preflight_refused origin - v2",
        ),
        (
            ("OPTIONS", &[ORIGIN, method("PUT"), HEADERS]),
            "preflight_refused header - v2",
        ),
    ] {
        check(&policy, asked, expected);
    }
}

#[test]
fn a_policy_that_stays_has_no_version_and_one_that_is_selected_its_own() {
    let asked = ("OPTIONS", &[ORIGIN, method("GET")][..]);
    let fixed = |policy: CorsPolicy| PolicyProvider::from(policy);
    check(
        &fixed(CorsPolicy::without_configuration()),
        asked,
        "preflight_refused no_configuration - v-",
    );
    check(
        &fixed(CorsPolicy::without_bucket()),
        asked,
        "preflight_refused no_bucket - v-",
    );
    let shared = SharedPolicy::pending();
    shared.set_without_configuration("the test");
    let selected = PolicyProvider::selected_by(move |_| Selection::by(&shared));
    check(&selected, asked, "preflight_refused no_configuration - v1");
}

#[test]
fn what_passes_through_is_not_decided() {
    let nothing = PolicyProvider::selected_by(|_| Selection::pass_through());
    let asked = Asked::new("OPTIONS", "/key", &[ORIGIN, method("GET")]);
    assert_eq!(
        events(&nothing, &asked),
        [vec![], vec![]] as [Vec<String>; 2]
    );
}
