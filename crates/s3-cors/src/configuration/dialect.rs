//! The forms a CORS configuration takes on disk, and what each calls the members of a rule.

use std::fmt;
use std::str::FromStr;

/// A form in which people keep a CORS configuration.
///
/// Reading recognises the form by its content; writing takes the one you name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// What the S3 console shows and takes: a bare array, `[{"AllowedOrigins": […], …}]`
    /// (F100).
    Console,
    /// What `aws s3api get-bucket-cors` prints and `put-bucket-cors --cors-configuration` takes,
    /// and the SDKs' form: `{"CORSRules": […]}` (F101).
    Cli,
    /// What `aws s3api put-bucket-cors --cli-input-json` takes:
    /// `{"CORSConfiguration": {"CORSRules": […]}}`. The other members, such as `Bucket`, are
    /// skipped in reading and not written: name the bucket with `--bucket` (F102).
    CliInput,
    /// The property of an `AWS::S3::Bucket` in a `CloudFormation` template:
    /// `{"CorsConfiguration": {"CorsRules": […]}}`, with `ExposedHeaders`, `Id` and `MaxAge`
    /// (F103).
    CloudFormation,
    /// The REST API's own form: `<CORSConfiguration>`. Reading it needs the feature `xml`
    /// (F107).
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

    /// The dialect's name, as command lines spell it.
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

    /// What the dialect is, in a few words.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Console => "What the S3 console shows and takes: [{\"AllowedOrigins\": …}]",
            Self::Cli => "What `aws s3api put-bucket-cors --cors-configuration` and the SDKs take",
            Self::CliInput => {
                "What `aws s3api put-bucket-cors --cli-input-json` takes, without the bucket"
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

    /// Reads a dialect's [name](Self::as_str).
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

/// The error of a name that no [`Dialect`] has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownDialect(());

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such dialect; there are ")?;
        for (index, dialect) in Dialect::ALL.into_iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{dialect}")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownDialect {}

/// A member of a rule, whatever the dialect calls it.
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

    /// The name in S3's own JSON form, which names places in errors whatever the file's form.
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

    /// The member somebody meant who wrote another dialect's name for it: the AWS forms, CDK,
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
