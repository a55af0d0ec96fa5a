//! Finds the requests to which two configurations respond differently: who gains access, who loses
//! it, and which headers change, each with an example request.
//!
//! The result is exact: both configurations decide a finite set of requests that represents all
//! others, and each reported difference is what [`CorsPolicy::decide`](s3_cors::CorsPolicy::decide)
//! returns for its example.
//!
//! ```
//! use s3_cors::CorsConfiguration;
//! use s3_cors_analysis::diff::{Comparison, diff};
//!
//! let before = CorsConfiguration::from_text(
//!     r#"[{"AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["GET"]}]"#,
//! )?;
//! let after = CorsConfiguration::from_text(
//!     r#"[{"AllowedOrigins": ["https://www.example.com"], "AllowedMethods": ["GET"]}]"#,
//! )?;
//! let Comparison::Different(differences) = diff(&before, &after)? else {
//!     panic!("other subdomains lose access")
//! };
//! assert_eq!(
//!     differences[0].to_string(),
//!     "\"https://*.example.com\" loses GET (example: https://app.example.com)",
//! );
//! assert_eq!(diff(&before, &before)?, Comparison::Equivalent);
//! # Ok::<(), s3_cors::ConfigError>(())
//! ```

pub(crate) mod budget;
mod entries;
mod names;
pub(crate) mod origins;
mod search;
pub(crate) mod sides;
mod witness;

use std::fmt;

pub use witness::{ChangedHeader, Response, Witness};

use s3_cors::{AppRules, ConfigError, CorsConfiguration};

use crate::quoted::quoted;
use crate::tried::{RulePosition, Tried};

/// Whether two configurations respond to every request in the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// They do: same status, headers and errors.
    Equivalent,
    /// They do not. There is at least one difference.
    Different(Vec<Difference>),
    /// There are these differences, if any, and perhaps more: there was too much to look at. See
    /// [`diff`] for what is too much.
    AtLeast(Vec<Difference>),
}

/// Requests to which two configurations respond differently.
///
/// Its `Display` form is one line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// Who gains or loses, or what changes.
    pub kind: DifferenceKind,
    /// The `AllowedOrigins` entries that match the affected origins, at least one. Two entries
    /// joined by ` and ` stand for the origins that match both. The origin of the witness matches
    /// the first.
    pub origins: Vec<String>,
    /// The methods, in the order `GET`, `PUT`, `HEAD`, `POST`, `DELETE`.
    pub methods: Vec<&'static str>,
    /// For each header that a request must ask for to show the difference, the `AllowedHeaders`
    /// entries whose names would also show it. Empty if no header is needed.
    pub headers: Vec<Vec<String>>,
    /// The rule that applies with the first configuration.
    pub rule_before: Option<RulePosition>,
    /// The rule that applies with the second configuration.
    pub rule_after: Option<RulePosition>,
    /// A preflight that shows the difference, for the first of the methods.
    pub witness: Witness,
    /// The response of the first configuration to the witness.
    pub before: Response,
    /// The response of the second configuration to the witness.
    pub after: Response,
}

/// The kind of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// Only the second configuration allows it.
    Gains,
    /// Only the first configuration allows it.
    Loses,
    /// Both allow it, with different headers.
    Changes(Vec<ChangedHeader>),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&some_of(&self.origins, ", "))?;
        let s = if self.origins.len() == 1 { "s" } else { "" };
        let methods = self.methods.join(", ");
        match &self.kind {
            DifferenceKind::Gains => write!(f, " gain{s} {methods}")?,
            DifferenceKind::Loses => write!(f, " lose{s} {methods}")?,
            DifferenceKind::Changes(_) => write!(f, " get{s} a different response to {methods}")?,
        }
        if !self.headers.is_empty() {
            let shown = self.headers.iter().take(MOST);
            let headers: Vec<_> = shown.map(|like| some_of(like, " or ")).collect();
            write!(f, " with {}", headers.join(" and "))?;
            if let more @ 1.. = self.headers.len().saturating_sub(MOST) {
                write!(f, " and {more} more")?;
            }
        }
        if let DifferenceKind::Changes(changes) = &self.kind {
            for (index, change) in changes.iter().enumerate() {
                write!(f, "{} {change}", if index == 0 { ":" } else { ";" })?;
            }
        }
        write!(f, " (example: {})", self.witness)
    }
}

