//! Rules of an app's own, beside the bucket's.

use std::path::Path;

use super::{CorsConfiguration, CorsRule, Owner, check, read};
use crate::error::ConfigError;

/// Rules of an app's own, tried after all rules of the bucket: for what S3 cannot say. Checked.
///
/// This is not S3's. The rules have the same form as a bucket's, and are read from the same
/// [dialects](crate::Dialect), but they may also allow `PATCH`, and there can be 28 of them.
///
/// Because they come last, whatever the bucket allows gets exactly the bucket's response; the
/// app's rules can only allow what the bucket refuses. What neither allows is refused as by the
/// bucket.
///
/// ```
/// use s3_cors::{AppRules, CorsConfiguration, CorsPolicy, Decision, RequestParts};
///
/// let bucket: CorsConfiguration =
///     r#"[{"AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["GET"]}]"#.parse()?;
/// let app: AppRules =
///     r#"[{"AllowedOrigins": ["https://admin.example.com"], "AllowedMethods": ["PATCH"]}]"#
///         .parse()?;
/// let policy = CorsPolicy::with_app_rules(Some(&bucket), &app)?;
///
/// let headers: &[(&str, &[u8])] = &[
///     ("Origin", b"https://admin.example.com"),
///     ("Access-Control-Request-Method", b"PATCH"),
/// ];
/// let request = RequestParts::new("OPTIONS", headers);
/// let Decision::Preflight(headers) = policy.decide(&request) else { panic!("it is allowed") };
/// assert!(policy.is_app_rule(headers.rule_index()));
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct AppRules(CorsConfiguration);

impl AppRules {
    /// Checks rules made in code.
    ///
    /// # Errors
    ///
    /// All problems at once, as [`CorsConfiguration::check`] finds them, but that `PATCH` is
    /// allowed and there can be [28 rules](crate::limits::MAX_APP_RULES).
    ///
    /// ```
    /// use s3_cors::{AppRules, CorsRule};
    ///
    /// assert!(AppRules::new([CorsRule::new(["*"], ["PATCH"])]).is_ok());
    /// let error = AppRules::new([CorsRule::new(["*"], ["TRACE"])]).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "CORSRules[0].AllowedMethods[0]: the app's own rules cannot allow the method \
    ///      \"TRACE\"; use GET, PUT, HEAD, POST, DELETE or PATCH",
    /// );
    /// ```
    pub fn new(rules: impl IntoIterator<Item = CorsRule>) -> Result<Self, ConfigError> {
        let rules = CorsConfiguration::new(rules);
        let problems = check::problems(&rules, Owner::App, 0);
        if problems.is_empty() {
            Ok(Self(rules))
        } else {
            Err(ConfigError::new(problems).unseen_by_s3())
        }
    }

    /// Reads rules from text, in any [`Dialect`](crate::Dialect).
    ///
    /// # Errors
    ///
    /// All problems at once: see [`new`](Self::new).
    pub fn from_text(text: &str) -> Result<Self, ConfigError> {
        Self::from_slice(text.as_bytes())
    }

    /// Reads rules from bytes, which must be UTF-8.
    ///
    /// # Errors
    ///
    /// All problems at once: see [`new`](Self::new).
    pub fn from_slice(bytes: &[u8]) -> Result<Self, ConfigError> {
        match read::configuration(bytes, Owner::App) {
            Ok(rules) => Ok(Self(rules)),
            Err(problems) => Err(ConfigError::new(problems).unseen_by_s3()),
        }
    }

    /// Reads rules from a file.
    ///
    /// # Errors
    ///
    /// As [`from_slice`](Self::from_slice), and when the file cannot be read; the error names the
    /// file.
    ///
    /// ```
    /// # use s3_cors::AppRules;
    /// let error = AppRules::from_path("no/such/app-cors.json").unwrap_err();
    /// assert!(error.to_string().starts_with("no/such/app-cors.json: "));
    /// ```
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        read::file(path.as_ref(), Self::from_slice)
    }

    /// The rules, in the order in which they are tried; none by default.
    #[must_use]
    pub fn rules(&self) -> &[CorsRule] {
        &self.0.cors_rules
    }

    /// The rules as a configuration, which may be one that S3 refuses.
    #[must_use]
    pub fn as_configuration(&self) -> &CorsConfiguration {
        &self.0
    }
}

impl std::str::FromStr for AppRules {
    type Err = ConfigError;

    /// The same as [`AppRules::from_text`].
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Self::from_text(text)
    }
}
