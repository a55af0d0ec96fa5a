//! What S3 accepts and people did not mean: origins that no browser sends, patterns that are wider
//! than they look, rules that are never reached, and what browsers and uploads need besides.
//!
//! Everything said about which rule takes what is decided exactly over the pattern language, one
//! `*` for each entry, and not guessed.
//!
//! ```
//! use s3_cors::CorsConfiguration;
//! use s3_cors_analysis::lint::{LintCode, Severity, lint};
//!
//! let config = CorsConfiguration::from_text(r#"[{
//!     "AllowedOrigins": ["https://example.com/"],
//!     "AllowedMethods": ["GET", "HEAD"],
//!     "MaxAgeSeconds": 600
//! }]"#)?;
//! let findings = lint(&config);
//! assert_eq!(findings[0].code, LintCode::OriginTrailingSlash);
//! assert_eq!(findings[0].severity, Severity::Error);
//! assert_eq!(
//!     findings[0].to_string(),
//!     "CORSRules[0].AllowedOrigins[0]: \"https://example.com/\" ends with a slash, and no \
//!      browser's Origin does; write \"https://example.com\" [origin-trailing-slash]",
//! );
//! # Ok::<(), s3_cors::ConfigError>(())
//! ```

mod browser_origin;
mod code;
mod entries;
mod headers;
mod order;
mod origin;
mod overlap;
mod reach;
mod rule;
mod wide;

use std::fmt;

pub use code::{LintCode, Severity};

use reach::Reach;
use s3_cors::{CorsConfiguration, Place};

/// Something in a configuration that S3 accepts and that is probably not meant.
///
/// Its `Display` form is one line: the place, the text, the help and the code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is, for programs.
    pub code: LintCode,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// What is found, in words.
    pub text: String,
    /// What to do about it.
    pub help: String,
    /// Other places it speaks of, such as the earlier rule.
    pub related: Vec<Place>,
}

impl Finding {
    fn new(code: LintCode, place: Place, text: String, help: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            place,
            text,
            help: help.into(),
            related: Vec::new(),
        }
    }

    fn related(mut self, places: impl IntoIterator<Item = Place>) -> Self {
        self.related.extend(places);
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.to_string();
        if !place.is_empty() {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}; {} [{}]", self.text, self.help, self.code)
    }
}

/// Looks a configuration over, in the order of its rules and entries.
///
/// What [`CorsConfiguration::check`] refuses is not found again here; for a configuration that it
/// refuses, only what can be said of each entry and each rule alone is.
///
/// Takes time in proportion to the entries, times the different lengths of patterns.
///
/// ```
/// use s3_cors::CorsConfiguration;
/// use s3_cors_analysis::lint::lint;
///
/// let config = CorsConfiguration::from_text(r#"[{
///     "AllowedOrigins": ["https://app.example.com"],
///     "AllowedMethods": ["GET", "HEAD"],
///     "MaxAgeSeconds": 600
/// }]"#)?;
/// assert_eq!(lint(&config), []);
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
#[must_use]
pub fn lint(configuration: &CorsConfiguration) -> Vec<Finding> {
    let reach = Reach::of(configuration);
    let mut findings = Vec::new();
    for (index, rule) in configuration.cors_rules.iter().enumerate() {
        origin::findings(index, rule, reach.as_ref(), &mut findings);
        wide::findings(index, rule, &mut findings);
        entries::findings(index, rule, &mut findings);
        headers::findings(index, rule, &mut findings);
        rule::findings(index, rule, reach.as_ref(), &mut findings);
    }
    rule::duplicate_ids(configuration, &mut findings);
    if let Some(reach) = &reach {
        order::findings(configuration, reach, &mut findings);
    }
    // Stable, so that what is found at one place stays in the order of the searches.
    findings.sort_by_key(|finding| {
        let member = finding.place.key().map_or(0, |key| match key {
            "AllowedOrigins" => 1,
            "AllowedMethods" => 2,
            "AllowedHeaders" => 3,
            "ExposeHeaders" => 4,
            _ => 5,
        });
        (finding.place.rule(), member, finding.place.entry())
    });
    findings
}
