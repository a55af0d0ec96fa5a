//! What there is to say of a file, each on its line.

use std::fmt;

pub use s3_cors_analysis::lint::Severity;

use crate::position::Span;

/// Something found in a file.
///
/// Its `Display` form is one line: the position, the bucket and the place in it, the text, the
/// help and the code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is, for programs.
    pub code: &'static str,
    /// The bucket's name in the file; empty for the file as a whole.
    pub bucket: String,
    /// The place, named as in S3's JSON form, such as `CORSRules[0].AllowedOrigins[1]`; empty for
    /// the bucket as a whole.
    pub place: String,
    /// Where it stands.
    pub span: Option<Span>,
    /// What is found, in words.
    pub text: String,
    /// What to do about it.
    pub help: String,
    /// Other places it speaks of.
    pub related: Vec<Span>,
    /// What `PutBucketCors` responds with, where that is known.
    pub s3_error: Option<String>,
}

impl Finding {
    pub(crate) fn new(
        severity: Severity,
        code: &'static str,
        span: Option<Span>,
        text: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            code,
            bucket: String::new(),
            place: String::new(),
            span,
            text: text.into(),
            help: help.into(),
            related: Vec::new(),
            s3_error: None,
        }
    }

    /// Whether the rules cannot be used as they stand: S3 refuses them, or not all of them could be
    /// read.
    #[must_use]
    pub fn prevents_use(&self) -> bool {
        const CODES: [&str; 6] = [
            "refused",
            "split-rule",
            "wrong-type",
            "unknown-key",
            "duplicate-key",
            "too-many",
        ];
        CODES.contains(&self.code)
    }

    pub(crate) fn at(mut self, bucket: &str, place: impl fmt::Display) -> Self {
        self.bucket = bucket.to_owned();
        self.place = place.to_string();
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(span) = self.span {
            write!(f, "{}: ", span.start)?;
        }
        for part in [&self.bucket, &self.place] {
            if !part.is_empty() {
                write!(f, "{}: ", crate::shown(part))?;
            }
        }
        write!(f, "{}; {} [{}]", self.text, self.help, self.code)
    }
}
