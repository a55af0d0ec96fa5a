//! Each target's way of responding, held against what its service documents.

use s3_cors_formats::{Deployment, Request, Response, Target};

fn response(target: Target, text: &str, request: &Request) -> Response {
    let deployment = Deployment::read(target, text).unwrap_or_else(|error| panic!("{error}"));
    deployment.responses(request).remove(0)
}

/// Origin, method and requested headers of a preflight, and the origin it is allowed with.
type Row = (
    &'static str,
    &'static str,
    &'static [&'static str],
    Option<&'static str>,
);

#[track_caller]
fn preflights(target: Target, text: &str, rows: &[Row]) {
    for (origin, method, headers, expected) in rows {
        let response = response(target, text, &Request::preflight(origin, method, headers));
        let found = response.header("access-control-allow-origin");
        assert_eq!(
            found, *expected,
            "{origin} {method} {headers:?}: {response}"
        );
    }
}

const A: &str = "https://a.example";

#[test]
fn google_takes_the_first_entry_for_origin_and_method() {
    let text = r#"[
        {"origin": ["https://a.example"], "method": ["GET"], "responseHeader": ["Content-Type"]},
        {"origin": ["*"], "method": ["GET", "PUT"], "responseHeader": ["x-a"], "maxAgeSeconds": 60}
    ]"#;
    preflights(
        Target::Gcs,
        text,
        &[
            (A, "GET", &["content-type"], Some(A)),
            // The second entry would allow it, but the first one is for the origin and the method.
            (A, "GET", &["x-a"], None),
            (A, "PUT", &["x-a"], Some(A)),
            // The origin is echoed even for `*`.
            ("https://b.example", "GET", &[], Some("https://b.example")),
            (A, "DELETE", &[], None),
        ],
    );
    let refused = response(Target::Gcs, text, &Request::preflight(A, "DELETE", &[]));
    assert_eq!(refused.status, Some(200));
    let allowed = response(Target::Gcs, text, &Request::preflight(A, "GET", &[]));
    assert_eq!(allowed.header("access-control-max-age"), Some("3600"));
    assert_eq!(allowed.header("access-control-allow-credentials"), None);
    let actual = response(Target::Gcs, text, &Request::actual(A, "GET"));
    assert_eq!(
        actual.header("access-control-expose-headers"),
        Some("Content-Type")
    );
}

#[test]
fn azure_fails_where_the_first_rule_for_origin_and_method_lacks_a_header() {
    // The documentation's own example of three rules.
    let text = "<Cors>\
        <CorsRule><AllowedOrigins>http://www.contoso.com</AllowedOrigins><AllowedMethods>PUT,HEAD</AllowedMethods><MaxAgeInSeconds>5</MaxAgeInSeconds><ExposedHeaders>x-ms-*</ExposedHeaders><AllowedHeaders>x-ms-blob-content-type,x-ms-blob-content-disposition</AllowedHeaders></CorsRule>\
        <CorsRule><AllowedOrigins>*</AllowedOrigins><AllowedMethods>PUT,GET</AllowedMethods><MaxAgeInSeconds>5</MaxAgeInSeconds><ExposedHeaders>x-ms-*</ExposedHeaders><AllowedHeaders>x-ms-blob-content-type,x-ms-blob-content-disposition</AllowedHeaders></CorsRule>\
        <CorsRule><AllowedOrigins>http://www.contoso.com</AllowedOrigins><AllowedMethods>GET</AllowedMethods><MaxAgeInSeconds>5</MaxAgeInSeconds><ExposedHeaders>x-ms-*</ExposedHeaders><AllowedHeaders>x-ms-client-request-id</AllowedHeaders></CorsRule>\
        </Cors>";
    let contoso = "http://www.contoso.com";
    preflights(
        Target::AzureBlobXml,
        text,
        &[
            (contoso, "PUT", &["x-ms-blob-content-type"], Some(contoso)),
            (
                "http://www.bing.com",
                "GET",
                &["x-ms-blob-content-type"],
                Some("*"),
            ),
            // The second rule is for the origin and the method, so the third is not looked at.
            (contoso, "GET", &["x-ms-client-request-id"], None),
            ("http://WWW.contoso.com", "HEAD", &[], None),
        ],
    );
    let refused = response(
        Target::AzureBlobXml,
        text,
        &Request::preflight(contoso, "POST", &[]),
    );
    assert_eq!(refused.status, Some(403));
    let actual = response(
        Target::AzureBlobXml,
        text,
        &Request::actual(contoso, "HEAD"),
    );
    assert_eq!(actual.header("vary"), Some("Origin"));
    let any = response(
        Target::AzureBlobXml,
        text,
        &Request::actual("http://b", "GET"),
    );
    assert_eq!(any.header("vary"), None);
}

#[test]
fn azure_takes_subdomains_and_prefixes() {
    let text = r#"{"corsRules": [{"allowedOrigins": ["http://*.contoso.com"], "allowedMethods": ["GET"],
        "allowedHeaders": ["x-ms-meta-*"], "exposedHeaders": [], "maxAgeInSeconds": 5}]}"#;
    preflights(
        Target::AzureBlobArm,
        text,
        &[
            (
                "http://www.contoso.com",
                "GET",
                &["X-MS-Meta-A"],
                Some("http://www.contoso.com"),
            ),
            ("http://contoso.com", "GET", &[], None),
            ("http://www.contoso.com", "GET", &["x-ms-other"], None),
        ],
    );
}

