//! A Lambda function URL.

use super::Refusal;
use super::single::{Single, at_most};
use crate::engine::RuleParts;

pub(super) fn text(rules: &[RuleParts]) -> Result<String, Refusal> {
    let single = Single::of(rules, |origin| !origin.contains('*') && origin.len() <= 253)?;
    at_most(100, &single.origins, "origins")?;
    at_most(100, &single.headers, "headers")?;
    at_most(100, &single.expose, "exposed headers")?;
    Ok(single.of_six().pretty())
}
