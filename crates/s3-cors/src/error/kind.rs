//! The kinds of problems: the message of each, its help, and S3's own error.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::sync::Arc;

use super::S3Error;
use crate::limits::{
    APP_METHODS, MAX_APP_RULES, MAX_ID_CHARACTERS, MAX_RULES, MAX_TEXT_BYTES, MAX_XML_BYTES,
};
use crate::sanitize::excerpt;

/// A JSON value's type, for [`ProblemKind::WrongType`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JsonType {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A 64-bit integer, written without fraction or exponent.
    Integer,
    /// Any other number.
    Number,
    /// A string.
    String,
    /// A list, `[…]`.
    List,
    /// A list of strings.
    ListOfStrings,
    /// An object, `{…}`.
    Object,
}

impl fmt::Display for JsonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Number => "a number that is not a 64-bit integer",
            Self::String => "a string",
            Self::List => "a list",
            Self::ListOfStrings => "a list of strings",
            Self::Object => "an object",
        })
    }
}

/// A failure to read a file or another source of text.
#[derive(Debug, Clone)]
pub struct ReadError(Arc<io::Error>);

impl ReadError {
    fn new(error: io::Error) -> Self {
        Self(Arc::new(error))
    }

    /// The kind of I/O error.
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        self.0.kind()
    }

    /// The I/O error itself.
    #[must_use]
    pub fn io_error(&self) -> &io::Error {
        &self.0
    }
}

impl PartialEq for ReadError {
    fn eq(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.to_string() == other.to_string()
    }
}

impl Eq for ReadError {}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&excerpt(&self.0.to_string()))
    }
}

impl std::error::Error for ReadError {}

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The file or reader could not be read.
    Unreadable {
        /// The failure.
        error: ReadError,
    },
    /// The text is longer than any configuration can be; it was not read to its end.
    TextTooLong,
    /// The text is not UTF-8.
    NotUtf8 {
        /// Whether it begins like UTF-16, as PowerShell's `>` writes it.
        utf16: bool,
    },
    /// The text is empty or only white space.
    Empty,
    /// The text is neither JSON nor XML.
    NeitherJsonNorXml {
        /// What it looks like, if it looks like something known.
        looks_like: Option<&'static str>,
    },
    /// The text is XML, and this build does not read XML.
    XmlNotEnabled,
    /// The text breaks JSON's or XML's syntax.
    Syntax {
        /// `"JSON"` or `"XML"`.
        language: &'static str,
        /// The parser's message.
        message: String,
    },
    /// The root element of the XML is not `CORSConfiguration` in S3's namespace or without one.
    WrongRoot {
        /// The element's name, with its namespace if it has one.
        found: String,
        /// The element that the schema requires.
        expected: String,
    },
    /// A key that this dialect does not have.
    UnknownKey {
        /// The key as written.
        key: String,
        /// This dialect's name for what was probably meant.
        meant: Option<&'static str>,
    },
    /// The same key twice in one object.
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// A value of the wrong type.
    WrongType {
        /// The type it should have.
        expected: JsonType,
        /// The type it has.
        found: JsonType,
        /// The value as written in the text.
        value: String,
    },
    /// Text between XML elements.
    StrayText {
        /// The text.
        value: String,
    },
    /// One rule is written as several objects with one key each.
    SplitRule {
        /// How many objects there are.
        objects: usize,
    },
    /// There is a single rule instead of a list of rules.
    BareRule,
    /// There is a list of rules instead of an object that contains it.
    BareRules {
        /// The key under which it belongs.
        key: &'static str,
    },
    /// There is no rule.
    NoRules,
    /// There are more than 100 rules.
    TooManyRules {
        /// How many there are.
        count: usize,
    },
    /// The configuration, as the XML that S3 receives, is longer than 64 KB.
    TooLarge {
        /// Its length in bytes.
        bytes: usize,
    },
    /// A rule lacks a list it must have, or the list is empty.
    Missing {
        /// `"AllowedMethods"` or `"AllowedOrigins"`.
        key: &'static str,
    },
    /// A method S3 does not support.
    UnsupportedMethod {
        /// The method.
        value: String,
    },
    /// There are more than 28 rules of the app's own.
    TooManyAppRules {
        /// How many there are.
        count: usize,
    },
    /// A method that a rule of the app's own cannot allow.
    UnsupportedAppMethod {
        /// The method.
        value: String,
    },
    /// An origin or allowed header with more than one `*`.
    MultipleWildcards {
        /// `"AllowedOrigin"` or `"AllowedHeader"`.
        element: &'static str,
        /// The pattern.
        value: String,
    },
    /// An exposed header with a `*`.
    ExposeHeaderWildcard {
        /// The entry.
        value: String,
    },
    /// An exposed header that is not an RFC 9110 token.
    ExposeHeaderInvalid {
        /// The entry.
        value: String,
    },
    /// An ID of more than 255 characters.
    IdTooLong {
        /// How many characters it has.
        characters: usize,
    },
    /// A character that XML cannot hold, and so S3's API does not accept.
    NotXmlCharacter {
        /// The value that contains it.
        value: String,
        /// The character.
        character: char,
    },
}

