//! Files and the standard input, read whole and kept, so that errors can show their lines.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use s3_cors::{ConfigError, CorsConfiguration, Located, Place, ProblemKind, Span};

/// More is not read: no configuration is as long, and the library refuses what is.
const MOST_BYTES: u64 = 1024 * 1024 + 1;

/// A text and where it is from.
#[derive(Debug)]
pub(crate) struct Input {
    /// The file's name as it was given.
    pub(crate) name: String,
    bytes: Vec<u8>,
    located: Result<Located, ConfigError>,
}

impl Input {
    /// Reads a file, or the standard input for `-`.
    pub(crate) fn read(path: &Path) -> Self {
        let (name, bytes) = if path == Path::new("-") {
            ("<stdin>".into(), whole(io::stdin().lock()))
        } else {
            let name = path.display().to_string();
            (name, File::open(path).and_then(whole))
        };
        let (bytes, located) = match bytes {
            Ok(bytes) => {
                let located = Located::from_slice(&bytes);
                (bytes, located)
            }
            Err(error) => {
                // Always fails.
                let read = CorsConfiguration::from_reader(Broken(Some(error)));
                (Vec::new(), read.and_then(|_| Located::from_slice(b"")))
            }
        };
        Self {
            name,
            bytes,
            located,
        }
    }

    pub(crate) fn configuration(&self) -> Result<&CorsConfiguration, &ConfigError> {
        self.located.as_ref().map(Located::configuration)
    }

    /// Where a part of the configuration stands.
    pub(crate) fn span(&self, place: &Place) -> Option<Span> {
        self.located.as_ref().ok()?.span(place)
    }

    /// Whether it could not even be read.
    pub(crate) fn is_unreadable(&self) -> bool {
        let unreadable = |kind: &ProblemKind| matches!(kind, ProblemKind::Unreadable { .. });
        self.located
            .as_ref()
            .is_err_and(|error| error.problems().iter().any(|p| unreadable(p.kind())))
    }

    /// The text from which positions are counted, without its byte order mark.
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

/// Lets the library put a failure to read into words, and say the cure.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(self.0.take().unwrap_or_else(|| io::ErrorKind::Other.into()))
    }
}
