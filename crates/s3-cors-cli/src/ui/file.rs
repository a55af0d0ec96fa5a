//! The file that the page follows and can write to.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use s3_cors::limits::MAX_TEXT_BYTES;
use s3_cors::sanitize::sanitized;
use serde::Serialize;

use super::token;

/// Where the text comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// Only from the page.
    Page,
    /// From standard input, once.
    Stdin(String),
    /// From a file, which is followed.
    File { name: String, path: PathBuf },
}

/// The file as it is now.
#[derive(Debug, Serialize)]
pub(super) struct Now {
    /// The name, if there is a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    /// The content, unless the page already has this version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    /// Different for different contents.
    pub(super) version: String,
    /// Whether it can be saved back.
    pub(super) writable: bool,
    /// Why there is no content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

/// Why a text was not saved.
#[derive(Debug)]
pub(super) enum NotSaved {
    /// There is no file to save to.
    NoFile,
    /// The file was changed in the meantime.
    Changed,
    Failed(io::Error),
}

impl Source {
    pub(super) fn open(path: Option<&Path>) -> Result<Self, String> {
        match path {
            None => Ok(Self::Page),
            Some(path) if path == Path::new("-") => whole(io::stdin().lock())
                .map(Self::Stdin)
                .map_err(|error| format!("<stdin>: {error}")),
            Some(path) => {
                let name = sanitized(&path.to_string_lossy()).into_owned();
                // The file itself is written, not a link to it.
                let path = read(path)
                    .and_then(|_| path.canonicalize())
                    .map_err(|error| format!("{name}: {error}"))?;
                Ok(Self::File { name, path })
            }
        }
    }

    /// What findings and reports call the text.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Page => "cors.json",
            Self::Stdin(_) => "<stdin>",
            Self::File { name, .. } => name,
        }
    }

    /// The content, if it is not the known version.
    pub(super) fn now(&self, known: Option<&str>) -> Now {
        let (text, error) = match self {
            Self::Page => (String::new(), None),
            Self::Stdin(text) => (text.clone(), None),
            Self::File { path, .. } => match read(path) {
                Ok(text) => (text, None),
                Err(error) => (String::new(), Some(error.to_string())),
            },
        };
        let version = version(&text);
        let is_known = known == Some(&version);
        Now {
            file: match self {
                Self::Page => None,
                _ => Some(self.name().into()),
            },
            text: (error.is_none() && !is_known).then_some(text),
            version,
            writable: matches!(self, Self::File { .. }),
            error,
        }
    }

    /// Replaces the content, if it is still the known version.
    pub(super) fn save(&self, text: &str, known: &str) -> Result<Now, NotSaved> {
        let Self::File { path, .. } = self else {
            return Err(NotSaved::NoFile);
        };
        let before = read(path).map_err(NotSaved::Failed)?;
        if version(&before) != known {
            return Err(NotSaved::Changed);
        }
        replace(path, text).map_err(NotSaved::Failed)?;
        Ok(self.now(Some(&version(text))))
    }
}

fn read(path: &Path) -> io::Result<String> {
    File::open(path).and_then(whole)
}

fn whole(reader: impl Read) -> io::Result<String> {
    let limit = u64::try_from(MAX_TEXT_BYTES).unwrap_or(u64::MAX);
    let mut text = String::new();
    reader.take(limit + 1).read_to_string(&mut text)?;
    if text.len() > MAX_TEXT_BYTES {
        return Err(io::Error::other("it is too long for a configuration"));
    }
    Ok(text)
}

/// Different for different contents of a file; the same for all that cannot be read.
pub(super) fn version_of(path: &Path) -> String {
    version(&read(path).unwrap_or_default())
}

fn version(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Writes a new file and renames it, so that no reader sees half of it.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let suffix = token::random().map_err(io::Error::other)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{suffix}"));
    let new = path.with_file_name(name);
    let written = write_like(path, &new, text).and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

/// Writes a file with the permissions of another.
fn write_like(old: &Path, new: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create_new(new)?;
    file.set_permissions(fs::metadata(old)?.permissions())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
