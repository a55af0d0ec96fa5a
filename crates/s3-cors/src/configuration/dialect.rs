//! The formats in which CORS configurations are stored, and the key names of each.

use std::fmt;
use std::str::FromStr;

/// A format in which a CORS configuration is stored.
///
/// Reading recognises the format by its content; writing uses the one you name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// What the S3 console shows and accepts: a bare array, `[{"AllowedOrigins": […], …}]`
    /// (F100).
    Console,
    /// What `aws s3api get-bucket-cors` prints, and what `put-bucket-cors --cors-configuration` and
    /// the SDKs accept: `{"CORSRules": […]}` (F101).
    Cli,
    /// What `aws s3api put-bucket-cors --cli-input-json` accepts:
    /// `{"CORSConfiguration": {"CORSRules": […]}}`. Other members, such as `Bucket`, are ignored
    /// when reading and not written: name the bucket with `--bucket` (F102).
    CliInput,
    /// The property of an `AWS::S3::Bucket` in a `CloudFormation` template:
    /// `{"CorsConfiguration": {"CorsRules": […]}}`, with `ExposedHeaders`, `Id` and `MaxAge`
    /// (F103). Without `MaxAge`, `MaxAgeSeconds` is 0, because `CloudFormation` sends that (F190).
    CloudFormation,
    /// The XML of the REST API: `<CORSConfiguration>`. Reading it needs the feature `xml` (F107).
    Xml,
}

impl Dialect {
    /// All dialects.
    pub const ALL: [Self; 5] = [
        Self::Console,
        Self::Cli,
        Self::CliInput,
        Self::CloudFormation,
        Self::Xml,
    ];

    /// The dialect's name on command lines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Cli => "cli",
            Self::CliInput => "cli-input",
            Self::CloudFormation => "cloudformation",
            Self::Xml => "xml",
        }
    }

    /// A short description of the dialect.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Console => "What the S3 console shows and accepts: [{\"AllowedOrigins\": …}]",
            Self::Cli => {
                "What `aws s3api put-bucket-cors --cors-configuration` and the SDKs accept"
            }
            Self::CliInput => {
                "What `aws s3api put-bucket-cors --cli-input-json` accepts, without the bucket"
            }
            Self::CloudFormation => "The CorsConfiguration property of AWS::S3::Bucket",
            Self::Xml => "The body of the REST API's PutBucketCors",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    /// Parses a dialect's [name](Self::as_str).
    ///
    /// ```
    /// use s3_cors::Dialect;
    ///
    /// assert_eq!("cloudformation".parse(), Ok(Dialect::CloudFormation));
    /// assert!("yaml".parse::<Dialect>().is_err());
    /// ```
    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        let found = Self::ALL
            .into_iter()
            .find(|dialect| dialect.as_str() == name);
        found.ok_or(UnknownDialect(()))
    }
}

/// The error for a name that is not the name of a [`Dialect`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownDialect(());

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown dialect; expected one of: ")?;
        for (index, dialect) in Dialect::ALL.into_iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{dialect}")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownDialect {}

/// A member of a rule, independent of its name in each dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Member {
    Id,
    AllowedHeaders,
    AllowedMethods,
    AllowedOrigins,
    ExposeHeaders,
    MaxAgeSeconds,
}

impl Member {
    /// In the order in which the AWS CLI prints them.
    pub(crate) const ALL: [Self; 6] = [
        Self::Id,
        Self::AllowedHeaders,
        Self::AllowedMethods,
        Self::AllowedOrigins,
        Self::ExposeHeaders,
        Self::MaxAgeSeconds,
    ];

    pub(crate) const fn key(self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Console | Dialect::Cli | Dialect::CliInput => self.s3_key(),
            Dialect::CloudFormation => match self {
                Self::Id => "Id",
                Self::ExposeHeaders => "ExposedHeaders",
                Self::MaxAgeSeconds => "MaxAge",
                _ => self.s3_key(),
            },
            Dialect::Xml => match self {
                Self::AllowedHeaders => "AllowedHeader",
                Self::AllowedMethods => "AllowedMethod",
                Self::AllowedOrigins => "AllowedOrigin",
                Self::ExposeHeaders => "ExposeHeader",
                _ => self.s3_key(),
            },
        }
    }

    /// The name in S3's own JSON, which errors use for places whatever the file's dialect is.
    pub(crate) const fn s3_key(self) -> &'static str {
        match self {
            Self::Id => "ID",
            Self::AllowedHeaders => "AllowedHeaders",
            Self::AllowedMethods => "AllowedMethods",
            Self::AllowedOrigins => "AllowedOrigins",
            Self::ExposeHeaders => "ExposeHeaders",
            Self::MaxAgeSeconds => "MaxAgeSeconds",
        }
    }

    pub(crate) fn named(key: &str, dialect: Dialect) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|member| member.key(dialect) == key)
    }

    /// The member that was probably meant by another tool's name for it: the AWS formats, CDK,
    /// Pulumi and Terraform, Cloudflare R2, Backblaze B2, Aliyun OSS and Google Cloud Storage
    /// (F104, F105, F106, F108, F109, F110, F111).
    pub(crate) fn meant_by(key: &str) -> Option<Self> {
        let folded: String = key
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        Some(match folded.as_str() {
            "id" | "ruleid" | "corsrulename" => Self::Id,
            "allowedheader" | "allowedheaders" | "allowheader" | "allowheaders" | "headers" => {
                Self::AllowedHeaders
            }
            "allowedmethod" | "allowedmethods" | "allowmethod" | "allowmethods" | "method"
            | "methods" | "allowedoperations" => Self::AllowedMethods,
            "allowedorigin" | "allowedorigins" | "alloworigin" | "alloworigins" | "origin"
            | "origins" => Self::AllowedOrigins,
            "exposeheader" | "exposeheaders" | "exposedheader" | "exposedheaders"
            | "responseheader" | "responseheaders" => Self::ExposeHeaders,
            "maxage" | "maxageseconds" | "maxagesecond" | "maxageinseconds" => Self::MaxAgeSeconds,
            _ => return None,
        })
    }
}

/// The name of the list of rules in a JSON dialect, and of the member that wraps it, if any.
pub(crate) const fn wrapping(dialect: Dialect) -> (&'static str, Option<&'static str>) {
    match dialect {
        Dialect::CloudFormation => ("CorsRules", Some("CorsConfiguration")),
        Dialect::CliInput => ("CORSRules", Some("CORSConfiguration")),
        Dialect::Console | Dialect::Cli | Dialect::Xml => ("CORSRules", None),
    }
}

/// The namespace of the REST API's XML.
pub(crate) const XML_NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
