//! The bodies of S3's `PutBucketCors` and `GetBucketCors`, and their errors, for servers that
//! speak S3's API.
//!
//! With these, the three operations are three short handlers:
//!
//! - `PutBucketCors`: `put` (with the feature `xml`); store the configuration and respond with
//!   200 and no body, or with the error.
//! - `GetBucketCors`: [`get`], or [`ApiError::no_such_cors_configuration`].
//! - `DeleteBucketCors`: 204, with or without a configuration (F88).

use std::borrow::Cow;
use std::fmt;

use crate::configuration::{CorsConfiguration, compact_xml};
use crate::xml_text::escaped_text;

/// The configuration in the body of a `PutBucketCors`, checked; or S3's error: the one that it
/// sends if there are several problems.
///
/// Only XML is taken, of at most [64 KB](crate::limits::MAX_XML_BYTES). The header `Content-MD5`
/// or a checksum, which S3 demands, is the server's business.
///
/// # Errors
///
/// As S3 responds (F70 to F86). The schema comes first, then the rules in order, in each of them
/// methods, origins, headers, and exposed headers (F89, chosen). Where S3's code or text was never
/// seen, they are chosen: see [`behaviour`](crate::behaviour).
///
/// ```
/// use s3_cors::adapter::bucket_cors;
///
/// let body = b"<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin>\
///              <AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
/// let stored = bucket_cors::put(body)?;
/// assert!(bucket_cors::get(&stored).contains("<AllowedOrigin>*</AllowedOrigin>"));
///
/// let error = bucket_cors::put(b"<CORSConfiguration/>").unwrap_err();
/// assert_eq!((error.status(), error.code()), (400, "MalformedXML"));
/// # Ok::<(), s3_cors::adapter::bucket_cors::ApiError>(())
/// ```
#[cfg(feature = "xml")]
pub fn put(body: &[u8]) -> Result<CorsConfiguration, ApiError> {
    use crate::limits::MAX_XML_BYTES;
    if body.len() > MAX_XML_BYTES {
        return Err(ApiError::too_big());
    }
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if text.trim_ascii_start().first() != Some(&b'<') {
        return Err(ApiError::malformed_xml());
    }
    CorsConfiguration::from_slice(body).map_err(|error| ApiError::of(&error))
}

/// The body of the response to `GetBucketCors`: the configuration as S3's XML, without white space
/// (F171, F172).
#[must_use]
pub fn get(configuration: &CorsConfiguration) -> String {
    compact_xml(configuration)
}

/// An error of S3's API: status, code and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    status: u16,
    code: &'static str,
    message: Cow<'static, str>,
    bucket: Option<String>,
}

impl ApiError {
    /// `GetBucketCors` of a bucket without configuration: 404 (F170).
    #[must_use]
    pub fn no_such_cors_configuration(bucket: impl Into<String>) -> Self {
        Self {
            status: 404,
            code: "NoSuchCORSConfiguration",
            message: "The CORS configuration does not exist".into(),
            bucket: Some(bucket.into()),
        }
    }

    /// Any operation on a bucket that does not exist: 404.
    #[must_use]
    pub fn no_such_bucket(bucket: impl Into<String>) -> Self {
        Self {
            status: 404,
            code: "NoSuchBucket",
            message: "The specified bucket does not exist".into(),
            bucket: Some(bucket.into()),
        }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The code, such as `MalformedXML`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The text.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The body S3 sends, of content type `application/xml`.
    #[must_use]
    pub fn to_xml(&self, request_id: &str, host_id: &str) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        let elements = [
            ("Code", Some(self.code)),
            ("Message", Some(&*self.message)),
            ("BucketName", self.bucket.as_deref()),
            ("RequestId", Some(request_id)),
            ("HostId", Some(host_id)),
        ];
        for (name, value) in elements {
            if let Some(value) = value {
                xml.push_str(&format!("<{name}>"));
                xml.push_str(&escaped_text(value));
                xml.push_str(&format!("</{name}>"));
            }
        }
        xml.push_str("</Error>");
        xml
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = crate::sanitize::excerpt(&self.message);
        write!(f, "{}: {message}", self.code)
    }
}

