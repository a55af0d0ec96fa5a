//! What can be found, by name.

use std::fmt;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Good to know; often meant so.
    Info,
    /// Probably not meant so, or open to harm.
    Warning,
    /// Cannot work.
    Error,
}

impl Severity {
    /// In lower case.
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
        /// What a [`Finding`](super::Finding) is. The names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum LintCode {
            $(#[doc = $description] $name,)*
        }

        impl LintCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable name, in kebab case.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// What is found, in general.
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
    OriginTrailingSlash, "origin-trailing-slash", Error,
        "An origin ends with a slash; a browser's never does.";
    OriginPath, "origin-path", Error,
        "An origin goes on with a path, a query or a fragment; a browser's never does.";
    OriginMissingScheme, "origin-missing-scheme", Error,
        "An origin lacks the scheme; a browser's always has one.";
    OriginUpperCase, "origin-upper-case", Error,
        "An origin has upper-case letters; browsers send lower case, and S3 compares exactly.";
    OriginDefaultPort, "origin-default-port", Error,
        "An origin names the scheme's default port, which browsers leave out.";
    OriginWhitespace, "origin-whitespace", Error,
        "An origin has white space in it.";
    OriginNotAscii, "origin-not-ascii", Error,
        "An origin has characters outside ASCII; browsers send such hosts in Punycode.";
    OriginNeverSent, "origin-never-sent", Error,
        "An origin is none that a browser could send.";
    OriginNull, "origin-null", Warning,
        "The origin \"null\" is anybody's.";
    OriginAny, "origin-any", Info,
        "The origin \"*\" is answered without credentials.";
    OriginAnyHost, "origin-any-host", Warning,
        "A pattern takes any host, and is answered with credentials.";
    OriginPublicSuffix, "origin-public-suffix", Warning,
        "A wildcard stands before a public suffix, under which anybody can have a domain.";
    OriginOpenLabel, "origin-open-label", Warning,
        "A wildcard stands within the label that anybody can register.";
    OriginOpenEnd, "origin-open-end", Warning,
        "A wildcard stands where the host could go on, so any domain can end it.";
    OriginAnyScheme, "origin-any-scheme", Warning,
        "A wildcard stands for the scheme, so unencrypted pages are allowed, too.";
    OriginApexMissing, "origin-apex-missing", Info,
        "Subdomains are allowed, but not the domain itself.";
    OriginLocalhostPort, "origin-localhost-port", Warning,
        "An origin on this machine has no port, but development servers have one.";
    OriginBesideAny, "origin-beside-any", Warning,
        "An origin beside \"*\" has no effect.";
    OriginCovered, "origin-covered", Info,
        "Another origin of the rule matches all that this one does.";
    OriginUnreachable, "origin-unreachable", Warning,
        "Earlier rules take everything this origin would match.";
    MethodDuplicate, "method-duplicate", Info,
        "A method is listed twice.";
    MethodUnreachable, "method-unreachable", Warning,
        "Earlier rules take every request with this method that the rule would match.";
    GetWithoutHead, "get-without-head", Info,
        "GET is allowed where HEAD is not; GET does not imply it.";
    PutWithoutPost, "put-without-post", Info,
        "PUT is allowed where POST is not, which uploads in parts need.";
    UploadWithoutHeaders, "upload-without-headers", Warning,
        "A rule allows uploads but no headers, so the preflight of most uploads fails.";
    UploadWithoutEtag, "upload-without-etag", Warning,
        "A rule allows uploads but exposes no ETag, which uploads in parts need.";
    HeaderCovered, "header-covered", Info,
        "Another allowed header of the rule matches all that this one does.";
    HeaderNeverRequested, "header-never-requested", Warning,
        "An allowed header is none that a browser could ask for.";
    ExposeHeaderUnusual, "expose-header-unusual", Warning,
        "An exposed header has characters that S3 may refuse.";
    ExposeHeaderNoEffect, "expose-header-no-effect", Info,
        "An exposed header is one that scripts can always read, or never.";
    ExposeHeaderDuplicate, "expose-header-duplicate", Info,
        "A header is exposed twice.";
    MaxAgeMissing, "max-age-missing", Info,
        "Without MaxAgeSeconds browsers remember a preflight for five seconds.";
    MaxAgeTooLong, "max-age-too-long", Info,
        "MaxAgeSeconds is more than browsers honour.";
    MaxAgeZero, "max-age-zero", Info,
        "MaxAgeSeconds is zero, so browsers send a preflight each time.";
    MaxAgeNegative, "max-age-negative", Error,
        "MaxAgeSeconds is negative, which browsers do not take.";
    RuleUnreachable, "rule-unreachable", Warning,
        "Earlier rules take everything the rule would match.";
    RuleOrderMatters, "rule-order-matters", Info,
        "Rules overlap and answer differently, so their order matters.";
    IdDuplicate, "id-duplicate", Warning,
        "Several rules have the same ID.";
}

impl fmt::Display for LintCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
