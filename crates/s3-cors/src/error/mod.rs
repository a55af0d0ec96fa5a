//! What is wrong with a configuration: where, S3's own error, and help.

mod kind;
mod place;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::sanitize::{excerpt, sanitized};
pub use kind::{JsonType, ProblemKind, ReadError};
pub(crate) use place::Positions;
pub use place::{Place, Position};

/// Everything that is wrong with a configuration, reported at once.
///
/// Its `Display` form is one line per problem, in the order of the file, for the first 100:
///
/// ```text
/// cors.json:3:26: CORSRules[0].AllowedOrigins[1]: "https://*.a.*" has more than one "*"; …
/// ```
///
/// ```
/// use s3_cors::{CorsPolicy, ProblemKind};
///
/// let error = CorsPolicy::from_text(r#"[{"AllowedMethods": ["GET"], "MaxAge": 5}]"#).unwrap_err();
/// assert_eq!(error.problems().len(), 2);
/// assert!(matches!(error.problems()[0].kind(), ProblemKind::Missing { .. }));
/// assert!(matches!(
///     error.problems()[1].kind(),
///     ProblemKind::UnknownKey { meant: Some("MaxAgeSeconds"), .. }
/// ));
/// ```
///
/// Its `Debug` form is the same, because `fn main() -> Result<(), Box<dyn Error>>` prints that.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    file: Option<PathBuf>,
    problems: Vec<Problem>,
}

impl ConfigError {
    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        Self {
            file: None,
            problems,
        }
    }

    /// The error of [`CorsConfiguration::from_path`](crate::CorsConfiguration::from_path) for a
    /// file that cannot be read, for code that reads files in another way.
    ///
    /// ```
    /// # use s3_cors::ConfigError;
    /// let error = std::fs::read("no/such/cors.json").unwrap_err();
    /// let error = ConfigError::unreadable(error).in_file("no/such/cors.json");
    /// assert!(error.to_string().ends_with("relative paths start at the program's working directory"));
    /// ```
    #[must_use]
    pub fn unreadable(error: io::Error) -> Self {
        Self::new(vec![Problem::unplaced(ProblemKind::unreadable(error))])
    }

    /// Adds the name of the file, for configurations that were not read with `from_path`.
    ///
    /// ```
    /// # use s3_cors::CorsConfiguration;
    /// let error = CorsConfiguration::from_text("").unwrap_err().in_file("secrets/cors.json");
    /// assert!(error.to_string().starts_with("secrets/cors.json: "));
    /// ```
    #[must_use]
    pub fn in_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// Removes S3's errors: S3 never sees the app's own rules.
    pub(crate) fn unseen_by_s3(mut self) -> Self {
        for problem in &mut self.problems {
            problem.s3_error = None;
        }
        self
    }

    /// The file the configuration was read from, if known.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The problems, at least one, in the order of the file. The search stops after ten thousand.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.problems.len() > 1 {
            writeln!(f)?;
        }
        fmt::Display::fmt(self, f)
    }
}

/// The search stops here, so that one megabyte of mistakes does not take a hundred megabytes of
/// memory.
pub(crate) const MOST_PROBLEMS: usize = 10_000;

/// Nobody reads more than this, and a nonsense file must not flood the log.
const MOST_SHOWN: usize = 100;

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().take(MOST_SHOWN).enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            match (&self.file, problem.place.position()) {
                (Some(file), Some(position)) => {
                    write!(f, "{}:{position}: ", sanitized(&file.to_string_lossy()))?;
                }
                (Some(file), None) => write!(f, "{}: ", sanitized(&file.to_string_lossy()))?,
                (None, Some(position)) => {
                    write!(f, "line {}, column {}: ", position.line, position.column)?;
                }
                (None, None) => {}
            }
            write!(f, "{problem}")?;
        }
        match self.problems.len().saturating_sub(MOST_SHOWN) {
            0 => Ok(()),
            1 => write!(f, "\nand 1 more problem"),
            more => write!(f, "\nand {more} more problems"),
        }
    }
}

impl std::error::Error for ConfigError {
    /// The I/O error, if the file could not be read.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.problems
            .iter()
            .find_map(|problem| match &problem.kind {
                ProblemKind::Unreadable { error } => Some(error.io_error() as _),
                _ => None,
            })
    }
}

/// One thing that is wrong with a configuration.
///
/// Its `Display` form gives the place, what is wrong, the help, and S3's own code and text where
/// known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    kind: ProblemKind,
    place: Place,
    s3_error: Option<S3Error>,
}

impl Problem {
    #[inline(never)] // See `Reading`.
    pub(crate) fn new(kind: ProblemKind, place: Place) -> Self {
        let s3_error = kind.s3_error();
        Self {
            kind,
            place,
            s3_error,
        }
    }

    /// A problem with the document as a whole.
    pub(crate) fn unplaced(kind: ProblemKind) -> Self {
        Self::new(kind, Place::document())
    }

    /// A problem in XML, which S3 receives unchanged: S3 responds to anything that breaks its
    /// schema with `MalformedXML`.
    #[cfg(feature = "xml")]
    pub(crate) fn in_xml(mut self) -> Self {
        self.s3_error.get_or_insert_with(S3Error::malformed_xml);
        self
    }

    #[must_use]
    pub(crate) fn at(mut self, position: Position) -> Self {
        self.place = self.place.at(position);
        self
    }

    /// The kind of problem, to match on.
    #[must_use]
    pub fn kind(&self) -> &ProblemKind {
        &self.kind
    }

    /// Where it is wrong.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The value that causes the problem, if it is a single value.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.kind.value()
    }

    /// The error of `PutBucketCors` for this, where it has been observed. `None` if the console or
    /// the CLI refuses it before S3 does, or if S3's error was never recorded.
    #[must_use]
    pub fn s3_error(&self) -> Option<&S3Error> {
        self.s3_error.as_ref()
    }

    /// How to fix it.
    #[must_use]
    pub fn help(&self) -> String {
        self.kind.help().into_owned()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.to_string();
        if !place.is_empty() {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}; {}", self.kind, self.kind.help())?;
        if let Some(s3_error) = &self.s3_error {
            write!(f, " (S3 responds with {s3_error})")?;
        }
        Ok(())
    }
}

/// S3's own error: the code, and the text where known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Error {
    code: &'static str,
    message: Option<Cow<'static, str>>,
}

impl S3Error {
    /// For anything that breaks the document's schema. Recorded from S3, without a final period.
    pub(crate) fn malformed_xml() -> Self {
        Self {
            code: "MalformedXML",
            message: Some(Cow::Borrowed(
                "The XML you provided was not well-formed or did not validate against our \
                 published schema",
            )),
        }
    }

    pub(crate) fn invalid_request(message: Option<String>) -> Self {
        Self {
            code: "InvalidRequest",
            message: message.map(Cow::Owned),
        }
    }

    /// The error code, for example `InvalidRequest`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The error's text, byte for byte as S3 sent it; `None` if only the code is known.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }
}

impl fmt::Display for S3Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)?;
        if let Some(message) = &self.message {
            write!(f, ": {}", excerpt(message))?;
        }
        Ok(())
    }
}

impl std::error::Error for S3Error {}
