//! Selections of one's own, and what becomes of requests that nobody selects a policy for.

use conformance::answer::Answer;
use s3_cors::adapter::{Addressing, BucketPolicies, PolicyProvider, Selection};
use s3_cors::{CorsPolicy, ResourceType, SharedPolicy};

use crate::apps::{Asked, OWN, on_actix, on_tower};

const ORIGIN: (&str, &str) = ("Origin", "https://www.example.com");
const PREFLIGHT: (&str, &str) = ("Access-Control-Request-Method", "GET");

fn allowing(methods: &str) -> String {
    format!(r#"[{{"AllowedOrigins": ["https://www.example.com"], "AllowedMethods": [{methods}]}}]"#)
}

/// The response by either adapter, which agree but for the order of headers.
#[track_caller]
fn answer(policy: &PolicyProvider, asked: &Asked) -> Answer {
    let mut tower = on_tower(policy.clone(), asked);
    tower.headers.sort();
    let mut actix = on_actix(policy.clone(), asked);
    let ids = |answer: &mut Answer| {
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        let ids = body.find("<RequestId>").unwrap_or(body.len());
        answer.body.truncate(ids);
        answer
            .headers
            .retain(|(name, _)| !name.starts_with("x-amz-"));
    };
    ids(&mut tower);
    ids(&mut actix);
    assert_eq!(tower, actix, "{asked:?}");
    tower
}

#[track_caller]
fn assert_untouched(answer: &Answer) {
    assert_eq!((answer.status, &*answer.body), (200, &b"from the app"[..]));
    for (name, value) in OWN {
        assert_eq!(answer.header(name), Some(value), "{answer:?}");
    }
}

#[test]
fn what_nobody_selects_a_policy_for_passes_through_untouched_preflights_included() {
    let nothing = PolicyProvider::selected_by(|_| Selection::pass_through());
    for (method, headers) in [
        ("GET", &[][..]),
        ("GET", &[ORIGIN]),
        ("OPTIONS", &[]),
        ("OPTIONS", &[ORIGIN, PREFLIGHT]),
    ] {
        assert_untouched(&answer(&nothing, &Asked::new(method, "/a", headers)));
    }
}

#[test]
fn a_selector_sees_method_host_path_query_and_headers() {
    let get = CorsPolicy::from_text(&allowing("\"GET\"")).expect("a configuration");
    let provider = PolicyProvider::selected_by(move |request| {
        let seen = [
            request.method() == "OPTIONS",
            request.host() == Some("a.example:81"),
            request.path() == "/a/%20b",
            request.query() == Some("c=d"),
            request.header("X-TENANT") == Some(b"one"),
            request.header("x-tenants").is_none(),
        ];
        if seen == [true; 6] {
            Selection::by(&get)
        } else {
            Selection::pass_through()
        }
    });
    let tenant = ("x-tenant", "one");
    let host = ("host", "a.example:81");
    let preflight = [host, tenant, ORIGIN, PREFLIGHT];
    let ours = answer(&provider, &Asked::new("OPTIONS", "/a/%20b?c=d", &preflight));
    assert_eq!(ours.header("access-control-allow-methods"), Some("GET"));
    // The target's host counts more than the header.
    let target = "http://a.example:81/a/%20b?c=d";
    let other = [("host", "b.example"), tenant, ORIGIN, PREFLIGHT];
    let ours = answer(&provider, &Asked::new("OPTIONS", target, &other));
    assert_eq!(ours.header("access-control-allow-methods"), Some("GET"));
    let other = [("host", "b.example"), tenant, ORIGIN, PREFLIGHT];
    assert_untouched(&answer(
        &provider,
        &Asked::new("OPTIONS", "/a/%20b?c=d", &other),
    ));
}

#[test]
fn a_selected_policy_can_be_replaced_while_it_is_in_use() {
    let shared = SharedPolicy::pending();
    let selected = shared.clone();
    let provider = PolicyProvider::selected_by(move |_| Selection::by(&selected));
    let asked = Asked::new("GET", "/", &[ORIGIN]);
    let methods = |answer: &Answer| {
        answer
            .header("access-control-allow-methods")
            .map(str::to_owned)
    };
    assert_eq!(methods(&answer(&provider, &asked)), None);
    for (rules, expected) in [("\"GET\"", "GET"), ("\"GET\", \"PUT\"", "GET, PUT")] {
        shared
            .set(allowing(rules).parse().expect("rules"), "the test")
            .expect("rules");
        assert_eq!(
            methods(&answer(&provider, &asked)).as_deref(),
            Some(expected)
        );
    }
}

#[test]
fn a_refusal_names_the_resource_that_was_selected() {
    let get = CorsPolicy::from_text(&allowing("\"GET\"")).expect("a configuration");
    for (path, selected, expected) in [
        ("/", None, "BUCKET"),
        ("/bucket/", None, "OBJECT"),
        ("/bucket/", Some(ResourceType::Bucket), "BUCKET"),
        ("/", Some(ResourceType::Object), "OBJECT"),
    ] {
        let get = get.clone();
        let provider = PolicyProvider::selected_by(move |_| match selected {
            Some(resource_type) => Selection::by(&get).resource_type(resource_type),
            None => Selection::by(&get),
        });
        let put = ("Access-Control-Request-Method", "PUT");
        let refused = answer(&provider, &Asked::new("OPTIONS", path, &[ORIGIN, put]));
        let body = String::from_utf8(refused.body).expect("text");
        let element = format!("<ResourceType>{expected}</ResourceType>");
        assert!(body.contains(&element), "{path} {selected:?}: {body}");
    }
}

#[test]
fn buckets_that_do_not_exist_and_the_service_itself_are_not_found() {
    let buckets = BucketPolicies::new();
    let config = allowing("\"GET\"").parse().expect("rules");
    buckets.set("photos", config, "the test").expect("rules");
    let _ = buckets.create("drafts");
    let provider = buckets.addressed(Addressing::path_style());
    let preflight = |path| {
        answer(
            &provider,
            &Asked::new("OPTIONS", path, &[ORIGIN, PREFLIGHT]),
        )
    };
    for (path, message) in [
        ("/", "CORSResponse: Bucket not found"),
        ("/missing/key", "CORSResponse: Bucket not found"),
        (
            "/drafts/key",
            "CORSResponse: CORS is not enabled for this bucket.",
        ),
    ] {
        let refused = preflight(path);
        let body = String::from_utf8(refused.body.clone()).expect("text");
        let expected = format!(
            "<Message>{message}</Message><Method>GET</Method>\
                                <ResourceType>BUCKET</ResourceType>"
        );
        assert!(body.contains(&expected), "{path}: {body}");
        assert_eq!(
            (refused.status, refused.cors_lines().len()),
            (403, 0),
            "{path}"
        );
        let actual = answer(&provider, &Asked::new("GET", path, &[ORIGIN]));
        // The app's own `Vary` is the app's business.
        assert_eq!(
            actual.cors_lines(),
            [("vary", "Accept".to_owned())],
            "{path}"
        );
    }
    assert_eq!(preflight("/photos/key").status, 200);
}

#[test]
fn buckets_are_set_listed_and_removed() {
    let buckets = BucketPolicies::new();
    assert!(buckets.is_empty());
    let one = || allowing("\"GET\"").parse().expect("rules");
    let faulty = s3_cors::CorsConfiguration::default();
    buckets
        .set("a", faulty.clone(), "the test")
        .expect_err("no rules");
    assert!(
        buckets.is_empty(),
        "a bucket was created by rules that are bad"
    );

    assert!(buckets.set("b", one(), "b.json").expect("rules").changed());
    assert_eq!(buckets.create("a").status().policy().rule_count(), 0);
    assert_eq!(
        buckets.create("b").status().policy().rule_count(),
        1,
        "it was there"
    );
    assert_eq!(*buckets.names(), ["a".into(), "b".into()]);

    buckets.set("b", faulty, "b.json").expect_err("no rules");
    let status = buckets.get("b").expect("it is there").status();
    assert_eq!(
        (status.policy().rule_count(), status.is_failing()),
        (1, true)
    );

    let followed = SharedPolicy::new(one(), "c.json").expect("rules");
    assert!(buckets.insert("c", followed.clone()).is_none());
    followed.set_without_configuration("c.json");
    assert_eq!(buckets.get("c").expect("it is there").status().version(), 2);

    assert!(buckets.remove("b").is_some() && buckets.remove("b").is_none());
    assert_eq!(buckets.len(), 2);
    let collected: BucketPolicies = [("d", SharedPolicy::pending())].into_iter().collect();
    assert!(collected.get("d").is_some() && buckets.get("d").is_none());
}
