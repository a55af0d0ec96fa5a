//! Why rules could not be loaded.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use s3_cors::ConfigError;

#[cfg(feature = "bucket")]
use crate::bucket::BucketError;

/// Why a source could not load rules. The rules in force stay in force.
///
/// Every error names its source. None holds credentials or parts of them.
///
/// ```
/// use s3_cors_sources::SourceError;
///
/// fn is_the_files_fault(error: &SourceError) -> bool {
///     matches!(error, SourceError::Configuration(_))
/// }
/// # let _ = is_the_files_fault;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceError {
    /// There is no configuration, none that can be read, or one that S3 would refuse.
    Configuration(ConfigError),
    /// The source has not answered in time.
    TimedOut {
        /// The source, such as a file's path.
        source: Arc<str>,
        /// How long it was waited for.
        after: Duration,
    },
    /// The bucket could not be asked, or refused to answer.
    #[cfg(feature = "bucket")]
    Bucket(BucketError),
    /// Rules have not arrived within the time [`FollowHandle::first_load_within`] was given, and no
    /// attempt has failed yet.
    ///
    /// [`FollowHandle::first_load_within`]: crate::FollowHandle::first_load_within
    NotYet {
        /// The source.
        source: Arc<str>,
        /// How long it was waited for.
        after: Duration,
    },
    /// The source is not followed any more.
    Stopped {
        /// The source.
        source: Arc<str>,
        /// Why not.
        reason: Stopped,
    },
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(error) => error.fmt(f),
            Self::TimedOut { source, after } => write!(
                f,
                "{source}: no answer within {after:?}; if that is too short, set another `timeout`"
            ),
            #[cfg(feature = "bucket")]
            Self::Bucket(error) => error.fmt(f),
            Self::NotYet { source, after } => {
                write!(f, "{source}: no rules have arrived within {after:?}")
            }
            Self::Stopped { source, reason } => {
                write!(f, "{source}: not followed any more: {reason}")
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

/// Why a source is not followed any more.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stopped {
    /// Its task has panicked, with this message.
    Panicked(Arc<str>),
    /// The runtime its task ran on has shut down.
    RuntimeShutDown,
    /// There was no tokio runtime to run its task on.
    NoRuntime,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Panicked(message) => write!(f, "its task panicked: {message}; please report it"),
            Self::RuntimeShutDown => f.write_str(
                "the runtime has shut down; call `follow` on a runtime that lives as long as the \
                 program",
            ),
            Self::NoRuntime => {
                f.write_str("there is no tokio runtime; call `follow` inside of one")
            }
        }
    }
}
