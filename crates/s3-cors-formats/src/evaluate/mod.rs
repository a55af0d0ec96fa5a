//! What each target responds by its own rules, read from the very text that is deployed.

mod azure;
mod bucket;
mod cloudfront;
mod cloudfront_function;
mod gcs;
mod headers;
mod single;

use std::fmt;

use serde_json::Value;

use crate::compare::{Request, Response};
use crate::target::Target;

/// A target with the text that was written for it, ready to respond.
///
/// ```
/// use s3_cors_formats::{Deployment, Request, Target};
///
/// let cors = r#"[{"origin": ["https://example.com"], "method": ["GET"], "maxAgeSeconds": 60}]"#;
/// let deployment = Deployment::read(Target::Gcs, cors)?;
/// let responses = deployment.responses(&Request::preflight("https://example.com", "GET", &[]));
/// assert_eq!(responses[0].header("access-control-max-age"), Some("60"));
/// # Ok::<(), s3_cors_formats::DeploymentError>(())
/// ```
#[derive(Debug)]
pub struct Deployment(Model);

#[derive(Debug)]
enum Model {
    Bucket(bucket::Bucket),
    Gcs(gcs::Gcs),
    Azure(azure::Azure),
    Transparent(cloudfront::Transparent),
    Function(cloudfront_function::Function),
    Single(single::Policy),
}

/// A text that is not what the target takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentError {
    target: Target,
    message: String,
}

impl DeploymentError {
    /// What was expected, in words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for DeploymentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not what {} takes: {}", self.target.name(), self.message)
    }
}

impl std::error::Error for DeploymentError {}

impl Deployment {
    /// Reads what was written for a target.
    ///
    /// # Errors
    ///
    /// If the text is not what [`convert`](crate::convert) writes for the target.
    pub fn read(target: Target, text: &str) -> Result<Self, DeploymentError> {
        let error = |message: String| DeploymentError { target, message };
        let json = || serde_json::from_str::<Value>(text).map_err(|e| error(e.to_string()));
        let missing = |what: &str| error(format!("{what} is missing"));
        Ok(Self(match target {
            Target::S3(_) => Model::Bucket(bucket::read("cors", text).map_err(error)?),
            Target::Terraform => Model::Bucket(bucket::read("main.tf", text).map_err(error)?),
            Target::CloudFormationYaml => {
                Model::Bucket(bucket::read("template.yaml", text).map_err(error)?)
            }
            Target::R2 => Model::Bucket(bucket::read("r2-cors.json", text).map_err(error)?),
            Target::Gcs => Model::Gcs(gcs::Gcs::read(&json()?).ok_or_else(|| missing("the list"))?),
            Target::AzureBlobXml | Target::AzureBlobArm => {
                Model::Azure(azure::Azure::read(text).map_err(error)?)
            }
            Target::CloudFront => {
                let read = cloudfront::Transparent::read(&json()?);
                Model::Transparent(read.ok_or_else(|| missing("a part"))?)
            }
            Target::CloudFrontHeadersPolicy => {
                let read = single::Policy::of_headers_policy(&json()?);
                Model::Single(read.ok_or_else(|| missing("`CorsConfig`"))?)
            }
            Target::CloudFrontFunction => {
                let read = cloudfront_function::Function::read(text);
                Model::Function(read.ok_or_else(|| missing("`var rules`"))?)
            }
            Target::FunctionUrl => Model::Single(single::Policy::of_function_url(&json()?)),
            Target::HttpApi => Model::Single(single::Policy::of_http_api(&json()?)),
            Target::RestApi => {
                let read = headers::of_rest_api(&json()?);
                Model::Single(read.ok_or_else(|| missing("the integration"))?)
            }
            Target::Alb => {
                let read = headers::of_alb(&json()?);
                Model::Single(read.ok_or_else(|| missing("`Attributes`"))?)
            }
        }))
    }

    /// What it responds to a request: one response, or several where it depends on an order that
    /// the target does not keep.
    #[must_use]
    pub fn responses(&self, request: &Request) -> Vec<Response> {
        match &self.0 {
            Model::Bucket(bucket) => bucket.responses(request),
            Model::Gcs(gcs) => vec![gcs.response(request)],
            Model::Azure(azure) => vec![azure.response(request)],
            Model::Transparent(transparent) => vec![transparent.response(request)],
            Model::Function(function) => vec![function.response(request)],
            Model::Single(policy) => vec![policy.response(request)],
        }
    }
}

/// The strings of a JSON list.
fn texts(value: Option<&Value>) -> Vec<String> {
    let list = value
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    list.iter()
        .filter_map(|one| one.as_str().map(str::to_owned))
        .collect()
}
