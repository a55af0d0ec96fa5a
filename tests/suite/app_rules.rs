//! Rules of an app's own, after the bucket's.

use std::cell::RefCell;
use std::collections::BTreeMap;

use conformance::generate::{asking_for_patch, of_app, rules, runner};
use conformance::naive::Request;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use s3_cors::limits::{MAX_APP_RULES, MAX_RULES};
use s3_cors::{
    AppRules, CorsConfiguration, CorsHeaders, CorsPolicy, CorsRule, Decision, RequestParts,
    ResourceType, RuleSet,
};

/// All that is sent, and the rule it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Sent {
    NotCors,
    /// An actual request without CORS headers.
    Nothing,
    Headers(&'static str, usize, Vec<(&'static str, Vec<u8>)>),
    Error(u16, String, bool),
}

fn sent(policy: &CorsPolicy, request: &Request) -> Sent {
    let headers: Vec<(&str, &[u8])> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), &value[..]))
        .collect();
    let resource_type = if request.is_bucket {
        ResourceType::Bucket
    } else {
        ResourceType::Object
    };
    let request = RequestParts::new(&request.method, &headers).resource_type(resource_type);
    let lines = |headers: &CorsHeaders<'_>| {
        let lines = headers.iter().map(|(name, value)| (name, value.to_vec()));
        (headers.rule_index(), lines.collect())
    };
    match policy.decide(&request) {
        Decision::NotCors => Sent::NotCors,
        Decision::NotAllowed(_) => Sent::Nothing,
        Decision::Allowed(headers) => {
            let (rule, lines) = lines(&headers);
            Sent::Headers("actual", rule, lines)
        }
        Decision::Preflight(headers) => {
            let (rule, lines) = lines(&headers);
            Sent::Headers("preflight", rule, lines)
        }
        Decision::Refused(refusal) => Sent::Error(
            refusal.status(),
            refusal.to_xml("id", "host"),
            refusal.is_preflight(),
        ),
    }
}

