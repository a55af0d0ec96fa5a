//! The codes of the findings.

use std::fmt;

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing; often intended.
    Info,
    /// Probably a mistake, or a security risk.
    Warning,
    /// Cannot work as written.
    Error,
}

impl Severity {
    /// The name in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! codes {
    ($($name:ident, $text:literal, $severity:ident, $description:literal;)*) => {
        /// What a [`Finding`](super::Finding) is about. The names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum LintCode {
            $(#[doc = $description] $name,)*
        }

        impl LintCode {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable name, in kebab case.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// What the lint finds, in general.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$name => $description,)*
                }
            }

            /// How serious it is.
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
    OriginTrailingSlash, "origin-trailing-slash", Error,
        "An origin ends with a slash, which no browser's Origin does.";
    OriginPath, "origin-path", Error,
        "An origin has a path, a query or a fragment, which no browser's Origin has.";
    OriginMissingScheme, "origin-missing-scheme", Error,
        "An origin has no scheme, but every browser's Origin has one.";
    OriginUpperCase, "origin-upper-case", Error,
        "An origin has upper-case letters, but browsers send lower case and S3 is case-sensitive.";
    OriginDefaultPort, "origin-default-port", Error,
        "An origin has the scheme's default port, which browsers omit.";
    OriginWhitespace, "origin-whitespace", Error,
        "An origin contains white space.";
    OriginNotAscii, "origin-not-ascii", Error,
        "An origin has non-ASCII characters, but browsers send such hosts in Punycode.";
    OriginNeverSent, "origin-never-sent", Error,
        "No browser can send this origin.";
    OriginNull, "origin-null", Warning,
        "The origin \"null\" can be used by anybody.";
    OriginAny, "origin-any", Info,
        "For the origin \"*\", S3 does not allow credentials.";
    OriginAnyHost, "origin-any-host", Warning,
        "A pattern matches any host, and S3 allows credentials for it.";
    OriginPublicSuffix, "origin-public-suffix", Warning,
        "A wildcard is directly below a public suffix, where anybody can register a domain.";
    OriginOpenLabel, "origin-open-label", Warning,
        "A wildcard is part of a label that anybody can register.";
    OriginOpenEnd, "origin-open-end", Warning,
        "A wildcard is at the end of the host, so the host can end with any domain.";
    OriginAnyScheme, "origin-any-scheme", Warning,
        "A wildcard covers the scheme, so unencrypted pages are allowed as well.";
    OriginApexMissing, "origin-apex-missing", Info,
        "Subdomains are allowed, but not the domain itself.";
    OriginLocalhostPort, "origin-localhost-port", Warning,
        "A localhost origin has no port, but development servers use one.";
    OriginBesideAny, "origin-beside-any", Warning,
        "An origin in the same list as \"*\" has no effect.";
    OriginCovered, "origin-covered", Info,
        "Another origin of the rule already matches everything that this one does.";
    OriginUnreachable, "origin-unreachable", Warning,
        "Earlier rules match every request that this origin would match.";
    MethodDuplicate, "method-duplicate", Info,
        "A method is listed twice.";
    MethodUnreachable, "method-unreachable", Warning,
        "Earlier rules match every request with this method that the rule would match.";
    GetWithoutHead, "get-without-head", Info,
        "GET is allowed but HEAD is not; GET does not imply HEAD.";
    PutWithoutPost, "put-without-post", Info,
        "PUT is allowed but POST is not, which multipart uploads need.";
    UploadWithoutHeaders, "upload-without-headers", Warning,
        "A rule allows uploads but no headers, so most upload preflights fail.";
    UploadWithoutEtag, "upload-without-etag", Info,
        "A rule allows uploads but does not expose ETag, which multipart uploads need.";
    HeaderCovered, "header-covered", Info,
        "Another allowed header of the rule already matches everything that this one does.";
    HeaderNeverRequested, "header-never-requested", Warning,
        "No browser can ask for this allowed header.";
    ExposeHeaderUnusual, "expose-header-unusual", Warning,
        "An exposed header has characters that S3 may refuse.";
    ExposeHeaderNoEffect, "expose-header-no-effect", Info,
        "An exposed header is one that scripts can always read or never read.";
    ExposeHeaderDuplicate, "expose-header-duplicate", Info,
        "A header is exposed twice.";
    MaxAgeMissing, "max-age-missing", Info,
        "Without MaxAgeSeconds, browsers cache a preflight response for five seconds only.";
    MaxAgeTooLong, "max-age-too-long", Info,
        "MaxAgeSeconds is longer than browsers honour.";
    MaxAgeZero, "max-age-zero", Info,
        "MaxAgeSeconds is zero, so browsers send a preflight every time.";
    MaxAgeNegative, "max-age-negative", Error,
        "MaxAgeSeconds is negative, which is no time.";
    RuleUnreachable, "rule-unreachable", Warning,
        "Earlier rules match every request that the rule would match.";
    RuleOrderMatters, "rule-order-matters", Info,
        "Rules overlap and send different headers, so their order matters.";
    IdDuplicate, "id-duplicate", Warning,
        "Several rules have the same ID.";
}

impl fmt::Display for LintCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
