//! An HTTP API of API Gateway.

use super::Refusal;
use super::single::Single;
use crate::engine::RuleParts;

/// The patterns that it takes besides `*`.
const PATTERNS: [&str; 2] = ["https://*", "http://*"];

pub(super) fn text(rules: &[RuleParts]) -> Result<String, Refusal> {
    let takes = |origin: &str| !origin.contains('*') || PATTERNS.contains(&origin);
    let single = Single::of(rules, takes)?;
    Ok(single.of_six().pretty())
}