/// How many entries of a list are shown.
const MOST: usize = 5;

/// The first entries, and the number of the rest.
fn some_of(entries: &[String], separator: &str) -> String {
    let shown: Vec<String> = entries
        .iter()
        .take(MOST)
        .map(|entry| {
            let parts: Vec<String> = entry.split(" and ").map(quoted).collect();
            parts.join(" and ")
        })
        .collect();
    let shown = shown.join(separator);
    match entries.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown}{separator}{more} more"),
    }
}

/// Finds the requests to which two configurations respond differently.
///
/// If several entries show the same difference, it is reported for the widest one.
///
/// The time is proportional to the number of entries plus the number of pairs of wildcards, one
/// from each configuration, that show what neither shows alone. Real configurations have few such
/// pairs. Whatever the configurations, the search stops at 20,000 pairs, 1,000 differences, 4 MiB
/// of differences, or some twenty million steps. If it stops at one of these limits, the result is
/// [`Comparison::AtLeast`].
///
/// # Errors
///
/// The problems that [`CorsConfiguration::check`] finds in the first configuration or, if that is
/// valid, in the second.
///
/// ```
/// use s3_cors::CorsConfiguration;
/// use s3_cors_analysis::diff::{Comparison, DifferenceKind, diff};
///
/// let rule = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "MaxAgeSeconds": 60}]"#;
/// let before = CorsConfiguration::from_text(rule)?;
/// let after = CorsConfiguration::from_text(&rule.replace("60", "600"))?;
/// let Comparison::Different(differences) = diff(&before, &after)? else { panic!() };
/// let DifferenceKind::Changes(changes) = &differences[0].kind else { panic!() };
/// assert_eq!(changes[0].to_string(), "access-control-max-age changes from 60 to 600");
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
pub fn diff(
    before: &CorsConfiguration,
    after: &CorsConfiguration,
) -> Result<Comparison, ConfigError> {
    diff_with_app_rules(before, after, &AppRules::default())
}

/// Finds the requests that an app with [rules of its own](s3_cors::AppRules) responds to differently when the
/// bucket's configuration changes. The app's rules stay the same, and come after those of both
/// configurations.
///
/// # Errors
///
/// As for [`diff`].
///
/// ```
/// use s3_cors::{AppRules, CorsConfiguration};
/// use s3_cors_analysis::diff::{Comparison, diff_with_app_rules};
/// use s3_cors_analysis::RulePosition;
///
/// let site = r#"[{"AllowedOrigins": ["https://example.com"], "AllowedMethods": ["GET"]}]"#;
/// let before = CorsConfiguration::from_text(site)?;
/// let after = CorsConfiguration::from_text(&site.replace("example.com", "www.example.com"))?;
/// let app = AppRules::from_text(r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#)?;
/// let compared = diff_with_app_rules(&before, &after, &app)?;
/// let Comparison::Different(differences) = compared else { panic!() };
/// // It loses credentials, not access.
/// assert_eq!(differences[0].rule_before, Some(RulePosition::Bucket(0)));
/// assert_eq!(differences[0].rule_after, Some(RulePosition::App(0)));
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
pub fn diff_with_app_rules(
    before: &CorsConfiguration,
    after: &CorsConfiguration,
    app: &AppRules,
) -> Result<Comparison, ConfigError> {
    let (before, after) = (
        Tried::new(Some(before), app)?,
        Tried::new(Some(after), app)?,
    );
    Ok(search::compare(&sides::Sides::new(&before, &after)))
}
