//! Who may do what: every class of origins that the rules of a configuration tell apart, and what
//! each of them gets for each method.
//!
//! ```
//! use s3_cors::CorsConfiguration;
//! use s3_cors_analysis::matrix::Matrix;
//!
//! let config = CorsConfiguration::from_text(
//!     r#"[{"AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["GET"]}]"#,
//! )?;
//! let matrix = Matrix::new(&config)?;
//! let [example, other] = &matrix.rows[..] else { panic!("two classes") };
//! assert_eq!(example.entries, ["https://*.example.com"]);
//! assert_eq!(example.example, b"https://app.example.com");
//! assert!(example.cells[0].is_allowed());
//! assert_eq!(
//!     example.cells[1].to_string(),
//!     "PUT is not allowed: no rule that allows the Origin has the method in AllowedMethods",
//! );
//! assert!(other.entries.is_empty());
//! assert_eq!(matrix.row_of(b"https://www.example.com"), Some(0));
//! assert_eq!(matrix.row_of(b"https://example.org"), Some(1));
//! # Ok::<(), s3_cors::ConfigError>(())
//! ```

use std::collections::HashMap;
use std::fmt;

use s3_cors::{
    AppRules, ConfigError, CorsConfiguration, CorsPolicy, CorsRule, Decision, Mismatch, Pattern,
    RefusalReason, RequestParts, RuleSet,
};

use crate::diff::budget::Budget;
use crate::diff::origins;
use crate::diff::sides::Sides;
use crate::pattern;
use crate::tried::{RulePosition, Tried, as_generous};

/// How long browsers cache a preflight response without `Access-Control-Max-Age`, in seconds.
///
/// Source: [Fetch, "CORS-preflight fetch"](https://fetch.spec.whatwg.org/#cors-preflight-fetch).
pub const DEFAULT_MAX_AGE: u64 = 5;

/// Who may do what with a configuration.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Matrix {
    /// One row for each class of origins, in the order of the entries; last, all origins that no
    /// entry matches.
    pub rows: Vec<Row>,
    /// Whether every origin has a row. See [`Matrix::new`] for when this is not so.
    pub complete: bool,
    /// The method of each cell of a row: those that a rule can allow.
    pub methods: &'static [&'static str],
    policy: CorsPolicy,
}

/// Origins that the same rules allow.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The `AllowedOrigins` entries that match these origins. Two entries joined by ` and ` stand
    /// for the origins that match both. Empty for the origins that no entry matches.
    pub entries: Vec<String>,
    /// An origin of this class.
    pub example: Vec<u8>,
    /// The rules that allow these origins. The app's own are counted after all of the bucket.
    pub rules: RuleSet,
    /// One cell for each of the [methods](Matrix::methods), in this order.
    pub cells: Vec<Cell>,
}

/// What the origins of a row get for a method.
///
/// Its `Display` form says everything in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cell {
    /// The method.
    pub method: &'static str,
    /// The rules that respond to some of these requests, in order. The first responds to requests
    /// that ask for no header. A later one responds to requests for headers that all earlier ones
    /// refuse. Empty if the method is not allowed.
    pub grants: Vec<Grant>,
    /// Why the method is not allowed.
    pub mismatch: Option<Mismatch<'static>>,
}

/// What a rule allows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grant {
    /// The rule.
    pub rule: RulePosition,
    /// Whether requests may include credentials. If not, `Access-Control-Allow-Origin` is `*`.
    pub credentials: bool,
    /// The `AllowedHeaders` entries: the request headers that a script may set.
    pub allowed_headers: Vec<String>,
    /// The `ExposeHeaders`: the response headers that a script can read besides the safelisted ones.
    pub expose_headers: Vec<String>,
    /// `MaxAgeSeconds`: how long a browser may cache the preflight response. Without it, that is
    /// [`DEFAULT_MAX_AGE`].
    pub max_age_seconds: Option<i64>,
}

