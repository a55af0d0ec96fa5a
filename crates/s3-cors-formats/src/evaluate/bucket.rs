//! Buckets that respond as S3 does: S3's own, and Cloudflare R2's.

use s3_cors::{CorsConfiguration, CorsPolicy};

use crate::compare::{Request, Response, of_s3};
use crate::engine;
use crate::pattern::Pattern;
use crate::variables::Variables;

#[derive(Debug)]
pub(super) struct Bucket {
    policy: CorsPolicy,
    /// Each rule on its own, if they have no order.
    unordered: Vec<(Vec<Pattern>, CorsPolicy)>,
}

pub(super) fn read(file: &str, text: &str) -> Result<Bucket, String> {
    let document = crate::read::read(file, text.as_bytes(), &Variables::default())
        .map_err(|e| e.to_string())?;
    let bucket = document.buckets().first().ok_or("there is no bucket")?;
    let deployed = bucket
        .deployed()
        .map_err(|_| "not all is known".to_owned())?;
    let policy = |configuration: &CorsConfiguration| {
        CorsPolicy::new(configuration).map_err(|e| e.to_string())
    };
    let mut unordered = Vec::new();
    if !bucket.is_ordered() {
        for rule in engine::parts(&deployed) {
            let origins = rule.allowed_origins.iter();
            let origins = origins.map(|origin| Pattern::of_origin(origin)).collect();
            unordered.push((origins, policy(&engine::configuration([rule]))?));
        }
    }
    Ok(Bucket {
        policy: policy(&deployed)?,
        unordered,
    })
}

impl Bucket {
    pub(super) fn responses(&self, request: &Request) -> Vec<Response> {
        let mut responses = Vec::new();
        for (origins, rule) in &self.unordered {
            if !origins.iter().any(|origin| origin.matches(&request.origin)) {
                continue;
            }
            let response = of_s3(rule, request);
            let allowed = response.header("access-control-allow-origin").is_some();
            if allowed && !responses.contains(&response) {
                responses.push(response);
            }
        }
        if responses.is_empty() {
            responses.push(of_s3(&self.policy, request));
        }
        responses
    }
}
