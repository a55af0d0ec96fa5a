//! The middleware's own responses: their ids, and the errors of configurations.

use actix_s3_cors::{CorsConfiguration, CorsPolicy, S3Cors};

use crate::{FOREIGN_PREFLIGHT, PREFLIGHT, Response, app, call, cors};

/// The ids of a refusal, which stand in its headers and in its XML.
#[track_caller]
fn ids(response: &Response) -> [String; 2] {
    let [request_id, host_id] = ["x-amz-request-id", "x-amz-id-2"].map(|name| {
        let [id] = response.lines(name)[..] else {
            panic!("not one {name}");
        };
        id.to_owned()
    });
    assert_eq!(response.lines("content-type"), ["application/xml"]);
    let body = str::from_utf8(&response.body).expect("XML");
    let end = format!("<RequestId>{request_id}</RequestId><HostId>{host_id}</HostId></Error>");
    assert!(body.ends_with(&end), "{body}");
    [request_id, host_id]
}

#[test]
fn a_refusal_takes_over_a_harmless_request_id_and_makes_one_in_place_of_any_other() {
    let too_long = "a".repeat(129);
    for (sent, taken_over) in [
        (Some("01HZX3-trace"), true),
        (Some("<script>"), false),
        (Some(""), false),
        (Some(&too_long[..]), false),
        (None, false),
    ] {
        let mut headers = FOREIGN_PREFLIGHT.to_vec();
        headers.extend(sent.map(|id| ("x-request-id", id)));
        let refuse = || ids(&call(cors(), app(200, &[]), "OPTIONS", "/key", &headers));
        let [[one, host], [other, same_host]] = [refuse(), refuse()];
        assert_eq!(Some(&one[..]) == sent, taken_over, "{sent:?}: {one}");
        assert_eq!(one == other, taken_over, "{sent:?}");
        assert_eq!(host, same_host);
    }
}

#[test]
fn a_preflight_has_an_empty_body_and_no_ids() {
    let response = call(cors(), app(404, &[]), "OPTIONS", "/key", PREFLIGHT);
    assert_eq!(response.status, 200);
    for name in ["x-amz-request-id", "x-amz-id-2", "content-type"] {
        assert!(response.lines(name).is_empty(), "{name}");
    }
    assert!(response.body.is_empty());
}

#[test]
fn a_refusal_says_whether_a_bucket_or_an_object_was_asked_for() {
    for (path, kind) in [("/", "BUCKET"), ("/key", "OBJECT")] {
        let refused = call(cors(), app(200, &[]), "OPTIONS", path, FOREIGN_PREFLIGHT);
        let body = str::from_utf8(&refused.body).expect("XML");
        assert!(
            body.contains(&format!("<ResourceType>{kind}</ResourceType>")),
            "{body}"
        );
    }
}

#[test]
fn a_middleware_is_made_of_a_policy_a_text_or_a_configuration_and_errors_are_passed_on() {
    let policy = CorsPolicy::from_text(crate::CORS).expect("a configuration");
    let parsed: S3Cors = crate::CORS.parse().expect("a configuration");
    for cors in [S3Cors::from(policy), parsed] {
        assert_eq!(cors.policy().rule_count(), 1);
    }
    let without_rules = CorsConfiguration::new([]);
    let expected = CorsPolicy::new(&without_rules).expect_err("no rule");
    let error = S3Cors::try_from(&without_rules).expect_err("no rule");
    assert_eq!(error.to_string(), expected.to_string());
    S3Cors::from_text("{").expect_err("no JSON");
    S3Cors::from_path("no/such/file.json").expect_err("no file");
}

#[cfg(feature = "shared")]
#[test]
fn a_middleware_that_exists_already_follows_a_shared_policy() {
    use actix_s3_cors::SharedPolicy;

    let shared = SharedPolicy::pending();
    let cors = S3Cors::new(&shared);
    let allowed = || call(cors.clone(), app(200, &[]), "GET", "/key", crate::ALLOWED).has_cors();
    assert!(!allowed());
    let rules = CorsConfiguration::from_text(crate::CORS).expect("a configuration");
    shared.set(rules, "a test").expect("valid rules");
    assert!(allowed());
}
