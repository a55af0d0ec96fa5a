//! A difference between the rules and what a conversion makes of them.

use std::fmt;

use super::exchange::{Request, Response};
use crate::foreign::shown;

/// What a conversion changes, and a request that shows it.
///
/// Its `Display` form is one line: the kind, the code, what it means and the request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// Who is affected.
    pub kind: DifferenceKind,
    /// What it is, for programs.
    pub code: DifferenceCode,
    /// The first request found that shows it.
    pub request: Request,
    /// What S3 responds by the rules.
    pub before: Response,
    /// What the target responds.
    pub after: Response,
    /// How many of the requests that were tried show it.
    pub requests: usize,
}

/// What kind of difference it is, the worst one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DifferenceKind {
    /// It is allowed now, and was not.
    Widened,
    /// It worked, and does not now.
    Denied,
    /// Something else is different.
    Changed,
}

impl DifferenceKind {
    /// In lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Widened => "widened",
            Self::Denied => "denied",
            Self::Changed => "changed",
        }
    }
}

macro_rules! codes {
    ($($name:ident, $text:literal, $description:literal;)*) => {
        /// What a [`Difference`] is. The names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum DifferenceCode {
            $(#[doc = $description] $name,)*
        }

        impl DifferenceCode {
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
        }
    };
}

codes! {
    OriginWidened, "origin-widened",
        "An origin is allowed that no rule allows.";
    MethodWidened, "method-widened",
        "An origin may use a method that no rule allows it.";
    HeaderWidened, "header-widened",
        "A request header is allowed that the rules do not allow for this origin and method.";
    CredentialsGained, "credentials-gained",
        "Requests with credentials are allowed that the rules allow without credentials only.";
    Denied, "denied",
        "A request that the rules allow is not allowed.";
    ErrorWithoutHeaders, "error-without-headers",
        "A response with an error such as 404 has no CORS headers, so scripts cannot tell which.";
    CredentialsLost, "credentials-lost",
        "Requests with credentials are not allowed, those without are.";
    MethodNotChecked, "method-not-checked",
        "The target looks at the origin only: the response to a HEAD or POST without preflight can be \
         read by an origin that the rules allow other methods only.";
    AllowOriginValue, "allow-origin-value",
        "The origin is echoed where S3 sends `*`, or the other way round.";
    ExposeHeaders, "expose-headers",
        "Other response headers can be read by scripts.";
    MaxAge, "max-age",
        "Browsers remember a preflight for another time; without the header it is 5 seconds.";
    Vary, "vary",
        "The response does not say that it depends on the origin, so a cache may give it to another.";
    PreflightStatus, "preflight-status",
        "A preflight that is allowed has another status; browsers take any from 200 to 299.";
    RefusalStatus, "refusal-status",
        "A preflight that is not allowed has another status; browsers refuse it all the same.";
    PreflightLeftToBackend, "preflight-left-to-backend",
        "The target adds headers to a preflight's response, which the backend must give, with a \
         status from 200 to 299.";
    LeftToBackend, "left-to-backend",
        "The target leaves these responses to the backend, which must send the CORS headers.";
}

impl fmt::Display for DifferenceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} Such as {}",
            self.kind.as_str(),
            self.code.description(),
            self.request
        )?;
        if let Some((before, after)) = self.values() {
            write!(f, ": {before} becomes {after}")?;
        }
        write!(f, " [{}]", self.code)
    }
}

impl Difference {
    /// What it is about, before and after: a status, or the headers that differ.
    #[must_use]
    pub fn values(&self) -> Option<(String, String)> {
        use DifferenceCode as Code;
        let line = |response: &Response, name: &str| match response.header(name) {
            Some(value) => format!("{name}: {}", shown(value)),
            None => format!("no {name}"),
        };
        let headers = |names: &[&str]| {
            let differs = |name: &&&str| self.before.header(name) != self.after.header(name);
            let lines = |response: &Response| {
                let lines = names
                    .iter()
                    .filter(differs)
                    .map(|name| line(response, name));
                lines.collect::<Vec<_>>().join(", ")
            };
            Some((lines(&self.before), lines(&self.after)))
        };
        let status = |response: &Response| {
            response
                .status
                .map_or("the backend's status".to_owned(), |status| {
                    status.to_string()
                })
        };
        match self.code {
            Code::AllowOriginValue => headers(&["access-control-allow-origin"]),
            // With credentials, `*` stands for nothing.
            Code::CredentialsGained | Code::CredentialsLost => headers(&[
                "access-control-allow-origin",
                "access-control-allow-credentials",
                "access-control-allow-methods",
                "access-control-allow-headers",
            ]),
            Code::ExposeHeaders => headers(&["access-control-expose-headers"]),
            Code::MaxAge => headers(&["access-control-max-age"]),
            Code::Vary => headers(&["vary"]),
            Code::PreflightStatus | Code::RefusalStatus | Code::PreflightLeftToBackend => {
                Some((status(&self.before), status(&self.after)))
            }
            _ => None,
        }
    }
}

/// Differences found so far, each once.
#[derive(Debug, Default)]
pub(super) struct Differences(Vec<Difference>);

impl Differences {
    pub(super) fn add(
        &mut self,
        kind: DifferenceKind,
        code: DifferenceCode,
        request: &Request,
        before: &Response,
        after: &Response,
    ) {
        let same = |known: &&mut Difference| known.kind == kind && known.code == code;
        match self.0.iter_mut().find(same) {
            Some(known) => known.requests += 1,
            None => self.0.push(Difference {
                kind,
                code,
                request: request.clone(),
                before: before.clone(),
                after: after.clone(),
                requests: 1,
            }),
        }
    }

    pub(super) fn in_order(mut self) -> Vec<Difference> {
        self.0
            .sort_by_key(|difference| (difference.kind, difference.code));
        self.0
    }
}
