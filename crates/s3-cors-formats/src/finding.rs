//! What there is to say of a file, each on its line.

use std::fmt;

use s3_cors::{Place, S3Error};
use s3_cors_analysis::lint::LintCode;
pub use s3_cors_analysis::lint::Severity;

use crate::position::Span;

/// Something found in a file.
///
/// Its `Display` form is one line: the position, the bucket and the place in it, the text, the
/// help and the code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is, for programs: the name of a [`FindingCode`] or a [`LintCode`].
    pub code: &'static str,
    /// The bucket's name in the file; empty for the file as a whole.
    pub bucket: String,
    /// The place in the bucket's rules; [`Place::document`] for the bucket as a whole.
    pub place: Place,
    /// Where it stands. It is empty where only its beginning is known.
    pub span: Option<Span>,
    /// What is found, in words.
    pub text: String,
    /// What to do about it.
    pub help: String,
    /// Other places it speaks of.
    pub related: Vec<Related>,
    /// What `PutBucketCors` responds with, where that is known.
    pub s3_error: Option<S3Error>,
    /// For what the deployment changes: the rule that the bucket gets, as S3's JSON on one line.
    pub deployed: Option<String>,
}

/// Another place that a finding speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Related {
    /// The place in the same bucket's rules.
    pub place: Place,
    /// Where it stands.
    pub span: Span,
}

macro_rules! codes {
    ($($name:ident, $text:literal, $severity:ident, $description:literal;)*) => {
        /// What a [`Finding`] is about, if it is not a lint. The names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum FindingCode {
            $(#[doc = $description] $name,)*
        }

        impl FindingCode {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable name, in kebab case.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// What it means, in general.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$name => $description,)*
                }
            }

            /// How bad it is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)*
                }
            }
        }
    };
}

codes! {
    Rejected, "rejected-configuration", Error,
        "S3 or the AWS CLI would reject the configuration.";
    SplitRule, "split-rule", Error,
        "Rules with one member each look like one rule with a dash before every member.";
    WrongType, "wrong-type", Error,
        "A value has another type than the format wants there.";
    UnknownKey, "unknown-key", Error,
        "The format has no such key.";
    DuplicateKey, "duplicate-key", Error,
        "A key stands in the same rule twice.";
    TooMany, "too-many", Error,
        "The file has more rules and entries than are read.";
    NotKnown, "not-known", Info,
        "A value is known only when the file is deployed.";
    OriginDomain, "origin-domain", Warning,
        "An origin is a variable that looks like a domain without a scheme.";
    MaxAgeLeftOut, "max-age-left-out", Info,
        "The max-age is left out, and the deployment sends one.";
    OtherCorsRules, "other-cors-rules", Info,
        "The file has CORS rules for something that is not a bucket of S3.";
    NoBucket, "no-bucket", Error,
        "The file has no bucket with CORS rules.";
    Unreadable, "unreadable", Error,
        "The file cannot be read.";
    TooLong, "too-long", Error,
        "The file is longer than any that is read.";
    Syntax, "syntax", Error,
        "The file breaks the syntax of its language.";
    TerraformPlan, "terraform-plan", Error,
        "The file is a plan as Terraform saves it.";
    TerraformState, "terraform-state", Error,
        "The file is a state as Terraform saves it.";
    ProgramText, "program-text", Error,
        "The file is a program.";
    TemplatePart, "template-part", Error,
        "The file is a part of a CloudFormation template.";
    S3InYaml, "s3-in-yaml", Error,
        "The file has S3's rules in YAML.";
    ApiCors, "api-cors", Error,
        "The file is the CORS configuration of an HTTP API or a function URL.";
    BackblazeB2, "backblaze-b2", Error,
        "The file is in Backblaze B2's own format.";
    Crossplane, "crossplane", Error,
        "The file is a resource of Crossplane.";
    Pulumi, "pulumi", Error,
        "The file is a program of Pulumi.";
    Ansible, "ansible", Error,
        "The file is a playbook of Ansible.";
    FirebaseJson, "firebase-json", Error,
        "The file is Firebase's own configuration.";
    CdkJson, "cdk-json", Error,
        "The file is the CDK's own configuration.";
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Finding {
    pub(crate) fn new(
        code: FindingCode,
        span: Option<Span>,
        text: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            severity: code.severity(),
            code: code.as_str(),
            bucket: String::new(),
            place: Place::document(),
            span,
            text: text.into(),
            help: help.into(),
            related: Vec::new(),
            s3_error: None,
            deployed: None,
        }
    }

    pub(crate) fn of_lint(
        code: LintCode,
        span: Option<Span>,
        text: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            severity: code.severity(),
            code: code.as_str(),
            ..Self::new(FindingCode::Rejected, span, text, help)
        }
    }

    /// Whether the rules cannot be used as they stand: S3 rejects them, or not all of them could be
    /// read.
    #[must_use]
    pub fn prevents_use(&self) -> bool {
        const CODES: [FindingCode; 6] = [
            FindingCode::Rejected,
            FindingCode::SplitRule,
            FindingCode::WrongType,
            FindingCode::UnknownKey,
            FindingCode::DuplicateKey,
            FindingCode::TooMany,
        ];
        CODES.iter().any(|code| code.as_str() == self.code)
    }

    /// Whether it says that the file could not be read at all.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.code == FindingCode::Unreadable.as_str()
    }

    pub(crate) fn at(mut self, bucket: &str, place: Place) -> Self {
        bucket.clone_into(&mut self.bucket);
        self.place = place;
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(span) = self.span {
            write!(f, "{}: ", span.start)?;
        }
        for part in [&self.bucket, &self.place.to_string()] {
            if !part.is_empty() {
                write!(f, "{}: ", crate::shown(part))?;
            }
        }
        write!(f, "{}; {} [{}]", self.text, self.help, self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::{FindingCode, LintCode};

    #[test]
    fn no_code_has_the_name_of_a_lint() {
        let lints: Vec<&str> = LintCode::ALL.iter().map(|code| code.as_str()).collect();
        for code in FindingCode::ALL {
            assert!(!lints.contains(&code.as_str()), "{code}");
        }
    }
}
