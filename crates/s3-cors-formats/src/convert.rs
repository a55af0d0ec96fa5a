//! Rules → a target's text, and what that changes.

use std::fmt;

use s3_cors::{ConfigError, CorsConfiguration, CorsPolicy};

use crate::compare::{self, Difference, DifferenceCode, DifferenceKind, Request, Response};
use crate::engine;
use crate::evaluate::Deployment;
use crate::normalise;
use crate::target::Target;
use crate::write::{self, Refusal};

/// Rules written for a target, with all that is different there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conversion {
    /// The target.
    pub target: Target,
    /// What the target takes.
    pub output: String,
    /// What is different, the worst first.
    pub differences: Vec<Difference>,
    /// How the rules were rewritten, without a change of what they allow, so that the target can
    /// take them; empty if they were not.
    pub rewritten: Vec<&'static str>,
    /// Whether all requests that stand for others were tried. A configuration with thousands of
    /// origins has too many.
    pub complete: bool,
}

impl Conversion {
    /// Whether nothing is different.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.complete && self.differences.is_empty()
    }

    /// Whether something is allowed that the rules do not allow.
    #[must_use]
    pub fn widens(&self) -> bool {
        let widened = |difference: &Difference| difference.kind == DifferenceKind::Widened;
        self.differences.iter().any(widened)
    }

    /// What to know before using the output.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        self.target.advice()
    }
}

/// Why rules cannot be written for a target.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConvertError {
    /// S3 does not take the rules in the first place.
    Configuration(ConfigError),
    /// The target cannot express any of it.
    NothingLeft {
        /// The target.
        target: Target,
        /// Why.
        reason: &'static str,
    },
    /// The target takes less than the rules have.
    Limit {
        /// The target.
        target: Target,
        /// What the limit is, and how much there is.
        reason: String,
    },
}

impl ConvertError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Configuration(_) => "correct the rules",
            Self::NothingLeft { .. } => "list the origins one by one, or let the app respond",
            Self::Limit { .. } => {
                "join rules that differ in their origins or methods only, or \
                                   leave some out"
            }
        }
    }
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(error) => error.fmt(f),
            Self::NothingLeft { target, reason } => {
                write!(f, "{}: {reason}; {}", target.name(), self.help())
            }
            Self::Limit { target, reason } => {
                write!(f, "{}: {reason}; {}", target.name(), self.help())
            }
        }
    }
}

impl std::error::Error for ConvertError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Configuration(error) => Some(error),
            Self::NothingLeft { .. } | Self::Limit { .. } => None,
        }
    }
}

/// Writes rules for a target, and finds what is different there.
///
/// What the target cannot express is left out rather than widened. Where it has one policy for
/// all, that allows what the rules allow together, and [`Conversion::widens`] tells where that is
/// more than each of them does.
///
/// The output is read back and asked the same requests as the rules, by the target's own way of
/// responding, so each difference has been seen and has a request that shows it. The requests are
/// made from the rules: instances of each entry and near misses, with each method and the headers
/// that the rules tell apart.
///
/// # Errors
///
/// If S3 does not take the rules, and if the target cannot take any or all of them.
///
/// ```
/// use s3_cors::CorsConfiguration;
/// use s3_cors_formats::{DifferenceCode, Target, convert};
///
/// let rules = CorsConfiguration::from_text(r#"[
///     {"AllowedOrigins": ["https://app.example.com"], "AllowedMethods": ["PUT"], "MaxAgeSeconds": 60},
///     {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "MaxAgeSeconds": 60}
/// ]"#)?;
/// assert!(convert(&rules, Target::CloudFormationYaml)?.is_exact());
///
/// // One policy for both rules: anybody may PUT.
/// let conversion = convert(&rules, Target::HttpApi)?;
/// assert!(conversion.widens());
/// let difference = &conversion.differences[0];
/// assert_eq!(difference.request.method, "PUT");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn convert(
    configuration: &CorsConfiguration,
    target: Target,
) -> Result<Conversion, ConvertError> {
    let policy = CorsPolicy::new(configuration).map_err(ConvertError::Configuration)?;
    let rules = engine::parts(configuration);
    let mut rewritten = Vec::new();
    let mut written = rules.clone();
    match target {
        Target::Terraform => {
            let overlap = !normalise::overlaps(&rules).is_empty();
            if let Some(disjoint) = overlap.then(|| normalise::disjoint(&rules)).flatten() {
                written = disjoint;
                rewritten.push(
                    "rules that overlapped are rewritten so that their order is of no matter",
                );
            }
        }
        Target::AzureBlobXml | Target::AzureBlobArm => {
            written = normalise::merged(&rules);
            if written.len() < rules.len() {
                rewritten.push("rules that differed in their origins or methods only are joined");
            }
        }
        _ => {}
    }
    let output = write::text(target, &written).map_err(|refusal| match refusal {
        Refusal::NothingLeft(reason) => ConvertError::NothingLeft { target, reason },
        Refusal::Limit(reason) => ConvertError::Limit { target, reason },
    })?;
    let deployment = Deployment::read(target, &output).map_err(|error| ConvertError::Limit {
        target,
        reason: format!("what was written cannot be read back: {}", error.message()),
    })?;
    let same = matches!(target, Target::S3(_))
        && CorsConfiguration::from_text(&output).is_ok_and(|read| read == *configuration);
    let (differences, complete) = match same {
        true => (Vec::new(), true),
        false => compare::differences(&rules, &policy, &deployment),
    };
    Ok(Conversion {
        target,
        output,
        differences,
        rewritten,
        complete,
    })
}

/// What S3 responds to a request by some rules.
///
/// ```
/// use s3_cors::CorsPolicy;
/// use s3_cors_formats::{Request, response_of_s3};
///
/// let policy = CorsPolicy::from_text(r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#)?;
/// let response = response_of_s3(&policy, &Request::actual("https://example.com", "GET"));
/// assert_eq!(response.header("access-control-allow-origin"), Some("*"));
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
#[must_use]
pub fn response_of_s3(policy: &CorsPolicy, request: &Request) -> Response {
    compare::of_s3(policy, request)
}

/// What is different between the responses of S3 and of a deployment to one request.
///
/// ```
/// use s3_cors::CorsPolicy;
/// use s3_cors_formats::{
///     Deployment, DifferenceCode, DifferenceKind, Request, Target, differences_in,
/// };
///
/// let policy = CorsPolicy::from_text(r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#)?;
/// let cors = r#"{"AllowOrigins": ["https://example.com"], "AllowMethods": ["GET"]}"#;
/// let deployment = Deployment::read(Target::HttpApi, cors)?;
/// let request = Request::actual("https://other.example", "GET");
/// assert_eq!(
///     differences_in(&policy, &deployment, &request),
///     [(DifferenceKind::Denied, DifferenceCode::Denied)],
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn differences_in(
    policy: &CorsPolicy,
    deployment: &Deployment,
    request: &Request,
) -> Vec<(DifferenceKind, DifferenceCode)> {
    let before = compare::of_s3(policy, request);
    let mut found = Vec::new();
    for after in deployment.responses(request) {
        found.extend(compare::between(policy, request, &before, &after));
    }
    found
}
