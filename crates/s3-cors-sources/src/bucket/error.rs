//! Errors of a bucket source.

use std::fmt;
use std::sync::Arc;

use s3_cors::ConfigError;
use s3_cors::sanitize::sanitized;

use super::cause::Cause;

/// Why the rules of a bucket could not be loaded: the response of S3, or why there is none, and what
/// to do about it.
///
/// Errors that differ only in their request ids are equal. No error contains credentials or parts of
/// them.
///
/// ```
/// use s3_cors_sources::{BucketErrorKind, SourceError};
///
/// fn needs_a_human(error: &SourceError) -> bool {
///     matches!(error, SourceError::Bucket(error) if error.kind() == BucketErrorKind::AccessDenied)
/// }
/// # let _ = needs_a_human;
/// ```
#[derive(Debug, Clone)]
pub struct BucketError(Arc<Details>);

#[derive(Debug)]
struct Details {
    bucket: Arc<str>,
    expected_owner: Option<Arc<str>>,
    cause: Box<Cause>,
}

impl BucketError {
    pub(super) fn new(
        cause: Box<Cause>,
        bucket: &Arc<str>,
        expected_owner: Option<Arc<str>>,
    ) -> Self {
        Self(Arc::new(Details {
            bucket: Arc::clone(bucket),
            expected_owner,
            cause,
        }))
    }

    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> BucketErrorKind {
        self.0.cause.kind
    }

    /// The name or ARN of the bucket.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.0.bucket
    }

    /// The HTTP status, if there was a response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.cause.status
    }

    /// S3's error code, such as `AccessDenied`, if the response has one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.cause.code.as_deref()
    }

    /// S3's message or, if there is none, the SDK's or the reader's. Omitted for
    /// [`BucketErrorKind::BadCredentials`], because the response may repeat the credentials.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.cause.message.as_deref()
    }

    /// The request id, which AWS Support asks for, if the response has one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.cause.request_id.as_deref()
    }

    /// The extended request id (`x-amz-id-2`), which AWS Support also asks for.
    #[must_use]
    pub fn extended_request_id(&self) -> Option<&str> {
        self.0.cause.extended_request_id.as_deref()
    }

    /// All problems of the configuration, if the response is not one that S3 would accept.
    #[must_use]
    pub fn configuration_error(&self) -> Option<&ConfigError> {
        self.0.cause.configuration.as_ref()
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        let Details {
            bucket,
            expected_owner,
            cause,
        } = &*self.0;
        match cause.kind {
            BucketErrorKind::AccessDenied => {
                let resource = if bucket.starts_with("arn:") {
                    bucket.to_string()
                } else {
                    format!("arn:aws:s3:::{bucket}")
                };
                let owner = expected_owner.as_ref().map(|account| {
                    format!(", and check that the bucket still belongs to account {account}")
                });
                format!(
                    "grant s3:GetBucketCORS on {resource} to the role of this program, in the \
                     role's policy or the bucket policy{}",
                    owner.unwrap_or_default()
                )
            }
            BucketErrorKind::BadCredentials if self.code() == Some("RequestTimeTooSkewed") => {
                "correct the clock of this machine".into()
            }
            BucketErrorKind::BadCredentials => {
                "give the client valid credentials".into()
            }
            BucketErrorKind::NoSuchBucket => {
                "check the bucket's name, and the client's region and endpoint".into()
            }
            BucketErrorKind::WrongRegion => match &cause.bucket_region {
                Some(region) => format!("give the client the bucket's region, {region}"),
                None => "give the client the region the bucket is in".into(),
            },
            BucketErrorKind::Throttled => {
                "the next attempt waits longer; if this persists, send fewer requests: use a longer \
                 `interval`, or let one instance load the rules for all"
                    .into()
            }
            BucketErrorKind::ServerError => "the source will try again".into(),
            BucketErrorKind::TimedOut | BucketErrorKind::Unreachable => {
                "the source will try again; check the endpoint, DNS, routes (such as a VPC endpoint \
                 for S3) and proxies"
                    .into()
            }
            BucketErrorKind::Truncated => {
                "the source will try again; check the proxies between this program and S3".into()
            }
            BucketErrorKind::NotAConfiguration => {
                "check the endpoint: the response does not seem to come from S3".into()
            }
            BucketErrorKind::InvalidConfiguration => {
                "set a valid configuration with `aws s3api put-bucket-cors`".into()
            }
            BucketErrorKind::NotSent => {
                "check the client's credentials, region and endpoint".into()
            }
            BucketErrorKind::Other => "see S3's list of error responses".into(),
        }
    }
}

