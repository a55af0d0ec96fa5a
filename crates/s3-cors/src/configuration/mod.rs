//! The configuration as plain data with S3's own names, and how to load and write it.

mod app_rules;
mod check;
mod dialect;
mod located;
mod read;
mod write;

use std::io;
use std::path::Path;

pub use app_rules::AppRules;
pub(crate) use check::Owner;
pub use dialect::{Dialect, UnknownDialect};
pub use located::{LocatedConfiguration, Span};
pub(crate) use write::compact_xml;

use crate::error::ConfigError;

/// A bucket's CORS configuration: an ordered list of rules, as `PutBucketCors` takes it and
/// `GetBucketCors` returns it.
///
/// Plain data: read it from a file, build it in code, change it. Nothing is enforced until you
/// [check](Self::check) it or compile it into a [`CorsPolicy`](crate::CorsPolicy), which also
/// checks it.
///
/// Source: [`CORSConfiguration`] in the S3 API reference.
///
/// [`CORSConfiguration`]: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CORSConfiguration.html
///
/// ```
/// use s3_cors::CorsConfiguration;
///
/// let config = CorsConfiguration::from_text(r#"[{
///     "AllowedOrigins": ["https://www.example.com"],
///     "AllowedMethods": ["GET", "HEAD"]
/// }]"#)?;
/// assert_eq!(config.cors_rules[0].allowed_methods, ["GET", "HEAD"]);
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
#[non_exhaustive]
pub struct CorsConfiguration {
    /// The rules, in the order S3 tries them: 1 to 100.
    #[cfg_attr(feature = "serde", serde(rename = "CORSRules"))]
    pub cors_rules: Vec<CorsRule>,
}

/// One rule of a [`CorsConfiguration`].
///
/// A request matches a rule when its origin, its method and every header it asks for are
/// allowed by that same rule; the three are never combined across rules.
///
/// Source: [`CORSRule`] in the S3 API reference.
///
/// [`CORSRule`]: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CORSRule.html
///
/// ```
/// use s3_cors::CorsRule;
///
/// let rule = CorsRule::new(["https://*.example.com"], ["PUT", "POST"])
///     .allowed_headers(["*"])
///     .expose_headers(["ETag"])
///     .max_age_seconds(3000);
/// assert_eq!(rule.allowed_methods, ["PUT", "POST"]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields, rename_all = "PascalCase")
)]
#[non_exhaustive]
pub struct CorsRule {
    /// A name for the rule, at most 255 characters. It has no effect on responses, and several
    /// rules may have the same ID.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "ID", default, skip_serializing_if = "Option::is_none")
    )]
    pub id: Option<String>,

    /// The header names that a request may ask for in `Access-Control-Request-Headers`,
    /// case-insensitive. Each may have one `*`, which stands for any run of characters.
    ///
    /// S3 has no safelist: a preflight that asks for `content-type` needs an entry for it. The
    /// headers of an actual request are never checked.
    ///
    /// ```text
    /// "*"               // permitted: any header
    /// "Content-Type"    // permitted: also allows content-type
    /// "x-amz-*"         // permitted
    /// "x-*-meta-*"      // prohibited: two wildcards
    /// ```
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub allowed_headers: Vec<String>,

    /// The methods the rule allows: at least one of `GET`, `PUT`, `HEAD`, `POST`, `DELETE`,
    /// case-sensitive. `GET` does not imply `HEAD`.
    ///
    /// ```text
    /// "GET"       // permitted
    /// "get"       // prohibited: methods are case-sensitive
    /// "PATCH"     // prohibited: S3 has no PATCH
    /// "OPTIONS"   // prohibited: S3 responds to preflights without it
    /// "*"         // prohibited: list the methods
    /// ```
    pub allowed_methods: Vec<String>,

    /// The origins the rule allows: at least one. Each may have one `*`, which stands for any run
    /// of characters, including none. S3 compares them with the whole `Origin` header, byte for
    /// byte.
    ///
    /// ```text
    /// "*"                        // permitted: S3 sends "*", without credentials
    /// "https://www.example.com"  // permitted
    /// "https://*.example.com"    // permitted: not https://example.com itself
    /// "http://localhost:*"       // permitted
    /// "https://example.com/"     // permitted by S3, but no browser sends this Origin
    /// "https://*.example.*"      // prohibited: two wildcards
    /// ```
    pub allowed_origins: Vec<String>,

    /// The response headers that a script may read, sent exactly as written here. RFC 9110 tokens,
    /// no wildcard. `ETag` is not exposed unless listed.
    ///
    /// ```text
    /// "ETag"             // permitted
    /// "x-amz-meta-*"     // prohibited: S3 supports no wildcard here
    /// "*"                // prohibited
    /// ```
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub expose_headers: Vec<String>,

    /// How long a browser may cache the response to a preflight, in seconds. With `None`, no
    /// `Access-Control-Max-Age` is sent; any number is sent unchanged. Negative numbers are
    /// accepted because S3 accepts them, but browsers ignore them (D6).
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub max_age_seconds: Option<i64>,
}

