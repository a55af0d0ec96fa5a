//! CloudFront: transparent for the bucket's own responses, or with a response headers policy.

use s3_cors::Dialect;

use super::Refusal;
use super::json::{Json, object};
use super::single::Single;
use crate::engine::{self, RuleParts};

/// A cache policy that keys on what the responses depend on. What is in the key is passed on, too.
pub(super) fn transparent(rules: &[RuleParts]) -> String {
    let needs_all = |method: &String| !matches!(method.as_str(), "GET" | "HEAD");
    let writes = rules
        .iter()
        .any(|rule| rule.allowed_methods.iter().any(needs_all));
    let allowed: &[&str] = match writes {
        true => &["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
        false => &["GET", "HEAD", "OPTIONS"],
    };
    let key = [
        "Origin",
        "Access-Control-Request-Headers",
        "Access-Control-Request-Method",
    ];
    let none = |name: &'static str| object([(name, Some(Json::text("none")))]);
    let headers = object([
        ("HeaderBehavior", Some(Json::text("whitelist"))),
        ("Headers", Some(items(&key.map(str::to_owned)))),
    ]);
    let parameters = object([
        ("EnableAcceptEncodingGzip", Some(Json::Bool(true))),
        ("EnableAcceptEncodingBrotli", Some(Json::Bool(true))),
        ("HeadersConfig", Some(headers)),
        ("CookiesConfig", Some(none("CookieBehavior"))),
        ("QueryStringsConfig", Some(none("QueryStringBehavior"))),
    ]);
    let policy = object([
        ("Name", Some(Json::text("s3-cors"))),
        ("MinTTL", Some(Json::Number(0))),
        ("ParametersInCacheKeyAndForwardedToOrigin", Some(parameters)),
    ]);
    let texts = |list: &[&str]| list.iter().map(|&one| one.to_owned()).collect::<Vec<_>>();
    let behaviour = object([
        ("AllowedMethods", Some(items(&texts(allowed)))),
        (
            "CachedMethods",
            Some(items(&texts(&["GET", "HEAD", "OPTIONS"]))),
        ),
    ]);
    let bucket = engine::configuration(rules.iter().cloned()).to_text(Dialect::Cli);
    let bucket =
        serde_json::from_str(&bucket).map_or(Json::List(Vec::new()), |value| plain(&value));
    object([
        ("CachePolicyConfig", Some(policy)),
        ("CacheBehavior", Some(behaviour)),
        ("BucketCorsConfiguration", Some(bucket)),
    ])
    .pretty()
}

fn plain(value: &serde_json::Value) -> Json {
    const KEYS: [&str; 7] = [
        "CORSRules",
        "ID",
        "AllowedHeaders",
        "AllowedMethods",
        "AllowedOrigins",
        "ExposeHeaders",
        "MaxAgeSeconds",
    ];
    match value {
        serde_json::Value::Array(list) => Json::List(list.iter().map(plain).collect()),
        serde_json::Value::Object(map) => object(KEYS.map(|key| (key, map.get(key).map(plain)))),
        serde_json::Value::String(text) => Json::text(text.as_str()),
        other => Json::Number(other.as_i64().unwrap_or_default()),
    }
}

pub(super) fn headers_policy(rules: &[RuleParts]) -> Result<String, Refusal> {
    let single = Single::of(rules, takes_origin)?;
    let headers = match single.headers.is_empty() {
        // It must have one, and every browser may send this one unasked.
        true => vec!["accept".to_owned()],
        false => single.headers,
    };
    let expose = (!single.expose.is_empty()).then(|| items(&single.expose));
    let cors = object([
        ("AccessControlAllowOrigins", Some(items(&single.origins))),
        ("AccessControlAllowMethods", Some(items(&single.methods))),
        ("AccessControlAllowHeaders", Some(items(&headers))),
        ("AccessControlExposeHeaders", expose),
        ("AccessControlMaxAgeSec", Some(Json::Number(single.max_age))),
        (
            "AccessControlAllowCredentials",
            Some(Json::Bool(single.credentials)),
        ),
        ("OriginOverride", Some(Json::Bool(true))),
    ]);
    Ok(object([
        ("Name", Some(Json::text("s3-cors"))),
        ("CorsConfig", Some(cors)),
    ])
    .pretty())
}

/// A whole origin, or one whose domain begins with `*.`.
fn takes_origin(origin: &str) -> bool {
    match origin.split_once('*') {
        None => true,
        Some((scheme, rest)) => {
            matches!(scheme, "" | "http://" | "https://") && rest.starts_with('.') && rest.len() > 1
        }
    }
}

/// A list as the API writes it.
fn items(list: &[String]) -> Json {
    let quantity = i64::try_from(list.len()).unwrap_or(i64::MAX);
    object([
        ("Quantity", Some(Json::Number(quantity))),
        ("Items", Some(Json::texts(list))),
    ])
}
