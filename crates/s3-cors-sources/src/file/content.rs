//! The content of a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use s3_cors::limits::MAX_TEXT_BYTES;
use s3_cors::{ConfigError, CorsConfiguration};

/// The content of a file, or why it cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Bytes(Vec<u8>),
    Unreadable(ConfigError),
}

/// One byte more than the engine accepts, so that the engine reports a file that is too long.
const MOST_BYTES: u64 = MAX_TEXT_BYTES as u64 + 1;

impl Content {
    pub(super) fn of(path: &Path) -> Self {
        match bytes(path) {
            Ok(bytes) => Self::Bytes(bytes),
            Err(error) => Self::Unreadable(ConfigError::unreadable(error)),
        }
    }

    /// Parses the content; errors name the file by this path.
    pub(super) fn configuration(&self, path: &Path) -> Result<CorsConfiguration, ConfigError> {
        let read = match self {
            Self::Bytes(bytes) => CorsConfiguration::from_slice(bytes),
            Self::Unreadable(error) => Err(error.clone()),
        };
        read.map_err(|error| error.in_file(path))
    }

    /// Whether the content is a complete, valid configuration.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Self::Bytes(bytes) if CorsConfiguration::from_slice(bytes).is_ok())
    }
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}
