//! The rivals, set up as their documentation says, with the rule of a policy.

use std::sync::Arc;
use std::time::Duration;

use actix_cors::Cors;
use http::{HeaderName, HeaderValue, Method};
use s3_cors::CorsRule;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::cases::Case;
use crate::naive::matches;

fn rule(case: &Case) -> CorsRule {
    assert!(case.suits_rivals(), "{} has several rules", case.id);
    case.policy.configuration().cors_rules.remove(0)
}

fn has_wildcards(patterns: &[String]) -> bool {
    patterns.iter().any(|pattern| pattern.contains('*'))
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(texts: &[String]) -> Vec<T> {
    let parsed = texts.iter().map(|text| text.parse());
    parsed
        .collect::<Result<_, _>>()
        .expect("the policies are valid")
}

/// tower-http's layer.
pub fn tower_http(case: &Case) -> CorsLayer {
    let rule = rule(case);
    let max_age = rule.max_age_seconds.and_then(|age| age.try_into().ok());
    let headers = if has_wildcards(&rule.allowed_headers) {
        AllowHeaders::mirror_request()
    } else {
        AllowHeaders::list(parsed::<HeaderName>(&rule.allowed_headers))
    };
    let origins = if has_wildcards(&rule.allowed_origins) {
        let patterns: Arc<[String]> = rule.allowed_origins.into();
        AllowOrigin::predicate(move |origin: &HeaderValue, _| {
            let Ok(origin) = origin.to_str() else {
                return false;
            };
            patterns.iter().any(|pattern| matches(pattern, origin))
        })
    } else {
        AllowOrigin::list(parsed::<HeaderValue>(&rule.allowed_origins))
    };
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods(parsed::<Method>(&rule.allowed_methods))
        .allow_headers(headers)
        .expose_headers(parsed::<HeaderName>(&rule.expose_headers))
        .allow_credentials(true)
        .max_age(Duration::from_secs(max_age.unwrap_or_default()))
}

/// actix-cors's middleware.
pub fn actix_cors(case: &Case) -> Cors {
    let rule = rule(case);
    let max_age = rule.max_age_seconds.and_then(|age| age.try_into().ok());
    let mut cors = Cors::default()
        .allowed_methods(rule.allowed_methods.iter().map(String::as_str))
        .expose_headers(rule.expose_headers.iter().map(String::as_str))
        .supports_credentials()
        .max_age(max_age);
    cors = if has_wildcards(&rule.allowed_headers) {
        cors.allow_any_header()
    } else {
        cors.allowed_headers(rule.allowed_headers.iter().map(String::as_str))
    };
    if has_wildcards(&rule.allowed_origins) {
        let patterns = rule.allowed_origins;
        cors.allowed_origin_fn(move |origin, _| {
            let Ok(origin) = origin.to_str() else {
                return false;
            };
            patterns.iter().any(|pattern| matches(pattern, origin))
        })
    } else {
        let origins = rule.allowed_origins.iter();
        origins.fold(cors, |cors, origin| cors.allowed_origin(origin))
    }
}
