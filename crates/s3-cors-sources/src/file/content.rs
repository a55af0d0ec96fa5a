//! The content of a file.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use s3_cors::files::open_regular;
use s3_cors::limits::MAX_TEXT_BYTES;
use s3_cors::{AppRules, ConfigError, CorsConfiguration};

use crate::follow_handle::Loaded;

/// Whose rules a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Bucket,
    App,
}

/// The content of a file, and the rules in it.
#[derive(Debug)]
pub(super) struct Content {
    bytes: Result<Vec<u8>, ConfigError>,
    loaded: Result<Loaded, ConfigError>,
}

/// One byte more than the engine accepts, so that the engine reports a file that is too long.
const MOST_BYTES: u64 = MAX_TEXT_BYTES as u64 + 1;

impl Content {
    /// Reads a file. What is the same as before is not parsed again.
    pub(super) fn of(path: &Path, owner: Owner, before: Option<&Arc<Self>>) -> Arc<Self> {
        let bytes = bytes(path).map_err(ConfigError::unreadable);
        if let Some(before) = before.filter(|before| before.bytes == bytes) {
            return Arc::clone(before);
        }
        let parsed = bytes.as_ref().map_err(Clone::clone);
        let loaded = parsed.and_then(|bytes| match owner {
            Owner::Bucket => CorsConfiguration::from_slice(bytes).map(Loaded::Configuration),
            Owner::App => AppRules::from_slice(bytes).map(Loaded::AppRules),
        });
        Arc::new(Self { bytes, loaded })
    }

    /// Whether it holds the same bytes, or cannot be read for the same reason.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }

    /// The rules; errors name the file by this path.
    pub(super) fn loaded(&self, path: &Path) -> Result<Loaded, ConfigError> {
        let loaded = self.loaded.clone();
        loaded.map_err(|error| error.in_file(path))
    }

    /// Whether the content is complete and valid.
    pub(super) fn is_whole(&self) -> bool {
        self.loaded.is_ok()
    }
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = open_regular(path)?;
    file.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Content, MOST_BYTES, Owner, bytes};

    #[test]
    fn what_is_the_same_is_not_parsed_again() {
        let name = format!("s3-cors-content-{}.json", std::process::id());
        let file = std::env::temp_dir().join(name);
        for (text, whole) in [
            (
                r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#,
                true,
            ),
            ("[", false),
        ] {
            std::fs::write(&file, text).unwrap();
            let first = Content::of(&file, Owner::Bucket, None);
            assert_eq!(first.is_whole(), whole);
            let second = Content::of(&file, Owner::Bucket, Some(&first));
            assert!(Arc::ptr_eq(&first, &second), "{text}");
            std::fs::write(&file, format!("{text} ")).unwrap();
            let third = Content::of(&file, Owner::Bucket, Some(&second));
            assert!(!third.is_same(&second), "{text}");
        }
        std::fs::remove_file(&file).unwrap();
        let gone = Content::of(&file, Owner::Bucket, None);
        assert!(Arc::ptr_eq(
            &gone,
            &Content::of(&file, Owner::Bucket, Some(&gone))
        ));
    }

    #[test]
    fn no_more_of_a_file_is_read_than_tells_that_it_is_too_long() {
        let name = format!("s3-cors-content-long-{}.json", std::process::id());
        let file = std::env::temp_dir().join(name);
        let long = std::fs::File::create(&file).unwrap();
        long.set_len(MOST_BYTES * 4).unwrap();
        let read = bytes(&file);
        std::fs::remove_file(&file).unwrap();
        assert_eq!(u64::try_from(read.unwrap().len()).unwrap(), MOST_BYTES);
    }
}
