//! What selecting allocates: nothing, however many buckets there are.

use std::hint::black_box;

use allocation_counter::measure;
use http::Request;
use s3_cors::adapter::{Addressing, BucketPolicies, PolicyProvider, Selection};
use s3_cors::{CorsConfiguration, CorsPolicy, Decision, SharedPolicy};

const CORS: &str =
    r#"[{"AllowedOrigins": ["https://www.example.com"], "AllowedMethods": ["GET"]}]"#;

fn request(target: &str, host: &str) -> Request<()> {
    let request = Request::get(target).header("origin", "https://www.example.com");
    request.header("host", host).body(()).expect("a request")
}

/// How often memory is asked for when a request is decided, and whether a rule allows it.
fn decided(provider: &PolicyProvider, request: &Request<()>) -> (u64, Option<bool>) {
    let mut allowed = None;
    let mut decide = || {
        let policy = provider.select(request);
        let policy = policy.as_ref().map(|policy| policy.decide(request));
        allowed = policy.map(|decision| matches!(black_box(decision), Decision::Allowed(_)));
    };
    // The first read on a thread prepares it for all others.
    decide();
    let counted = measure(&mut decide);
    (counted.count_total, allowed)
}

#[test]
fn a_selection_by_a_function_allocates_nothing() {
    let policy = CorsPolicy::from_text(CORS).expect("a configuration");
    let shared = SharedPolicy::new(CORS.parse().expect("the same"), "a").expect("the same");
    let provider = PolicyProvider::selected_by(move |request| match request.path() {
        "/fixed" => Selection::by(&policy),
        "/shared" => Selection::by(&shared),
        "/none" => Selection::without_bucket(),
        _ => Selection::pass_through(),
    });
    for (path, allowed) in [
        ("/fixed", Some(true)),
        ("/shared", Some(true)),
        ("/none", Some(false)),
        ("/", None),
    ] {
        assert_eq!(
            decided(&provider, &request(path, "a")),
            (0, allowed),
            "{path}"
        );
    }
}

#[test]
fn a_selection_among_any_number_of_buckets_allocates_nothing() {
    let config: CorsConfiguration = CORS.parse().expect("a configuration");
    for count in [1, 100, 10_000] {
        let policy = SharedPolicy::new(config.clone(), "a").expect("the same");
        let policies = (0..count).map(|number| (format!("bucket-{number}"), policy.clone()));
        let buckets: BucketPolicies = policies.collect();
        assert_eq!(buckets.len(), count);
        let addressing = Addressing::path_style()
            .domain("s3.example.com")
            .and_then(|addressing| addressing.host("cdn.example", "bucket-0"))
            .expect("host names");
        let provider = buckets.addressed(addressing);
        let last = format!("bucket-{}", count - 1);
        for (target, host, allowed) in [
            (format!("/{last}/key"), "127.0.0.1:9000".to_owned(), true),
            (
                format!("/%62{}/key", &last[1..]),
                "127.0.0.1".to_owned(),
                true,
            ),
            ("/key".into(), format!("{last}.s3.example.com"), true),
            (
                "/key".into(),
                format!("{}.S3.example.com.:443", last.to_uppercase()),
                true,
            ),
            ("/key".into(), "CDN.example".into(), true),
            ("/missing/key".into(), "127.0.0.1".into(), false),
            ("/".into(), "s3.example.com".into(), false),
        ] {
            let decided = decided(&provider, &request(&target, &host));
            assert_eq!(decided, (0, Some(allowed)), "{count}: {host}{target}");
        }
    }
}
