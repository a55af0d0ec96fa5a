//! The layer's own responses: their ids, and the errors of configurations.

use http::Response;
use tower_s3_cors::{CorsConfiguration, CorsPolicy, S3CorsLayer};

use crate::{FOREIGN_PREFLIGHT, PREFLIGHT, app, bytes, call, layer, lines, request};

/// The ids of a refusal, which stand in its headers and in its XML.
#[track_caller]
fn ids(response: Response<http_body_util::Full<bytes::Bytes>>) -> [String; 2] {
    let ids = ["x-amz-request-id", "x-amz-id-2"].map(|name| {
        let [id] = &lines(response.headers(), name)[..] else {
            panic!("not one {name}");
        };
        id.clone()
    });
    let content_type = lines(response.headers(), "content-type");
    assert_eq!(content_type, ["application/xml"]);
    let body = bytes(response);
    let body = std::str::from_utf8(&body).expect("XML");
    let [request_id, host_id] = &ids;
    let end = format!("<RequestId>{request_id}</RequestId><HostId>{host_id}</HostId></Error>");
    assert!(body.ends_with(&end), "{body}");
    ids
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
        let refuse = || {
            let request = request("OPTIONS", "/key", &headers);
            ids(call(layer().wrap(app(200, &[])), request))
        };
        let [[one, host], [other, same_host]] = [refuse(), refuse()];
        assert_eq!(Some(&one[..]) == sent, taken_over, "{sent:?}: {one}");
        assert_eq!(one == other, taken_over, "{sent:?}");
        assert_eq!(host, same_host);
    }
}

#[test]
fn a_preflight_has_an_empty_body_and_no_ids() {
    let response = call(
        layer().wrap(app(404, &[])),
        request("OPTIONS", "/key", PREFLIGHT),
    );
    assert_eq!(response.status(), 200);
    for name in ["x-amz-request-id", "x-amz-id-2", "content-type"] {
        assert!(!response.headers().contains_key(name), "{name}");
    }
    assert!(bytes(response).is_empty());
}

#[test]
fn a_refusal_says_whether_a_bucket_or_an_object_was_asked_for() {
    for (path, kind) in [("/", "BUCKET"), ("/key", "OBJECT")] {
        let refused = call(
            layer().wrap(app(200, &[])),
            request("OPTIONS", path, FOREIGN_PREFLIGHT),
        );
        let body = bytes(refused);
        let body = std::str::from_utf8(&body).expect("XML");
        assert!(
            body.contains(&format!("<ResourceType>{kind}</ResourceType>")),
            "{body}"
        );
    }
}

#[test]
fn a_layer_is_made_of_a_policy_a_text_or_a_configuration_and_errors_are_passed_on() {
    let policy = CorsPolicy::from_text(crate::CORS).expect("a configuration");
    let parsed: S3CorsLayer = crate::CORS.parse().expect("a configuration");
    for layer in [S3CorsLayer::from(policy), parsed] {
        assert_eq!(layer.policy().rule_count(), 1);
    }
    let without_rules = CorsConfiguration::new([]);
    let expected = CorsPolicy::new(&without_rules).expect_err("no rule");
    let error = S3CorsLayer::try_from(&without_rules).expect_err("no rule");
    assert_eq!(error.to_string(), expected.to_string());
    S3CorsLayer::from_text("{").expect_err("no JSON");
    S3CorsLayer::from_path("no/such/file.json").expect_err("no file");
}
