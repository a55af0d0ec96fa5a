//! Why a bucket's rules could not be had.

use std::fmt;
use std::sync::Arc;

use s3_cors::ConfigError;
use s3_cors::sanitize::sanitized;

use super::cause::Cause;

/// Why a bucket's rules could not be had: what S3 answered, or why nothing came, and the help.
///
/// Two errors are equal if they say the same, whatever the ids of their requests. None holds
/// credentials or parts of them.
///
/// ```
/// use s3_cors_sources::{BucketErrorKind, SourceError};
///
/// fn is_worth_a_page_at_night(error: &SourceError) -> bool {
///     matches!(error, SourceError::Bucket(error) if error.kind() == BucketErrorKind::AccessDenied)
/// }
/// # let _ = is_worth_a_page_at_night;
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

    /// What went wrong, to match on.
    #[must_use]
    pub fn kind(&self) -> BucketErrorKind {
        self.0.cause.kind
    }

    /// The bucket.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.0.bucket
    }

    /// The answer's HTTP status, if one came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.cause.status
    }

    /// S3's error code, such as `AccessDenied`, if it answered with one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.cause.code.as_deref()
    }

    /// S3's message or, if none came, the SDK's or the reader's. Left out where credentials are
    /// refused, because the answer may repeat them.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.cause.message.as_deref()
    }

    /// The request's id, which AWS Support asks for, if an answer came that has one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.cause.request_id.as_deref()
    }

    /// The request's other id, `x-amz-id-2`, which AWS Support asks for, too.
    #[must_use]
    pub fn extended_request_id(&self) -> Option<&str> {
        self.0.cause.extended_request_id.as_deref()
    }

    /// All that is wrong with the rules, if an answer came that is not a configuration S3 would
    /// take.
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
                    format!(", and see whether the bucket still belongs to account {account}")
                });
                format!(
                    "allow the role this program runs as s3:GetBucketCORS on {resource}, in its \
                     own policy or the bucket's{}",
                    owner.unwrap_or_default()
                )
            }
            BucketErrorKind::BadCredentials if self.code() == Some("RequestTimeTooSkewed") => {
                "set this machine's clock".into()
            }
            BucketErrorKind::BadCredentials => {
                "give the client credentials that are valid here and now".into()
            }
            BucketErrorKind::NoSuchBucket => {
                "check the bucket's name, and the region and endpoint the client asks".into()
            }
            BucketErrorKind::WrongRegion => match &cause.bucket_region {
                Some(region) => format!("give the client the bucket's region, {region}"),
                None => "give the client the region the bucket is in".into(),
            },
            BucketErrorKind::Throttled => {
                "the next attempt waits longer; if it goes on, ask less often: a longer \
                 `interval`, or one instance that asks for all"
                    .into()
            }
            BucketErrorKind::ServerError => "it is tried again".into(),
            BucketErrorKind::TimedOut | BucketErrorKind::Unreachable => {
                "it is tried again; check the endpoint, DNS, routes (a VPC endpoint for S3?) and \
                 proxies"
                    .into()
            }
            BucketErrorKind::BrokenOff => {
                "it is tried again; check what is between this program and S3".into()
            }
            BucketErrorKind::NotAConfiguration => {
                "check the endpoint: it looks as if something else than S3 has answered".into()
            }
            BucketErrorKind::InvalidConfiguration => {
                "put a configuration there that S3 takes, with `aws s3api put-bucket-cors`".into()
            }
            BucketErrorKind::NotSent => {
                "check the credentials, the region and the endpoint the client was made with".into()
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
        let said = |error: &Self| {
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
        self.0.bucket == other.0.bucket && said(self) == said(other)
    }
}

impl Eq for BucketError {}

/// What kind of failure a [`BucketError`] is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BucketErrorKind {
    /// The role may not read the configuration, or the bucket belongs to another account than
    /// [expected](crate::BucketSource::expected_bucket_owner).
    AccessDenied,
    /// S3 does not accept the credentials or the signature, or they have expired.
    BadCredentials,
    /// There is no such bucket.
    NoSuchBucket,
    /// The bucket is in another region than the one asked.
    WrongRegion,
    /// S3 says to ask less often.
    Throttled,
    /// S3 failed.
    ServerError,
    /// One of the client's time-outs has passed. If it is the source's own, the error is
    /// [`SourceError::TimedOut`](crate::SourceError::TimedOut).
    TimedOut,
    /// No connection came about, or it ended before an answer came.
    Unreachable,
    /// The answer began, and did not end as it should.
    BrokenOff,
    /// The answer says that all is well but holds no CORS configuration: a page of HTML, XML of
    /// another kind, half a document, nothing.
    NotAConfiguration,
    /// The answer holds a CORS configuration that S3 would not take, such as one without rules or
    /// one with more than a hundred.
    InvalidConfiguration,
    /// The client could not send the request: it has no credentials, no region, or an endpoint
    /// that makes no sense.
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
            Self::Throttled => "S3 says to slow down",
            Self::ServerError => "S3 failed",
            Self::TimedOut => "no answer in time",
            Self::Unreachable => "S3 cannot be reached",
            Self::BrokenOff => "the answer broke off",
            Self::NotAConfiguration => "the answer is no CORS configuration",
            Self::InvalidConfiguration => "the answer holds rules S3 would not take",
            Self::NotSent => "the request could not be sent",
            Self::Other => "S3 refused",
        })
    }
}