impl fmt::Display for BucketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = &self.0.cause;
        write!(f, "s3://{}: {}", sanitized(&self.0.bucket), cause.kind)?;
        match (cause.status, &cause.code) {
            (Some(status), Some(code)) => write!(f, " ({status} {code})")?,
            (Some(status), None) if cause.configuration.is_none() => write!(f, " ({status})")?,
            _ => {}
        }
        if let Some(message) = &cause.message {
            write!(f, ": {message}")?;
        }
        write!(f, "; {}", sanitized(&self.help()))?;
        match (&cause.request_id, &cause.extended_request_id) {
            (Some(id), Some(other)) => write!(f, " (request id {id}, {other})"),
            (Some(id), None) => write!(f, " (request id {id})"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for BucketError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let error = self.0.cause.configuration.as_ref()?;
        Some(error)
    }
}

impl PartialEq for BucketError {
    fn eq(&self, other: &Self) -> bool {
        let content = |error: &Self| {
            let Cause {
                kind,
                status,
                code,
                message,
                configuration,
                ..
            } = Cause::clone(&error.0.cause);
            (kind, status, code, message, configuration)
        };
        self.0.bucket == other.0.bucket && content(self) == content(other)
    }
}

impl Eq for BucketError {}

/// The kind of failure of a [`BucketError`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BucketErrorKind {
    /// The role may not read the configuration, or the bucket belongs to an account other than the
    /// [expected](crate::BucketSource::expected_bucket_owner) one.
    AccessDenied,
    /// S3 does not accept the credentials or the signature, or they have expired.
    BadCredentials,
    /// The bucket does not exist.
    NoSuchBucket,
    /// The bucket is in another region than the client's.
    WrongRegion,
    /// S3 asks to slow down.
    Throttled,
    /// S3 failed.
    ServerError,
    /// One of the client's timeouts has passed. For the timeout of the source itself, the error is
    /// [`SourceError::TimedOut`](crate::SourceError::TimedOut).
    TimedOut,
    /// The connection failed, or was closed before the response.
    Unreachable,
    /// The response was truncated.
    Truncated,
    /// The response has a success status but is not a CORS configuration: an HTML page, other XML,
    /// an incomplete document, or nothing.
    NotAConfiguration,
    /// The response is a CORS configuration that S3 would reject, such as one without rules or with
    /// more than a hundred.
    InvalidConfiguration,
    /// The client could not send the request: credentials or region are missing, or the endpoint is
    /// invalid.
    NotSent,
    /// Anything else.
    #[default]
    Other,
}

impl fmt::Display for BucketErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessDenied => "access denied",
            Self::BadCredentials => "credentials refused",
            Self::NoSuchBucket => "no such bucket",
            Self::WrongRegion => "the bucket is in another region",
            Self::Throttled => "S3 asks to slow down",
            Self::ServerError => "S3 failed",
            Self::TimedOut => "no response in time",
            Self::Unreachable => "S3 cannot be reached",
            Self::Truncated => "the response was truncated",
            Self::NotAConfiguration => "the response is not a CORS configuration",
            Self::InvalidConfiguration => "the response has rules that S3 would reject",
            Self::NotSent => "the request could not be sent",
            Self::Other => "S3 refused",
        })
    }
}