impl CorsRule {
    /// A rule that allows these methods for these origins.
    ///
    /// ```
    /// use s3_cors::CorsRule;
    ///
    /// let rule = CorsRule::new(["https://www.example.com"], ["GET", "HEAD"]);
    /// assert_eq!(rule.allowed_origins, ["https://www.example.com"]);
    /// assert_eq!(rule.max_age_seconds, None);
    /// ```
    #[must_use]
    pub fn new<O: Into<String>, M: Into<String>>(
        allowed_origins: impl IntoIterator<Item = O>,
        allowed_methods: impl IntoIterator<Item = M>,
    ) -> Self {
        Self {
            allowed_origins: strings(allowed_origins),
            allowed_methods: strings(allowed_methods),
            ..Self::default()
        }
    }

    /// Sets the [ID](field@Self::id).
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the [allowed headers](field@Self::allowed_headers).
    #[must_use]
    pub fn allowed_headers<H: Into<String>>(mut self, names: impl IntoIterator<Item = H>) -> Self {
        self.allowed_headers = strings(names);
        self
    }

    /// Sets the [exposed headers](field@Self::expose_headers).
    #[must_use]
    pub fn expose_headers<H: Into<String>>(mut self, names: impl IntoIterator<Item = H>) -> Self {
        self.expose_headers = strings(names);
        self
    }

    /// Sets the [maximum age](field@Self::max_age_seconds), in seconds.
    #[must_use]
    pub fn max_age_seconds(mut self, seconds: i64) -> Self {
        self.max_age_seconds = Some(seconds);
        self
    }
}

fn strings<S: Into<String>>(values: impl IntoIterator<Item = S>) -> Vec<String> {
    values.into_iter().map(Into::into).collect()
}

impl CorsConfiguration {
    /// A configuration of these rules, in this order. Nothing is checked yet.
    ///
    /// ```
    /// use s3_cors::{CorsConfiguration, CorsRule};
    ///
    /// let config = CorsConfiguration::new([CorsRule::new(["*"], ["GET"])]);
    /// assert!(config.check().is_ok());
    /// ```
    #[must_use]
    pub fn new(rules: impl IntoIterator<Item = CorsRule>) -> Self {
        Self {
            cors_rules: rules.into_iter().collect(),
        }
    }

    /// Reads a configuration from text, in any [`Dialect`], recognised by its content.
    ///
    /// # Errors
    ///
    /// All problems at once: everything that could not be read, and everything that
    /// [`check`](Self::check) finds, each with line and column.
    ///
    /// ```
    /// use s3_cors::{CorsConfiguration, ProblemKind};
    ///
    /// let error = CorsConfiguration::from_text(
    ///     r#"[{"AllowedOrigins": "*", "AllowedMethods": ["GET", "PATCH"]}]"#,
    /// )
    /// .unwrap_err();
    /// let places: Vec<String> = error.problems().iter().map(|p| p.place().to_string()).collect();
    /// assert_eq!(places, ["CORSRules[0].AllowedOrigins", "CORSRules[0].AllowedMethods[1]"]);
    /// ```
    pub fn from_text(text: &str) -> Result<Self, ConfigError> {
        read::configuration(text.as_bytes(), Owner::Bucket).map_err(ConfigError::new)
    }

