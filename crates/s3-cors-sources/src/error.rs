//! Errors of sources.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use s3_cors::ConfigError;

#[cfg(feature = "bucket")]
use crate::bucket::BucketError;

/// Why a source could not load rules. The rules in force stay in force.
///
/// Every error names its source. No error contains credentials or parts of them.
///
/// ```
/// use s3_cors_sources::SourceError;
///
/// fn configuration_is_invalid(error: &SourceError) -> bool {
///     matches!(error, SourceError::Configuration(_))
/// }
/// # let _ = configuration_is_invalid;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceError {
    /// The configuration is missing, cannot be read, or would be rejected by S3.
    Configuration(ConfigError),
    /// The source did not respond in time.
    TimedOut {
        /// The source, such as the path of a file.
        source: Arc<str>,
        /// The time limit that was exceeded.
        after: Duration,
    },
    /// The request to the bucket failed.
    #[cfg(feature = "bucket")]
    Bucket(BucketError),
    /// No rules were loaded within the time given to [`FollowHandle::first_load_within`], and no
    /// attempt has failed yet.
    ///
    /// [`FollowHandle::first_load_within`]: crate::FollowHandle::first_load_within
    NotYet {
        /// The source.
        source: Arc<str>,
        /// The time that has passed.
        after: Duration,
    },
    /// The source is no longer followed.
    Stopped {
        /// The source.
        source: Arc<str>,
        /// Why following stopped.
        reason: Stopped,
    },
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(error) => error.fmt(f),
            Self::TimedOut { source, after } => write!(
                f,
                "{source}: no response within {after:?}; if that is too short, increase `timeout`"
            ),
            #[cfg(feature = "bucket")]
            Self::Bucket(error) => error.fmt(f),
            Self::NotYet { source, after } => {
                write!(f, "{source}: no rules were loaded within {after:?}")
            }
            Self::Stopped { source, reason } => {
                write!(f, "{source}: no longer followed: {reason}")
            }
        }
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Configuration(error) => Some(error),
            #[cfg(feature = "bucket")]
            Self::Bucket(error) => Some(error),
            _ => None,
        }
    }
}

impl From<ConfigError> for SourceError {
    fn from(error: ConfigError) -> Self {
        Self::Configuration(error)
    }
}

/// Why a source is no longer followed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stopped {
    /// The task panicked with this message.
    Panicked(Arc<str>),
    /// The runtime that ran the task has shut down.
    RuntimeShutDown,
    /// `follow` was called outside a tokio runtime.
    NoRuntime,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Panicked(message) => {
                write!(f, "its task panicked: {message}; please report this bug")
            }
            Self::RuntimeShutDown => f.write_str(
                "the tokio runtime has shut down; call `follow` on a runtime that lives as long as \
                 the program",
            ),
            Self::NoRuntime => {
                f.write_str("there is no tokio runtime; call `follow` inside a runtime")
            }
        }
    }
}
