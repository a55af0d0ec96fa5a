//! Why a request is allowed or refused, rule by rule, and the smallest change that allows it.
//!
//! [`explain`] asks the engine itself, about the whole configuration and about each rule alone, so
//! it always agrees with [`CorsPolicy::decide`](s3_cors::CorsPolicy::decide).
//!
//! ```
//! use s3_cors_analysis::explain::{Advice, explain};
//! use s3_cors::{CorsConfiguration, RequestParts};
//!
//! let config = CorsConfiguration::from_text(
//!     r#"[{"AllowedOrigins": ["https://example.com/"], "AllowedMethods": ["GET"]}]"#,
//! )?;
//! let headers: &[(&str, &[u8])] = &[("Origin", b"https://example.com")];
//! let request = RequestParts::new("GET", headers);
//! let explanation = explain(Some(&config), &request)?;
//! assert!(!explanation.outcome.is_allowed());
//! assert_eq!(
//!     explanation.rules[0].to_string(),
//!     "no AllowedOrigin matches; \"https://example.com/\" is closest: it ends with a slash, \
//!      which no browser's Origin does",
//! );
//! let Advice::Change(suggestion) = explanation.advice else { panic!("it can be allowed") };
//! assert_eq!(
//!     suggestion.changes[0].to_string(),
//!     "add \"https://example.com\" to CORSRules[0].AllowedOrigins",
//! );
//! let changed = suggestion.apply(Some(&config));
//! assert!(explain(Some(&changed), &request)?.outcome.is_allowed());
//! # Ok::<(), s3_cors::ConfigError>(())
//! ```

mod never_sent;
mod note;
mod origin;
mod outcome;
mod question;
mod suggestion;
mod verdict;

pub use never_sent::NeverSent;
pub use note::{Note, NoteCode};
pub use origin::{ClosestOrigin, OriginDifference};
pub use outcome::Outcome;
pub use suggestion::{Advice, Caution, Change, Impossible, Suggestion};
pub use verdict::{Condition, HeadersVerdict, MethodVerdict, OriginVerdict, RuleVerdict};

use question::Question;
use s3_cors::{AppRules, ConfigError, CorsConfiguration, CorsRequest};

use crate::tried::Tried;

/// What S3 does with a request, why, and what would change that.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// What S3 does.
    pub outcome: Outcome,
    /// The verdict of each rule, in the order in which they are tried. S3 uses the first rule that
    /// [allows](RuleVerdict::allows) the request. Empty if the request has no `Origin`, because S3
    /// then checks no rule.
    pub rules: Vec<RuleVerdict>,
    /// The CORS headers and `vary` that S3 sends, in S3's order, names in lower case; empty if it
    /// sends none.
    pub headers: Vec<(&'static str, Vec<u8>)>,
    /// What would allow the request, if it is not allowed: the change with the fewest new entries,
    /// in the first such rule if there are several.
    pub advice: Advice,
    /// Another way to allow exactly this request: a separate rule at the end. `None` if that
    /// already is the advice, or if there is no advice.
    pub alternative: Option<Suggestion>,
    /// Notes on the response.
    pub notes: Vec<Note>,
}

/// Explains what S3 does with a request. `None` stands for a bucket without CORS configuration.
///
/// # Errors
///
/// The errors of [`CorsPolicy::new`](s3_cors::CorsPolicy::new): a configuration that S3 would not store cannot be explained.
///
/// ```
/// use s3_cors_analysis::explain::{Outcome, explain};
/// use s3_cors::{CorsConfiguration, RequestParts};
///
/// let headers: &[(&str, &[u8])] = &[
///     ("Origin", b"https://example.com"),
///     ("Access-Control-Request-Method", b"PUT"),
/// ];
/// let request = RequestParts::new("OPTIONS", headers);
/// let explanation = explain(None, &request)?;
/// assert!(matches!(explanation.outcome, Outcome::Refused { status: 403, .. }));
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
pub fn explain<R: CorsRequest>(
    configuration: Option<&CorsConfiguration>,
    request: &R,
) -> Result<Explanation, ConfigError> {
    explain_with_app_rules(configuration, &AppRules::default(), request)
}

/// Explains what an app with [rules of its own](s3_cors::AppRules) does with a request. They are tried after
/// all rules of the bucket. What is advised is a change to the bucket's configuration.
///
/// # Errors
///
/// As for [`explain`].
///
/// ```
/// use s3_cors::{AppRules, CorsConfiguration, RequestParts};
/// use s3_cors_analysis::explain::explain_with_app_rules;
///
/// let bucket = r#"[{"AllowedOrigins": ["https://example.com"], "AllowedMethods": ["GET"]}]"#;
/// let bucket = CorsConfiguration::from_text(bucket)?;
/// let app = r#"[{"AllowedOrigins": ["https://example.com"], "AllowedMethods": ["PATCH"]}]"#;
/// let app = AppRules::from_text(app)?;
/// let headers: &[(&str, &[u8])] = &[
///     ("Origin", b"https://example.com"),
///     ("Access-Control-Request-Method", b"PATCH"),
/// ];
/// let request = RequestParts::new("OPTIONS", headers);
/// let explanation = explain_with_app_rules(Some(&bucket), &app, &request)?;
/// assert_eq!(explanation.outcome.to_string(), "allowed by the app's CORSRules[0]: 200");
/// assert_eq!(explanation.rules[0].to_string(), "PATCH is not in AllowedMethods");
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
pub fn explain_with_app_rules<R: CorsRequest>(
    configuration: Option<&CorsConfiguration>,
    app: &AppRules,
    request: &R,
) -> Result<Explanation, ConfigError> {
    let tried = Tried::new(configuration, app)?;
    let decision = tried.policy.decide(request);
    let outcome = Outcome::of(&decision, &tried);
    let headers = outcome::headers(&decision);
    let question = Question::of(request);
    let rules = match &question {
        Some(question) => verdict::of_rules(&tried, question),
        None => Vec::new(),
    };
    let (advice, alternative) = suggestion::advice(
        configuration,
        &tried.policy,
        question.as_ref(),
        &rules,
        &outcome,
    );
    let notes = note::notes(
        question.as_ref(),
        &outcome,
        &headers,
        &advice,
        tried.methods,
    );
    Ok(Explanation {
        outcome,
        rules,
        headers,
        advice,
        alternative,
        notes,
    })
}
