//! Conversions of random rules, held against random requests.

use proptest::prelude::*;
use s3_cors::{CorsConfiguration, CorsPolicy, Dialect};
use s3_cors_formats::{
    Conversion, Deployment, DifferenceKind, Request, Target, Variables, convert, differences_in,
    read, response_of_s3,
};
use serde_json::{Value, json};

fn origin() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("*".to_owned()),
        Just("https://*".to_owned()),
        Just("https://*.example.com".to_owned()),
        Just("https://app-*.example.com".to_owned()),
        Just("http://localhost:*".to_owned()),
        Just("null".to_owned()),
        Just("https://example.com".to_owned()),
        "https://[ab](\\.example)?\\.com".prop_map(|text| text),
    ]
}

fn header() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("*".to_owned()),
        Just("x-amz-*".to_owned()),
        Just("*-token".to_owned()),
        Just("Content-Type".to_owned()),
        Just("authorization".to_owned()),
        "x-[abc]",
    ]
}

fn rule() -> impl Strategy<Value = Value> {
    let methods = prop::sample::subsequence(vec!["GET", "PUT", "HEAD", "POST", "DELETE"], 1..=5);
    let exposed = prop::sample::subsequence(vec!["ETag", "x-a", "x-amz-id-2"], 0..=3);
    (
        prop::collection::vec(origin(), 1..4),
        methods,
        prop::collection::vec(header(), 0..4),
        exposed,
        prop::option::of(prop_oneof![Just(0), Just(5), Just(600), Just(100_000)]),
        prop::option::of("[a-z${}%\"'\\\\ #:é]{1,8}"),
    )
        .prop_map(|(origins, methods, headers, exposed, max_age, id)| {
            let mut rule = json!({
                "AllowedOrigins": origins, "AllowedMethods": methods,
                "AllowedHeaders": headers, "ExposeHeaders": exposed,
            });
            if let Some(max_age) = max_age {
                rule["MaxAgeSeconds"] = json!(max_age);
            }
            if let Some(id) = id {
                rule["ID"] = json!(id);
            }
            rule
        })
}

fn rules() -> impl Strategy<Value = CorsConfiguration> {
    prop::collection::vec(rule(), 1..4).prop_map(|rules| {
        CorsConfiguration::from_text(&Value::from(rules).to_string()).expect("the rules are valid")
    })
}

fn request() -> impl Strategy<Value = Request> {
    let host =
        "(https|http|x)://(app-|[ab]\\.|unlisted\\.|)[a-c]?(example)?(\\.com|)(:3000|:8443|)";
    let asking = prop_oneof![
        4 => host.prop_map(|text| text),
        2 => Just("https://example.com".to_owned()),
        1 => Just("https://app-1.example.com".to_owned()),
        1 => Just("null".to_owned()),
        1 => Just("http://localhost:5173".to_owned()),
    ];
    let method = prop::sample::select(vec!["GET", "PUT", "HEAD", "POST", "DELETE", "PATCH"]);
    let name = prop_oneof![
        Just("content-type".to_owned()),
        Just("authorization".to_owned()),
        "(x-amz-|x-|)[a-d]{1,3}(-token|)",
    ];
    (asking, method, prop::collection::vec(name, 0..3), 0..3_u8).prop_map(
        |(origin, method, headers, kind)| {
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            match kind {
                0 => Request::actual(&origin, method),
                1 => Request::actual_with_error(&origin, method),
                _ => Request::preflight(&origin, method, &headers),
            }
        },
    )
}

/// Written, and read back as the target would; none where the target does not take the rules.
fn converted(rules: &CorsConfiguration, target: Target) -> Option<(Conversion, Deployment)> {
    let conversion = convert(rules, target).ok()?;
    let deployment = Deployment::read(target, &conversion.output).expect("it was written");
    Some((conversion, deployment))
}

/// `PROPTEST_CASES=1000` looks longer.
fn config() -> ProptestConfig {
    let given = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: given.unwrap_or(12),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_difference_that_is_not_reported_is_not_there(
        rules in rules(),
        requests in prop::collection::vec(request(), 850),
    ) {
        let policy = CorsPolicy::new(&rules).unwrap();
        for target in Target::ALL {
            let Some((conversion, deployment)) = converted(&rules, target) else { continue };
            for request in &requests {
                for (kind, code) in differences_in(&policy, &deployment, request) {
                    // What fails in the same way as what succeeds is reported for that.
                    let reported = conversion.differences.iter().any(|difference| {
                        (difference.kind, difference.code) == (kind, code)
                            || (code.as_str() == "error-without-headers"
                                && difference.kind == DifferenceKind::Denied)
                    });
                    prop_assert!(
                        reported,
                        "{}: {kind:?} {code} by {request} is not reported for {}",
                        target.name(),
                        rules.to_text(Dialect::Console),
                    );
                }
            }
        }
    }

    #[test]
    fn a_difference_that_is_reported_is_there(rules in rules()) {
        let policy = CorsPolicy::new(&rules).unwrap();
        for target in Target::ALL {
            let Some((conversion, deployment)) = converted(&rules, target) else { continue };
            for difference in &conversion.differences {
                let request = &difference.request;
                prop_assert_eq!(&response_of_s3(&policy, request), &difference.before);
                prop_assert!(deployment.responses(request).contains(&difference.after));
                prop_assert!(difference.before != difference.after);
                let found = differences_in(&policy, &deployment, request);
                prop_assert!(found.contains(&(difference.kind, difference.code)));
            }
        }
    }

    #[test]
    fn rules_come_back_from_where_they_were_written_or_the_difference_is_reported(
        rules in rules(),
        requests in prop::collection::vec(request(), 50),
    ) {
        let policy = CorsPolicy::new(&rules).unwrap();
        for (target, file) in [
            (Target::Terraform, "main.tf"),
            (Target::CloudFormationYaml, "template.yaml"),
            (Target::R2, "cors.json"),
        ] {
            let Some((conversion, _)) = converted(&rules, target) else { continue };
            let document = read(file, conversion.output.as_bytes(), &Variables::default()).unwrap();
            prop_assert_eq!(document.findings().iter().filter(|f| f.prevents_use()).count(), 0);
            let back = document.buckets()[0].deployed().unwrap();
            let policy_back = CorsPolicy::new(&back).unwrap();
            if conversion.is_exact() {
                for request in &requests {
                    let (before, after) = (
                        response_of_s3(&policy, request),
                        response_of_s3(&policy_back, request),
                    );
                    let listed = |(name, _): &&(&str, String)| *name != "access-control-allow-methods";
                    let headers = |headers: &[(&'static str, String)]| {
                        headers.iter().filter(listed).cloned().collect::<Vec<_>>()
                    };
                    prop_assert_eq!(before.status, after.status);
                    prop_assert_eq!(headers(&before.headers), headers(&after.headers));
                }
            }
            let ids = |configuration: &CorsConfiguration| {
                configuration.cors_rules.iter().filter_map(|rule| rule.id.clone()).collect::<Vec<_>>()
            };
            if target == Target::CloudFormationYaml {
                prop_assert_eq!(ids(&rules), ids(&back));
            }
        }
    }

    #[test]
    fn xml_is_read_as_it_was_written(rules in rules()) {
        let text = rules.to_text(Dialect::Xml);
        let document = read("cors.xml", text.as_bytes(), &Variables::default()).unwrap();
        prop_assert_eq!(document.buckets()[0].deployed().unwrap(), rules);
    }
}
