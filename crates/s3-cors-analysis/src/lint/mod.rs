//! Finds probable mistakes that S3 accepts: origins that no browser sends, patterns that are wider
//! than they look, rules that are never reached, and settings that browsers and uploads need.
//!
//! Findings about which rule matches which requests are exact, not heuristic: every entry has at
//! most one `*`, so the patterns can be compared completely.
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
//!     "CORSRules[0].AllowedOrigins[0]: \"https://example.com/\" ends with a slash, which no \
//!      browser's Origin does; write \"https://example.com\" [origin-trailing-slash]",
//! );
//! # Ok::<(), s3_cors::ConfigError>(())
//! ```

mod code;
mod entries;
mod headers;
mod hosters;
mod order;
mod origin;
mod overlap;
mod reach;
mod rule;
mod together;
mod wide;

use std::fmt;

pub use code::{LintCode, Severity};

use reach::Reach;
use s3_cors::{AppRules, CorsConfiguration, Place};

/// Something in a configuration that S3 accepts but that is probably a mistake.
///
/// Its `Display` form is one line: the place, the text, the help and the code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The code, for programs.
    pub code: LintCode,
    /// How serious it is.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// What is wrong.
    pub text: String,
    /// How to fix it.
    pub help: String,
    /// Other places involved, such as an earlier rule.
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

/// Checks a configuration for probable mistakes. The findings are in the order of the rules and
/// entries.
///
/// What several rules lack, such as `MaxAgeSeconds`, is one finding: the first rule's, with those of
/// the others as related places.
///
/// It does not repeat the problems that [`CorsConfiguration::check`] finds. For a configuration
/// with such problems, it reports only findings about single entries and single rules.
///
/// The time is proportional to the number of entries times the number of distinct pattern lengths.
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
    findings(configuration, Reach::of(configuration).as_ref())
}

/// Checks an [app's own rules](s3_cors::AppRules) for probable mistakes, by themselves.
///
/// ```
/// use s3_cors::AppRules;
/// use s3_cors_analysis::lint::{LintCode, lint_app_rules};
///
/// let app = AppRules::from_text(r#"[{
///     "AllowedOrigins": ["https://app.example.com/"],
///     "AllowedMethods": ["PATCH"],
///     "MaxAgeSeconds": 600
/// }]"#)?;
/// assert_eq!(lint_app_rules(&app)[0].code, LintCode::OriginTrailingSlash);
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
#[must_use]
pub fn lint_app_rules(app: &AppRules) -> Vec<Finding> {
    findings(app.as_configuration(), Reach::of_app(app).as_ref())
}

fn findings(configuration: &CorsConfiguration, reach: Option<&Reach<'_>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, rule) in configuration.cors_rules.iter().enumerate() {
        origin::findings(index, rule, reach, &mut findings);
        wide::findings(index, rule, &mut findings);
        entries::findings(index, rule, &mut findings);
        headers::findings(index, rule, &mut findings);
        rule::findings(index, rule, reach, &mut findings);
    }
    rule::duplicate_ids(configuration, &mut findings);
    if let Some(reach) = reach {
        order::findings(configuration, reach, &mut findings);
    }
    // Stable, so that findings at the same place keep their order.
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
    together::join(&mut findings);
    findings
}