impl std::error::Error for ApiError {}

#[cfg(feature = "xml")]
mod refused {
    use super::ApiError;
    use crate::error::{ConfigError, Problem, ProblemKind, S3Error};
    use crate::limits::{MAX_ID_CHARACTERS, MAX_RULES};

    /// The members of a rule in the order in which they are checked.
    const MEMBERS: [&str; 4] = [
        "AllowedMethods",
        "AllowedOrigins",
        "AllowedHeaders",
        "ExposeHeaders",
    ];

    impl ApiError {
        fn bad_request(code: &'static str, message: &str) -> Self {
            Self {
                status: 400,
                code,
                message: message.to_owned().into(),
                bucket: None,
            }
        }

        /// Chosen: S3's response to a document of more than 64 KB was never seen (F81).
        pub(super) fn too_big() -> Self {
            Self::bad_request("MaxMessageLengthExceeded", "Your request was too big.")
        }

        pub(super) fn malformed_xml() -> Self {
            let error = S3Error::malformed_xml();
            Self::bad_request(error.code(), error.message().unwrap_or_default())
        }

        /// The first of several problems.
        pub(super) fn of(error: &ConfigError) -> Self {
            let mut errors: Vec<_> = error.problems().iter().map(of_problem).collect();
            errors.sort_by_key(|(order, _)| *order);
            let first = errors.into_iter().next();
            first.map_or_else(Self::malformed_xml, |(_, error)| error)
        }
    }

    /// The error, and when it is found: the document, then the rules in order.
    fn of_problem(problem: &Problem) -> ((usize, usize), ApiError) {
        let of_rule = || {
            let place = problem.place();
            let member = MEMBERS.iter().position(|known| Some(*known) == place.key());
            let rule = place.rule().unwrap_or_default();
            (2 + rule, member.unwrap_or(MEMBERS.len()))
        };
        let seen = problem.s3_error().and_then(S3Error::message);
        let (order, message) = match (problem.kind(), seen) {
            (ProblemKind::TooLarge { .. }, _) => return ((1, 0), ApiError::too_big()),
            (ProblemKind::TooManyRules { .. }, None) => {
                let text = format!(
                    "The number of CORS rules should not exceed allowed limit of {MAX_RULES} \
                     rules."
                );
                ((1, 0), text)
            }
            (ProblemKind::MultipleWildcards { element, value }, None) => {
                let text = format!("{element} \"{value}\" can not have more than one wildcard.");
                (of_rule(), text)
            }
            (ProblemKind::ExposeHeaderInvalid { value }, None) => {
                let text = format!("AllowedHeader \"{value}\" contains invalid character.");
                (of_rule(), text)
            }
            (ProblemKind::IdTooLong { .. }, None) => {
                let text = format!(
                    "The ID of a CORS rule must not exceed {MAX_ID_CHARACTERS} characters."
                );
                (of_rule(), text)
            }
            (_, Some(text)) if is_invalid_request(problem) => (of_rule(), text.to_owned()),
            // All else breaks the schema.
            _ => return ((0, 0), ApiError::malformed_xml()),
        };
        (order, ApiError::bad_request("InvalidRequest", &message))
    }

    fn is_invalid_request(problem: &Problem) -> bool {
        let code = problem.s3_error().map(S3Error::code);
        code == Some("InvalidRequest")
    }
}

#[cfg(test)]
mod tests {
    use super::ApiError;

    #[test]
    fn what_an_error_repeats_is_shown_harmlessly_and_cut() {
        let error = |message: String| ApiError {
            message: message.into(),
            ..ApiError::no_such_bucket("a")
        };
        let odd = error("Unsupported method is G\n\u{202e}\u{1b}ET".into());
        assert_eq!(
            odd.to_string(),
            "NoSuchBucket: Unsupported method is G   ET"
        );
        assert!(error("x".repeat(10_000)).to_string().len() < 200);
    }
}
