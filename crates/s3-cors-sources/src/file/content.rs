//! What a file holds.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use s3_cors::limits::MAX_TEXT_BYTES;
use s3_cors::{ConfigError, CorsConfiguration};

/// What a file holds, or why that cannot be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Bytes(Vec<u8>),
    Unreadable(ConfigError),
}

/// One byte more than the engine reads, so that it reports a file that is too long.
const MOST_BYTES: u64 = MAX_TEXT_BYTES as u64 + 1;

impl Content {
    pub(super) fn of(path: &Path) -> Self {
        match bytes(path) {
            Ok(bytes) => Self::Bytes(bytes),
            Err(error) => Self::Unreadable(ConfigError::unreadable(error)),
        }
    }

    /// The configuration the file, known by this path, holds.
    pub(super) fn configuration(&self, path: &Path) -> Result<CorsConfiguration, ConfigError> {
        let read = match self {
            Self::Bytes(bytes) => CorsConfiguration::from_slice(bytes),
            Self::Unreadable(error) => Err(error.clone()),
        };
        read.map_err(|error| error.in_file(path))
    }

    /// Whether it is a configuration that can be taken.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Self::Bytes(bytes) if CorsConfiguration::from_slice(bytes).is_ok())
    }
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}