    /// Reads a configuration from bytes, which must be UTF-8.
    ///
    /// # Errors
    ///
    /// The errors of [`from_text`](Self::from_text), and an error if the bytes are not UTF-8.
    ///
    /// ```
    /// # use s3_cors::CorsConfiguration;
    /// assert!(CorsConfiguration::from_slice(b"\xff\xfe[\0]\0").is_err());
    /// ```
    pub fn from_slice(bytes: &[u8]) -> Result<Self, ConfigError> {
        read::configuration(bytes, Owner::Bucket).map_err(ConfigError::new)
    }

    /// Reads a configuration from a reader, to the end.
    ///
    /// # Errors
    ///
    /// The errors of [`from_slice`](Self::from_slice), and an error if reading fails or there is
    /// more than 1 MiB to read.
    ///
    /// ```
    /// # use s3_cors::CorsConfiguration;
    /// let stdin = r#"{"CORSRules":[{"AllowedOrigins":["*"],"AllowedMethods":["GET"]}]}"#.as_bytes();
    /// let config = CorsConfiguration::from_reader(stdin)?;
    /// assert_eq!(config.cors_rules.len(), 1);
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    pub fn from_reader(reader: impl io::Read) -> Result<Self, ConfigError> {
        read::bytes(reader)
            .and_then(|bytes| read::configuration(&bytes, Owner::Bucket))
            .map_err(ConfigError::new)
    }

    /// Reads a configuration from a file.
    ///
    /// # Errors
    ///
    /// The errors of [`from_reader`](Self::from_reader), and an error if the file cannot be opened.
    /// Each names the file.
    ///
    /// ```
    /// # use s3_cors::CorsConfiguration;
    /// let error = CorsConfiguration::from_path("no/such/cors.json").unwrap_err();
    /// assert!(error.to_string().starts_with("no/such/cors.json: "));
    /// ```
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        read::file(path.as_ref(), Self::from_slice)
    }

    /// Checks the configuration as `PutBucketCors` does: it accepts what S3 accepts and refuses
    /// what S3 refuses.
    ///
    /// # Errors
    ///
    /// All problems at once, each with its place, S3's error code and text where known, and help.
    ///
    /// ```
    /// use s3_cors::{CorsConfiguration, CorsRule};
    ///
    /// let config = CorsConfiguration::new([CorsRule::new(["https://*.example.*"], ["GET"])]);
    /// let error = config.check().unwrap_err();
    /// let s3 = error.problems()[0].s3_error().unwrap();
    /// assert_eq!(s3.code(), "InvalidRequest");
    /// assert_eq!(
    ///     s3.message(),
    ///     Some(r#"AllowedOrigin "https://*.example.*" can not have more than one wildcard."#),
    /// );
    /// ```
    pub fn check(&self) -> Result<(), ConfigError> {
        let problems = check::problems(self, Owner::Bucket, 0);
        if problems.is_empty() {
            Ok(())
        } else {
            Err(ConfigError::new(problems))
        }
    }

    /// Writes the configuration in a dialect, indented. Reading it back gives the same
    /// configuration, except that CloudFormation makes a `MaxAgeSeconds` that is left out 0 (F190).
    ///
    /// ```
    /// use s3_cors::{CorsConfiguration, Dialect};
    ///
    /// let config = CorsConfiguration::from_text(
    ///     r#"[{"AllowedOrigins":["*"],"AllowedMethods":["GET"],"MaxAgeSeconds":60}]"#,
    /// )?;
    /// let text = config.to_text(Dialect::CloudFormation);
    /// assert!(text.contains(r#""MaxAge": 60"#));
    /// assert_eq!(CorsConfiguration::from_text(&text)?, config);
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    #[must_use]
    pub fn to_text(&self, dialect: Dialect) -> String {
        write::text(self, dialect)
    }
}

impl std::str::FromStr for CorsConfiguration {
    type Err = ConfigError;

    /// Same as [`CorsConfiguration::from_text`].
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Self::from_text(text)
    }
}