impl ProblemKind {
    pub(crate) fn unreadable(error: io::Error) -> Self {
        Self::Unreadable {
            error: ReadError::new(error),
        }
    }

    /// Whether the value at the place could not be read, so that the checks skip it.
    pub(crate) fn leaves_unread(&self) -> bool {
        !matches!(
            self,
            Self::UnknownKey { .. } | Self::DuplicateKey { .. } | Self::StrayText { .. }
        )
    }

    pub(super) fn value(&self) -> Option<&str> {
        match self {
            Self::UnknownKey { key: value, .. }
            | Self::DuplicateKey { key: value }
            | Self::WrongRoot { found: value, .. }
            | Self::WrongType { value, .. }
            | Self::StrayText { value }
            | Self::UnsupportedMethod { value }
            | Self::UnsupportedAppMethod { value }
            | Self::MultipleWildcards { value, .. }
            | Self::ExposeHeaderWildcard { value }
            | Self::ExposeHeaderInvalid { value }
            | Self::NotXmlCharacter { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The error of `PutBucketCors`, only where one has been observed.
    pub(super) fn s3_error(&self) -> Option<S3Error> {
        match self {
            Self::NoRules | Self::Missing { .. } | Self::SplitRule { .. } => {
                Some(S3Error::malformed_xml())
            }
            Self::UnsupportedMethod { value } => Some(S3Error::invalid_request(Some(format!(
                "Found unsupported HTTP method in CORS config. Unsupported method is {value}"
            )))),
            // The text was observed for AllowedOrigin only.
            Self::MultipleWildcards { element, value } => Some(S3Error::invalid_request(
                (*element == "AllowedOrigin")
                    .then(|| format!("{element} \"{value}\" can not have more than one wildcard.")),
            )),
            Self::ExposeHeaderWildcard { value } => Some(S3Error::invalid_request(Some(format!(
                "ExposeHeader \"{value}\" contains wildcard. We currently do not support wildcard \
                 for ExposeHeader."
            )))),
            // S3's text really says AllowedHeader (observed in 2016).
            Self::ExposeHeaderInvalid { value } if !value.is_empty() => {
                Some(S3Error::invalid_request(Some(format!(
                    "AllowedHeader \"{value}\" contains invalid character."
                ))))
            }
            Self::TooManyRules { .. } => Some(S3Error::invalid_request(None)),
            _ => None,
        }
    }

    pub(super) fn help(&self) -> Cow<'static, str> {
        match self {
            Self::Unreadable { error } => match error.kind() {
                io::ErrorKind::NotFound => "check the path; relative paths start at the \
                                            program's working directory"
                    .into(),
                io::ErrorKind::IsADirectory => "give the path of a file inside it".into(),
                io::ErrorKind::InvalidInput => "give the path of a regular file".into(),
                io::ErrorKind::PermissionDenied => {
                    "give the program's user permission to read it".into()
                }
                _ => "make the file readable".into(),
            },
            Self::TextTooLong => format!(
                "a CORS configuration is at most {} KB; check that this is the right file",
                MAX_XML_BYTES / 1024
            )
            .into(),
            Self::NotUtf8 { utf16: true } => "save it as UTF-8; in PowerShell, pipe to \
                                              `Out-File -Encoding utf8` instead of using `>`"
                .into(),
            Self::NotUtf8 { utf16: false } => "save it as UTF-8".into(),
            Self::Empty => {
                "write the rules into it, or save what `aws s3api get-bucket-cors` prints, \
                 which fails for a bucket without CORS configuration"
                    .into()
            }
            Self::NeitherJsonNorXml {
                looks_like: Some("YAML"),
            } => "convert it to JSON".into(),
            Self::NeitherJsonNorXml {
                looks_like: Some("a comment"),
            } => "remove the comment: JSON has no comments".into(),
            Self::NeitherJsonNorXml { .. } => {
                "use the JSON of the S3 console, the AWS CLI or a CloudFormation bucket, or the \
                 XML of the REST API"
                    .into()
            }
            Self::XmlNotEnabled => "enable the feature `xml` of `tower-s3-cors`, `actix-s3-cors` \
                                    or `s3-cors`, or save the JSON that `aws s3api \
                                    get-bucket-cors` prints"
                .into(),
            Self::Syntax { message, .. } if ends_early(message) => {
                "the text ends too early; check that the whole file was saved".into()
            }
            Self::Syntax { message, .. } if message.starts_with("trailing comma") => {
                "remove the comma before the `}` or `]`".into()
            }
            Self::Syntax { message, .. } if message.starts_with("a comment") => "remove it".into(),
            Self::Syntax { .. } => "correct the syntax".into(),
            Self::WrongRoot { expected, .. } => format!("write {expected}").into(),
            Self::UnknownKey {
                meant: Some(meant), ..
            } => format!("write `{meant}`").into(),
            Self::UnknownKey { key, meant: None } => match key.as_str() {
                "Resources" | "AWSTemplateFormatVersion" | "Properties" => {
                    "keep only the bucket's `CorsConfiguration` property of the CloudFormation \
                     template"
                        .into()
                }
                _ => "remove it".into(),
            },
            Self::DuplicateKey { key } => format!("keep one `{}`", excerpt(key)).into(),
            Self::WrongType {
                expected,
                found,
                value,
            } => match (expected, found) {
                (_, JsonType::Null) => "remove it, or give it a value".into(),
                (JsonType::ListOfStrings, JsonType::String) => {
                    format!("put it in a list: [{}]", excerpt(value)).into()
                }
                (JsonType::Integer, JsonType::String)
                    if value.trim_matches('"').parse::<i64>().is_ok() =>
                {
                    format!("write it without quotes: {}", value.trim_matches('"')).into()
                }
                (JsonType::List, JsonType::Object) => "put it in a list: [{…}]".into(),
                _ => format!("write {expected}").into(),
            },
            Self::StrayText { .. } => "remove it".into(),
            Self::SplitRule { .. } => "put all its keys into one object".into(),
            Self::BareRule => "put it in a list: [{…}]".into(),
            Self::BareRules { key } => format!("put it in an object: {{\"{key}\": […]}}").into(),
            Self::NoRules => {
                "add a rule; `aws s3api delete-bucket-cors` removes a configuration".into()
            }
            Self::TooManyRules { .. } => format!(
                "S3 allows {MAX_RULES}: merge rules that differ only in their origins or methods"
            )
            .into(),
            Self::TooLarge { .. } => format!(
                "S3 allows {MAX_XML_BYTES} bytes: replace the origins of a domain with a \
                 wildcard, or remove rules"
            )
            .into(),
            Self::Missing { key } => format!("add `{key}` with at least one entry").into(),
            Self::UnsupportedMethod { value } => match value.trim().to_ascii_uppercase().as_str() {
                upper @ ("GET" | "PUT" | "HEAD" | "POST" | "DELETE") => {
                    format!("write \"{upper}\"").into()
                }
                "OPTIONS" => "remove it: S3 handles preflights without it".into(),
                "*" => "list the methods: GET, PUT, HEAD, POST, DELETE".into(),
                _ => "use GET, PUT, HEAD, POST or DELETE".into(),
            },
            Self::TooManyAppRules { .. } => format!(
                "an app can have {MAX_APP_RULES}: combine rules that differ only in their origins \
                 or methods"
            )
            .into(),
            Self::UnsupportedAppMethod { value } => {
                match value.trim().to_ascii_uppercase().as_str() {
                    upper if APP_METHODS.contains(&upper) => format!("write \"{upper}\"").into(),
                    "OPTIONS" => "remove it: preflights do not need it".into(),
                    _ => "use GET, PUT, HEAD, POST, DELETE or PATCH".into(),
                }
            }
            Self::MultipleWildcards { .. } => {
                "keep one, or write a separate entry for each value".into()
            }
            Self::ExposeHeaderWildcard { .. } => "list the headers by name".into(),
            Self::ExposeHeaderInvalid { .. } => {
                "write one header name: letters, digits and `-`".into()
            }
            Self::IdTooLong { .. } => format!("S3 allows {MAX_ID_CHARACTERS}: shorten it").into(),
            Self::NotXmlCharacter { .. } => "remove the character".into(),
        }
    }
}

impl fmt::Display for ProblemKind {
    /// What is wrong, without the place and the help.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { error } => write!(f, "cannot be read: {error}"),
            Self::TextTooLong => write!(f, "is longer than {} KB", MAX_TEXT_BYTES / 1024),
            Self::NotUtf8 { utf16: true } => f.write_str("is UTF-16, not UTF-8"),
            Self::NotUtf8 { utf16: false } => f.write_str("is not UTF-8"),
            Self::Empty => f.write_str("is empty"),
            Self::NeitherJsonNorXml { looks_like } => match looks_like {
                Some(what) => write!(f, "looks like {what}, not JSON or XML"),
                None => f.write_str("is neither JSON nor XML"),
            },
            Self::XmlNotEnabled => {
                f.write_str("is XML, but this program was built without XML support")
            }
            Self::Syntax { language, message } => {
                write!(f, "is not {language}: {}", excerpt(message))
            }
            Self::WrongRoot { found, .. } => {
                write!(f, "the root element is {}", excerpt(found))
            }
            Self::UnknownKey { key, .. } => write!(f, "unknown key `{}`", excerpt(key)),
            Self::DuplicateKey { key } => {
                write!(f, "`{}` appears more than once", excerpt(key))
            }
            Self::WrongType {
                expected,
                found,
                value,
            } => write!(f, "expected {expected}, found {found}: {}", excerpt(value)),
            Self::StrayText { value } => write!(f, "unexpected text: {}", excerpt(value)),
            Self::SplitRule { objects } => write!(
                f,
                "{objects} objects with one key each look like one rule split into {objects}"
            ),
            Self::BareRule => f.write_str("is one rule, not a list of rules"),
            Self::BareRules { .. } => f.write_str(
                "expected an object that contains the list of rules, not the list itself",
            ),
            Self::NoRules => f.write_str("there are no rules"),
            Self::TooManyRules { count } => write!(f, "there are {count} rules"),
            Self::TooLarge { bytes } => {
                write!(
                    f,
                    "the configuration is {bytes} bytes long as the XML that S3 receives"
                )
            }
            Self::Missing { key } => write!(f, "the rule has no `{key}`"),
            Self::UnsupportedMethod { value } => {
                write!(f, "S3 does not support the method \"{}\"", excerpt(value))
            }
            Self::TooManyAppRules { count } => {
                write!(f, "the app has {count} rules of its own")
            }
            Self::UnsupportedAppMethod { value } => write!(
                f,
                "the app's own rules cannot allow the method \"{}\"",
                excerpt(value)
            ),
            Self::MultipleWildcards { value, .. } => {
                write!(f, "\"{}\" has more than one \"*\"", excerpt(value))
            }
            Self::ExposeHeaderWildcard { value } => write!(
                f,
                "\"{}\" has a \"*\", which S3 does not support here",
                excerpt(value)
            ),
            Self::ExposeHeaderInvalid { value } => {
                write!(f, "\"{}\" is not a header name", excerpt(value))
            }
            Self::IdTooLong { characters } => write!(f, "the ID has {characters} characters"),
            Self::NotXmlCharacter { value, character } => write!(
                f,
                "\"{}\" contains the character U+{:04X}, which XML does not allow",
                excerpt(value).escape_debug(),
                u32::from(*character)
            ),
        }
    }
}

/// Whether the message of a parser says that the text ends too early.
fn ends_early(message: &str) -> bool {
    message.starts_with("EOF")
        || message.ends_with("never closed")
        || message.ends_with("unexpected end of stream")
}
