//! What two configurations answer differently: who gains, who loses, and what else changes, each
//! with a request that shows it.
//!
//! Exact: requests that stand for all others are put to both configurations, and what is reported
//! is what [`CorsPolicy::decide`](s3_cors::CorsPolicy::decide) says of the witness.
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
//!     "\"https://*.example.com\" loses GET: such as https://app.example.com",
//! );
//! assert_eq!(diff(&before, &before)?, Comparison::Alike);
//! # Ok::<(), s3_cors::ConfigError>(())
//! ```

mod budget;
mod entries;
mod names;
mod origins;
mod search;
mod sides;
mod witness;

use std::fmt;

pub use witness::{ChangedHeader, Response, Witness};

use s3_cors::{ConfigError, CorsConfiguration};

use crate::quoted::quoted;

/// Whether two configurations answer every request alike.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// They do: status, headers and errors.
    Alike,
    /// They do not; at least one difference.
    Different(Vec<Difference>),
    /// There are these differences, if any, and perhaps more: there was too much to look at. See
    /// [`diff`] for what is too much.
    AtLeast(Vec<Difference>),
}

/// Something that two configurations answer differently.
///
/// Its `Display` form is one line in words.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// Who gains or loses, or what changes.
    pub kind: DifferenceKind,
    /// The entries the origins belong to, as they stand in one of the configurations, at least
    /// one; two entries, joined by ` and `, for origins that both match. The witness's origin
    /// belongs to the first.
    pub origins: Vec<String>,
    /// The methods, in the order `GET`, `PUT`, `HEAD`, `POST`, `DELETE`.
    pub methods: Vec<&'static str>,
    /// For each header that the witness has to ask for to show it, the entries of those that would
    /// do as well; empty if it shows without.
    pub headers: Vec<Vec<String>>,
    /// The rule of the first configuration that answers, counted from 0.
    pub rule_before: Option<usize>,
    /// The rule of the second configuration that answers, counted from 0.
    pub rule_after: Option<usize>,
    /// A preflight that shows the difference, with the first of the methods.
    pub witness: Witness,
    /// What the first configuration answers to the witness.
    pub before: Response,
    /// What the second configuration answers to the witness.
    pub after: Response,
}

/// What kind of difference it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// Only the second configuration allows it.
    Gains,
    /// Only the first configuration allows it.
    Loses,
    /// Both allow it, and answer with different headers.
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
            DifferenceKind::Changes(_) => write!(f, " get{s} another answer to {methods}")?,
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
                write!(f, "{} {change}", if index == 0 { "," } else { ";" })?;
            }
        }
        write!(f, ": such as {}", self.witness)
    }
}

/// How many of a list are named.
const MOST: usize = 5;

/// The first entries in words, and how many there are besides.
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

/// Finds what two configurations answer differently.
///
/// Of differences that several entries show alike, the widest entry's is reported.
///
/// Takes time in proportion to the entries, and to the pairs of wildcards, one of each
/// configuration, that show what none of the two shows alone; configurations that people write
/// have few or none. The search has limits, whatever the configurations: 20,000 such pairs, 1,000
/// differences, 4 MiB of differences, and some twenty million steps. Where one of them ends it,
/// the result is [`Comparison::AtLeast`].
///
/// # Errors
///
/// What [`CorsConfiguration::check`] finds in the first configuration or, if that is valid, in
/// the second.
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
    let sides = sides::Sides::new(before, after)?;
    Ok(search::compare(&sides))
}