#[test]
fn what_the_bucket_allows_is_the_buckets_and_what_neither_allows_is_refused_as_by_the_bucket() {
    let seen = RefCell::new(BTreeMap::<&str, u32>::new());
    let cases = (
        option::weighted(0.9, vec(rules(), 1..5)),
        vec(rules().prop_flat_map(of_app), 1..5),
        vec(asking_for_patch(), 8),
    );
    let result = runner(4_000).run(&cases, |(bucket, app, requests)| {
        let config = bucket
            .as_ref()
            .map(|rules| CorsConfiguration::new(rules.iter().map(Into::into)));
        let app = AppRules::new(app.iter().map(CorsRule::from)).expect("generated to be valid");
        let of_bucket = match &config {
            Some(config) => CorsPolicy::new(config).expect("generated to be valid"),
            None => CorsPolicy::without_configuration(),
        };
        let of_app = CorsPolicy::with_app_rules(None, &app).expect("nothing to refuse");
        let both = CorsPolicy::with_app_rules(config.as_ref(), &app).expect("the same");
        let before = of_bucket.rule_count();
        prop_assert_eq!(both.rule_count(), before + of_app.rule_count());
        for request in requests {
            let (bucket, app) = (sent(&of_bucket, &request), sent(&of_app, &request));
            let found = sent(&both, &request);
            let (expected, kind) = match (&bucket, app) {
                (Sent::Headers(..), Sent::Headers(..)) => (bucket, "both"),
                (Sent::Headers(..), _) => (bucket, "the bucket"),
                (_, Sent::Headers(what, rule, lines)) => {
                    prop_assert!(both.is_app_rule(before + rule));
                    let patch = lines.iter().any(|(name, value)| {
                        *name == "access-control-allow-methods" && value == b"PATCH"
                    });
                    let kind = if patch { "the app, PATCH" } else { "the app" };
                    (Sent::Headers(what, before + rule, lines), kind)
                }
                _ => (bucket, "neither"),
            };
            *seen.borrow_mut().entry(kind).or_default() += 1;
            prop_assert_eq!(found, expected, "{:?}", request);
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let seen = seen.into_inner();
    println!("{seen:?}");
    for kind in ["both", "the bucket", "the app", "the app, PATCH", "neither"] {
        let count = seen.get(kind).copied().unwrap_or_default();
        assert!(
            count >= 100,
            "only {count} requests were allowed by: {kind}"
        );
    }
}

#[test]
fn the_bucket_and_the_app_have_as_many_rules_as_fit_side_by_side_and_no_more() {
    assert_eq!(MAX_RULES + MAX_APP_RULES, RuleSet::CAPACITY);
    let rules = |count: usize, name: &str| -> Vec<CorsRule> {
        let rule = |number| CorsRule::new([format!("https://{name}-{number}.example")], ["GET"]);
        (0..count).map(rule).collect()
    };
    let bucket = CorsConfiguration::new(rules(MAX_RULES, "bucket"));
    let app = AppRules::new(rules(MAX_APP_RULES, "app")).expect("they fit");
    let policy = CorsPolicy::with_app_rules(Some(&bucket), &app).expect("they fit");
    for (name, number, expected) in [("bucket", 99, 99), ("app", 0, 100), ("app", 27, 127)] {
        let origin = format!("https://{name}-{number}.example");
        let headers: &[(&str, &[u8])] = &[("origin", origin.as_bytes())];
        let request = RequestParts::new("GET", headers);
        let Decision::Allowed(headers) = policy.decide(&request) else {
            panic!("{origin} is not allowed");
        };
        assert_eq!(headers.rule_index(), expected);
        assert_eq!(policy.is_app_rule(expected), name == "app");
    }
    assert!(!policy.is_app_rule(128));

    let error = AppRules::new(rules(MAX_APP_RULES + 1, "app")).expect_err("too many");
    assert_eq!(
        error.to_string(),
        "CORSRules[28]: the app has 29 rules of its own; an app can have 28: combine rules that \
         differ only in their origins or methods"
    );
    let bucket = CorsConfiguration::new(rules(MAX_RULES + 1, "bucket"));
    CorsPolicy::with_app_rules(Some(&bucket), &app).expect_err("too many");
}

#[test]
fn rules_of_the_apps_own_are_read_and_refused_like_the_buckets_with_one_method_more() {
    let rule = |method: &str| {
        format!("[\n  {{\"AllowedOrigins\": [\"*\"], \"AllowedMethods\": [\"{method}\"]}}\n]")
    };
    let app = AppRules::from_text(&rule("PATCH")).expect("it may name PATCH");
    assert_eq!(app.rules()[0].allowed_methods, ["PATCH"]);
    CorsConfiguration::from_text(&rule("PATCH")).expect_err("a bucket may not");
    for (method, help) in [
        ("patch", "write \"PATCH\""),
        ("OPTIONS", "remove it: preflights do not need it"),
        ("*", "use GET, PUT, HEAD, POST, DELETE or PATCH"),
        ("TRACE", "use GET, PUT, HEAD, POST, DELETE or PATCH"),
    ] {
        let error = AppRules::from_text(&rule(method)).expect_err(method);
        assert_eq!(
            error.to_string(),
            format!(
                "line 2, column 48: CORSRules[0].AllowedMethods[0]: the app's own rules cannot \
                 allow the method \"{method}\"; {help}"
            )
        );
    }
    // S3 never sees them, and so says nothing of them.
    let error = AppRules::from_text(r#"[{"AllowedOrigins": ["*.*"], "AllowedMethods": []}]"#)
        .expect_err("two problems");
    assert_eq!(error.problems().len(), 2);
    assert!(
        error
            .problems()
            .iter()
            .all(|problem| problem.s3_error().is_none()),
        "{error}"
    );
}
