//! What a file holds.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use s3_cors::limits::MAX_TEXT_BYTES;
use s3_cors::{AppRules, ConfigError, CorsConfiguration};

use crate::follow_handle::Loaded;

/// Whose rules a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Bucket,
    App,
}

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

    /// The rules the file, known by this path, holds.
    pub(super) fn loaded(&self, owner: Owner, path: &Path) -> Result<Loaded, ConfigError> {
        self.read(owner).map_err(|error| error.in_file(path))
    }

    fn read(&self, owner: Owner) -> Result<Loaded, ConfigError> {
        match (self, owner) {
            (Self::Unreadable(error), _) => Err(error.clone()),
            (Self::Bytes(bytes), Owner::Bucket) => {
                CorsConfiguration::from_slice(bytes).map(Loaded::Configuration)
            }
            (Self::Bytes(bytes), Owner::App) => AppRules::from_slice(bytes).map(Loaded::AppRules),
        }
    }

    /// Whether it is a configuration that can be taken.
    pub(super) fn is_whole(&self, owner: Owner) -> bool {
        self.read(owner).is_ok()
    }
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}
