//! The engine's decisions held against the naive reading's.

use s3_cors::CorsPolicy;

use crate::naive::{self, Bucket, Request};
use crate::translated::verdict;

/// Panics unless the policy decides the request just as the naive reading of the same bucket's
/// rules does.
///
/// # Panics
///
/// If the two differ in anything.
pub fn assert_decided_naively(policy: &CorsPolicy, bucket: Bucket<'_>, request: &Request) {
    let expected = naive::decide(bucket, request);
    assert_eq!(
        verdict(policy, request),
        expected,
        "engine and naive reading differ on {request:?}"
    );
}
