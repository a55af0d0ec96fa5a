//! CloudFront in front of a bucket that responds itself.

use s3_cors::{CorsConfiguration, CorsPolicy};
use serde_json::Value;

use super::texts;
use crate::compare::{Request, RequestKind, Response, of_s3};

#[derive(Debug)]
pub(super) struct Transparent {
    bucket: CorsPolicy,
    /// The headers that are in the cache key, in lower case. They are passed on, too.
    key: Vec<String>,
    methods: Vec<String>,
}

/// What a bucket's responses depend on.
const NEEDED: [&str; 3] = [
    "origin",
    "access-control-request-headers",
    "access-control-request-method",
];

impl Transparent {
    pub(super) fn read(value: &Value) -> Option<Self> {
        let at = |path: &str| value.pointer(path);
        let bucket = at("/BucketCorsConfiguration")?.to_string();
        let bucket = CorsConfiguration::from_text(&bucket).ok()?;
        let key = "/CachePolicyConfig/ParametersInCacheKeyAndForwardedToOrigin/HeadersConfig";
        let key = texts(at(&format!("{key}/Headers/Items")));
        Some(Self {
            bucket: CorsPolicy::new(&bucket).ok()?,
            key: key.iter().map(|name| name.to_ascii_lowercase()).collect(),
            methods: texts(at("/CacheBehavior/AllowedMethods/Items")),
        })
    }

    pub(super) fn response(&self, request: &Request) -> Response {
        let preflight = request.kind == RequestKind::Preflight;
        let method = if preflight {
            "OPTIONS"
        } else {
            request.method.as_str()
        };
        if !self.methods.iter().any(|allowed| allowed == method) {
            return Response::new(Some(403));
        }
        // What is not passed on does not reach the bucket.
        if !NEEDED
            .iter()
            .all(|name| self.key.iter().any(|key| key == name))
        {
            return Response::new(preflight.then_some(400));
        }
        of_s3(&self.bucket, request)
    }
}
