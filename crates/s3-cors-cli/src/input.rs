//! Files and standard input, read whole and kept so that errors can show the lines they refer to.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use s3_cors::limits::MAX_TEXT_BYTES;
use s3_cors::sanitize::sanitized;
use s3_cors::{ConfigError, CorsConfiguration, LocatedConfiguration, Place, ProblemKind, Span};

/// One byte more than the library accepts, so that the library reports a text that is too long.
const MOST_BYTES: u64 = MAX_TEXT_BYTES as u64 + 1;

/// A text and where it came from.
#[derive(Debug)]
pub(crate) struct Input {
    /// The file name as given on the command line.
    pub(crate) name: String,
    bytes: Vec<u8>,
    located: Result<LocatedConfiguration, ConfigError>,
}

impl Input {
    /// Reads a file, or standard input for `-`.
    pub(crate) fn read(path: &Path) -> Self {
        let (name, bytes) = if path == Path::new("-") {
            ("<stdin>".into(), whole(io::stdin().lock()))
        } else {
            let name = sanitized(&path.to_string_lossy()).into_owned();
            (name, File::open(path).and_then(whole))
        };
        match bytes {
            Ok(bytes) => Self::of(name, bytes),
            Err(error) => Self {
                name,
                bytes: Vec::new(),
                located: Err(ConfigError::unreadable(error)),
            },
        }
    }

    /// Reads a file of the app's own rules, or standard input for `-`.
    pub(crate) fn read_app_rules(path: &Path) -> Self {
        let mut input = Self::read(path);
        if !input.is_unreadable() {
            input.located = LocatedConfiguration::app_rules_from_slice(&input.bytes);
        }
        input
    }

    /// A text in memory.
    pub(crate) fn from_text(name: &str, text: &str) -> Self {
        Self::of(sanitized(name).into_owned(), text.into())
    }

    fn of(name: String, bytes: Vec<u8>) -> Self {
        Self {
            name,
            located: LocatedConfiguration::from_slice(&bytes),
            bytes,
        }
    }

    pub(crate) fn configuration(&self) -> Result<&CorsConfiguration, &ConfigError> {
        self.located
            .as_ref()
            .map(LocatedConfiguration::configuration)
    }

    /// Where a part of the configuration is in the text.
    pub(crate) fn span(&self, place: &Place) -> Option<Span> {
        self.located.as_ref().ok()?.span(place)
    }

    /// Whether the file could not be read at all.
    pub(crate) fn is_unreadable(&self) -> bool {
        let unreadable = |kind: &ProblemKind| matches!(kind, ProblemKind::Unreadable { .. });
        self.located
            .as_ref()
            .is_err_and(|error| error.problems().iter().any(|p| unreadable(p.kind())))
    }

    /// The text without its byte order mark: positions are counted from its beginning.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        let bytes = &self.bytes[..];
        String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
    }
}

fn whole(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}
