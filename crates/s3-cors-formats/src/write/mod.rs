//! Rules → what a target takes.

mod alb;
mod azure;
mod cloudformation;
mod cloudfront;
mod cloudfront_function;
mod function_url;
mod gcs;
mod http_api;
pub(crate) mod json;
mod r2;
mod rest_api;
mod single;
mod terraform;

use crate::engine::{self, RuleParts};
use crate::target::Target;

/// Why a target cannot take the rules at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nothing is left when all is taken out that the target cannot express.
    NothingLeft(&'static str),
    /// The target takes less.
    Limit(String),
}

/// What browsers take for granted where there is no `Access-Control-Max-Age`.
pub(crate) const DEFAULT_MAX_AGE: i64 = 5;

pub(crate) fn text(target: Target, rules: &[RuleParts]) -> Result<String, Refusal> {
    match target {
        Target::S3(dialect) => Ok(engine::configuration(rules.to_vec()).to_text(dialect)),
        Target::Terraform => Ok(terraform::text(rules)),
        Target::CloudFormationYaml => Ok(cloudformation::text(rules)),
        Target::Gcs => gcs::text(rules),
        Target::AzureBlobXml => azure::xml(rules),
        Target::AzureBlobArm => azure::arm(rules),
        Target::R2 => r2::text(rules),
        Target::CloudFront => Ok(cloudfront::transparent(rules)),
        Target::CloudFrontHeadersPolicy => cloudfront::headers_policy(rules),
        Target::CloudFrontFunction => cloudfront_function::text(rules),
        Target::FunctionUrl => function_url::text(rules),
        Target::HttpApi => http_api::text(rules),
        Target::RestApi => rest_api::text(rules),
        Target::Alb => alb::text(rules),
    }
}