#[test]
fn an_http_api_takes_any_https_origin_and_responds_itself() {
    let text = r#"{"AllowOrigins": ["https://*", "http://localhost"], "AllowMethods": ["GET"],
        "AllowHeaders": ["authorization", "*"], "MaxAge": 300, "AllowCredentials": true}"#;
    preflights(
        Target::HttpApi,
        text,
        &[
            (A, "GET", &[], Some(A)),
            ("http://a.example", "GET", &[], None),
            ("http://localhost", "GET", &[], Some("http://localhost")),
        ],
    );
    let allowed = response(Target::HttpApi, text, &Request::preflight(A, "GET", &[]));
    assert_eq!(allowed.status, Some(204));
    assert_eq!(
        allowed.header("access-control-allow-headers"),
        Some("authorization,*")
    );
    assert_eq!(allowed.header("access-control-max-age"), Some("300"));
}

#[test]
fn a_function_url_knows_no_pattern_but_any() {
    let text = r#"{"AllowOrigins": ["https://*", "https://a.example"], "AllowMethods": ["*"],
        "ExposeHeaders": ["date", "keep-alive"], "MaxAge": 86400}"#;
    preflights(
        Target::FunctionUrl,
        text,
        &[
            (A, "GET", &[], Some(A)),
            ("https://b.example", "GET", &[], None),
        ],
    );
    let any = r#"{"AllowOrigins": ["*"], "AllowMethods": ["GET"]}"#;
    preflights(
        Target::FunctionUrl,
        any,
        &[("https://b.example", "PUT", &[], Some("*"))],
    );
    let actual = response(Target::FunctionUrl, text, &Request::actual(A, "POST"));
    assert_eq!(
        actual.header("access-control-expose-headers"),
        Some("date, keep-alive".replace(", ", ",").as_str())
    );
}

#[test]
fn a_headers_policy_takes_a_wildcard_at_the_beginning_of_a_domain() {
    let text = r#"{"Name": "a", "CorsConfig": {
        "AccessControlAllowOrigins": {"Quantity": 3, "Items": ["*.example.org", "test.*.example.com", "https://a.example"]},
        "AccessControlAllowMethods": {"Quantity": 1, "Items": ["GET"]},
        "AccessControlAllowHeaders": {"Quantity": 1, "Items": ["x-a"]},
        "AccessControlAllowCredentials": false, "OriginOverride": true}}"#;
    preflights(
        Target::CloudFrontHeadersPolicy,
        text,
        &[
            (
                "https://a.example.org",
                "GET",
                &[],
                Some("https://a.example.org"),
            ),
            ("https://test.b.example.com", "GET", &[], None),
            (A, "GET", &[], Some(A)),
        ],
    );
    let preflight = response(
        Target::CloudFrontHeadersPolicy,
        text,
        &Request::preflight(A, "GET", &[]),
    );
    assert_eq!(
        preflight.status, None,
        "CloudFront responds to no preflight itself"
    );
    let actual = response(
        Target::CloudFrontHeadersPolicy,
        text,
        &Request::actual(A, "GET"),
    );
    assert_eq!(actual.header("access-control-allow-methods"), None);
}

#[test]
fn a_load_balancer_sends_its_headers_with_every_response() {
    let text = r#"{"Attributes": [
        {"Key": "routing.http.response.access_control_allow_origin.header_value", "Value": "https://a.example"},
        {"Key": "routing.http.response.access_control_allow_methods.header_value", "Value": "GET,PUT"}]}"#;
    preflights(
        Target::Alb,
        text,
        &[("https://b.example", "GET", &[], Some(A))],
    );
    let actual = response(
        Target::Alb,
        text,
        &Request::actual("https://b.example", "DELETE"),
    );
    assert_eq!(
        actual.header("access-control-allow-methods"),
        Some("GET,PUT")
    );
    assert_eq!(actual.header("vary"), None);
}

#[test]
fn terraform_keeps_no_order_so_any_rule_that_matches_may_respond() {
    let text = "resource \"aws_s3_bucket_cors_configuration\" \"a\" {\n  cors_rule {\n    allowed_origins = [\"https://a.example\"]\n    allowed_methods = [\"GET\"]\n    max_age_seconds = 1\n  }\n  cors_rule {\n    allowed_origins = [\"*\"]\n    allowed_methods = [\"GET\"]\n  }\n}\n";
    let deployment = Deployment::read(Target::Terraform, text).unwrap();
    let responses = deployment.responses(&Request::preflight(A, "GET", &[]));
    let ages: Vec<_> = responses
        .iter()
        .map(|r| r.header("access-control-max-age"))
        .collect();
    assert_eq!(ages, [Some("1"), Some("0")]);
    assert_eq!(
        deployment
            .responses(&Request::preflight("https://b", "GET", &[]))
            .len(),
        1
    );
}

#[test]
fn cloudfront_without_the_origin_in_its_key_loses_it() {
    let text = r#"{"CachePolicyConfig": {"ParametersInCacheKeyAndForwardedToOrigin": {"HeadersConfig":
        {"Headers": {"Items": ["Origin"]}}}}, "CacheBehavior": {"AllowedMethods": {"Items": ["GET", "OPTIONS"]}},
        "BucketCorsConfiguration": {"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]}}"#;
    preflights(Target::CloudFront, text, &[(A, "GET", &[], None)]);
    let whole = text.replace(
        "[\"Origin\"]",
        "[\"Origin\", \"Access-Control-Request-Headers\", \"Access-Control-Request-Method\"]",
    );
    preflights(Target::CloudFront, &whole, &[(A, "GET", &[], Some("*"))]);
}

#[test]
fn what_was_not_written_for_a_target_is_refused() {
    for target in Target::ALL {
        let lenient = [Target::FunctionUrl, Target::HttpApi].contains(&target);
        assert!(
            lenient || Deployment::read(target, "{}").is_err(),
            "{}",
            target.name()
        );
        assert!(Deployment::read(target, "").is_err(), "{}", target.name());
    }
}