impl Matrix {
    /// The matrix of a configuration.
    ///
    /// The time is proportional to the number of entries, plus the number of pairs of wildcards of
    /// different rules that overlap without one containing the other. Real configurations have few
    /// such pairs. Whatever the configuration, the search stops at 20,000 pairs, or some twenty
    /// million steps; each byte of a row is a step. If it stops at one of these limits, the matrix
    /// is not [`complete`](Matrix::complete): the rows that it has are right, but some origins
    /// have none.
    ///
    /// # Errors
    ///
    /// The problems that [`CorsConfiguration::check`] finds.
    pub fn new(configuration: &CorsConfiguration) -> Result<Self, ConfigError> {
        Self::with_app_rules(configuration, &AppRules::default())
    }

    /// The matrix of a configuration followed by [rules of the app's own](s3_cors::AppRules).
    ///
    /// # Errors
    ///
    /// As for [`Matrix::new`].
    ///
    /// ```
    /// use s3_cors::{AppRules, CorsConfiguration};
    /// use s3_cors_analysis::RulePosition;
    /// use s3_cors_analysis::matrix::Matrix;
    ///
    /// let bucket = r#"[{"AllowedOrigins": ["https://example.com"], "AllowedMethods": ["GET"]}]"#;
    /// let bucket = CorsConfiguration::from_text(bucket)?;
    /// let app = r#"[{"AllowedOrigins": ["https://example.com"], "AllowedMethods": ["PATCH"]}]"#;
    /// let app = AppRules::from_text(app)?;
    /// let matrix = Matrix::with_app_rules(&bucket, &app)?;
    /// assert_eq!(matrix.methods, ["GET", "PUT", "HEAD", "POST", "DELETE", "PATCH"]);
    /// assert_eq!(matrix.rows[0].cells[5].grants[0].rule, RulePosition::App(0));
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    pub fn with_app_rules(
        configuration: &CorsConfiguration,
        app: &AppRules,
    ) -> Result<Self, ConfigError> {
        let tried = Tried::new(Some(configuration), app)?;
        let sides = Sides::new(&tried, &tried);
        let rules = &tried.rules;
        let mut known = Known::new(&tried);
        let mut rows: Vec<Row> = Vec::new();
        let mut positions: HashMap<RuleSet, usize> = HashMap::new();
        let mut budget = Budget::new();
        for class in origins::every_class(&sides, &mut budget) {
            let allowing = class.rules.before;
            let at = *positions.entry(allowing).or_insert(rows.len());
            match rows.get_mut(at) {
                // The origins that match two entries are listed only if no entry stands for them.
                Some(row) if class.is_single() => row.entries.push(class.entries()),
                Some(_) => {}
                None => {
                    let row = known.row(vec![class.entries()], class.origin, allowing);
                    if !budget.spend(row.size()) {
                        break;
                    }
                    rows.push(row);
                }
            }
        }
        let other = stranger(rules);
        if tried.policy.rules_allowing_origin(&other).is_empty() {
            rows.push(known.row(Vec::new(), other, RuleSet::EMPTY));
        }
        Ok(Self {
            rows,
            complete: !budget.has_stopped(),
            methods: tried.methods,
            policy: tried.policy.clone(),
        })
    }

    /// The row of an origin. If the matrix is [`complete`](Matrix::complete), every origin has one.
    #[must_use]
    pub fn row_of(&self, origin: &[u8]) -> Option<usize> {
        let rules = self.policy.rules_allowing_origin(origin);
        self.rows.iter().position(|row| row.rules == rules)
    }
}

impl Row {
    /// Whether these are the origins that no entry matches.
    #[must_use]
    pub fn is_other(&self) -> bool {
        self.entries.is_empty()
    }

    /// The bytes that it takes, roughly.
    fn size(&self) -> usize {
        let grants = self.cells.iter().flat_map(|cell| &cell.grants);
        let grants = grants.map(|grant| {
            let names = grant.allowed_headers.iter().chain(&grant.expose_headers);
            100 + names.map(|name| name.len() + 32).sum::<usize>()
        });
        500 + self.example.len() + grants.sum::<usize>()
    }
}

