//! The example that counts decisions, over a real socket.

use conformance::apps::{AXUM_METRICS, App};
use conformance::raw_http::{exchange, request};
use serde_json::json;

const ORIGIN: (&str, &[u8]) = ("Origin", b"https://www.example.com");
const EVIL: (&str, &[u8]) = ("Origin", b"https://evil.example");
const PUT: (&str, &[u8]) = ("Access-Control-Request-Method", b"PUT");

#[test]
fn decisions_and_what_the_next_rules_would_change_are_counted_without_any_origin() {
    let rule = |methods: &[&str]| json!([{"AllowedOrigins": ["https://www.example.com"], "AllowedMethods": methods}]);
    let next = std::env::temp_dir().join(format!("s3-cors-next-{}.json", std::process::id()));
    std::fs::write(&next, rule(&["PUT"]).to_string()).expect("a temporary file");
    let shadow = next.to_str().expect("text");
    let app = App::start_with_arguments(AXUM_METRICS, Some(&rule(&["GET"])), &["--shadow", shadow]);
    let ask = |method: &str, path: &str, headers: &[(&str, &[u8])]| {
        let bytes = request(method, path, headers.iter().copied());
        exchange(app.address(), &bytes).expect("a response")
    };
    for (method, headers, status) in [
        ("GET", &[][..], 200),
        ("GET", &[ORIGIN], 200),
        ("GET", &[ORIGIN], 200),
        ("GET", &[EVIL], 200),
        ("OPTIONS", &[ORIGIN, PUT], 403),
    ] {
        let answer = ask(method, "/", headers);
        assert_eq!(answer.status, status, "{method} {headers:?}");
    }
    let metrics = String::from_utf8(ask("GET", "/metrics", &[]).body).expect("text");
    for line in [
        r#"cors_decisions_total{outcome="not_cors",reason="",rule=""} 1"#,
        r#"cors_decisions_total{outcome="allowed",reason="",rule="0"} 2"#,
        r#"cors_decisions_total{outcome="not_allowed",reason="origin",rule=""} 1"#,
        r#"cors_decisions_total{outcome="preflight_refused",reason="method",rule=""} 1"#,
        r#"cors_shadow_differences_total{kind="loses",reason="method"} 2"#,
        r#"cors_shadow_differences_total{kind="gains",reason=""} 1"#,
        "cors_policy_version 1",
    ] {
        assert!(
            metrics.lines().any(|known| known == line),
            "{line} is not in:\n{metrics}"
        );
    }
    assert!(!metrics.contains("example"), "{metrics}");
    let _ = std::fs::remove_file(next);
}