impl Cell {
    /// Whether the method is allowed, at least without further headers.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        !self.grants.is_empty()
    }
}

/// An origin that as few entries as possible match.
fn stranger(rules: &[CorsRule]) -> Vec<u8> {
    let entries = rules.iter().flat_map(|rule| &rule.allowed_origins);
    pattern::of_origins(entries.map(String::as_str)).typical(&Pattern::new("*"))
}

/// What is computed once for all rows.
struct Known<'a> {
    tried: &'a Tried<'a>,
    /// For each rule, the rules that allow every list of headers that it allows.
    as_generous: Vec<RuleSet>,
}

impl<'a> Known<'a> {
    fn new(tried: &'a Tried<'a>) -> Self {
        Self {
            tried,
            as_generous: as_generous(&tried.policy, &tried.rules),
        }
    }

    fn row(&mut self, entries: Vec<String>, example: Vec<u8>, rules: RuleSet) -> Row {
        let cells = self.tried.methods.iter();
        let cells = cells.map(|method| self.cell(&example, rules, method));
        Row {
            cells: cells.collect(),
            entries,
            example,
            rules,
        }
    }

    fn cell(&self, example: &[u8], rules: RuleSet, method: &'static str) -> Cell {
        let rules = rules & self.tried.policy.rules_allowing_method(method.as_bytes());
        let mut before = RuleSet::EMPTY;
        let mut grants = Vec::new();
        for index in rules.iter() {
            let as_generous = self.as_generous.get(index).copied().unwrap_or_default();
            if (before & as_generous).is_empty() {
                grants.extend(self.grant(index));
            }
            before |= RuleSet::of(index);
        }
        let mismatch = grants.is_empty().then(|| self.mismatch(example, method));
        Cell {
            method,
            grants,
            mismatch: mismatch.flatten(),
        }
    }

    fn grant(&self, index: usize) -> Option<Grant> {
        let rule = self.tried.rules.get(index)?;
        let compiled = self.tried.policy.rule(index)?;
        Some(Grant {
            rule: self.tried.position(index),
            credentials: !compiled.allows_any_origin(),
            allowed_headers: rule.allowed_headers.clone(),
            expose_headers: rule.expose_headers.clone(),
            max_age_seconds: rule.max_age_seconds,
        })
    }

    /// The engine's reason.
    fn mismatch(&self, origin: &[u8], method: &str) -> Option<Mismatch<'static>> {
        let headers = [
            ("Origin", origin),
            ("Access-Control-Request-Method", method.as_bytes()),
        ];
        match self
            .tried
            .policy
            .decide(&RequestParts::new("OPTIONS", &headers))
        {
            Decision::Refused(refusal) => match refusal.reason().clone().into_owned() {
                RefusalReason::NotAllowed { mismatch, .. } => Some(mismatch),
                _ => None,
            },
            _ => None,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(mismatch) = &self.mismatch {
            return write!(f, "{} is not allowed: {mismatch}", self.method);
        }
        write!(f, "{} is allowed", self.method)?;
        for (position, grant) in self.grants.iter().enumerate() {
            let link = if position == 0 { " " } else { "; or " };
            write!(f, "{link}by {} {grant}", grant.rule)?;
        }
        Ok(())
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.credentials {
            "with credentials"
        } else {
            "without credentials"
        })?;
        match &self.allowed_headers[..] {
            [] => f.write_str(", with safelisted headers only")?,
            headers => write!(f, ", with the headers {}", quoted(headers))?,
        }
        if !self.expose_headers.is_empty() {
            write!(f, ", exposing {}", quoted(&self.expose_headers))?;
        }
        match self.max_age_seconds {
            Some(seconds) => write!(f, "; the preflight may be cached for {seconds} seconds"),
            None => write!(
                f,
                "; the preflight may be cached for {DEFAULT_MAX_AGE} seconds, the default"
            ),
        }
    }
}

/// The first names, and the number of the rest.
fn quoted(names: &[String]) -> String {
    const MOST: usize = 8;
    let shown: Vec<String> = names.iter().take(MOST).map(|n| format!("{n:?}")).collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
