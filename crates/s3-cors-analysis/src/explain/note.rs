//! Notes on a response: what is worth knowing even if it looks right.

use std::borrow::Cow;
use std::fmt;

use super::never_sent::NeverSent;
use super::outcome::Outcome;
use super::question::Question;
use super::suggestion::{Advice, Impossible};
use s3_cors::{Mismatch, RefusalReason};

/// Something worth knowing about a response. Its `Display` form is the text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// What it is about.
    pub code: NoteCode,
    /// The note, in a sentence or two.
    pub text: Cow<'static, str>,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What a [`Note`] is about. Its `Display` form is the [stable name](Self::as_str).
///
/// ```
/// use s3_cors_analysis::explain::NoteCode;
///
/// assert_eq!(NoteCode::EtagNotExposed.to_string(), "etag-not-exposed");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoteCode {
    /// The request has no `Origin`, so the response has no CORS headers and no `Vary`.
    NoOrigin,
    /// An `OPTIONS` request that is not a preflight.
    NonPreflightOptions,
    /// No browser sends the origin.
    OriginNeverSent,
    /// The origin `null`.
    NullOrigin,
    /// The response has `*`, which browsers refuse for requests with credentials.
    AnyOriginWithoutCredentials,
    /// The response echoes the origin, so caches must store it per origin.
    VariesByOrigin,
    /// S3 checks the `Access-Control-Request-Method` of an actual request.
    RequestedMethodCounts,
    /// S3 processes an actual request although no rule allows it.
    ServedAnyway,
    /// CORS allows the request, but S3 may still refuse it for other reasons.
    CorsIsNotAuthorization,
    /// Browsers cache the preflight response for a few seconds only.
    NotRemembered,
    /// `ETag` is not exposed, which multipart uploads need.
    EtagNotExposed,
    /// The bucket has no CORS configuration; it may not be the intended bucket.
    NotEnabled,
    /// No rule of the bucket can allow the method, but the app's own rules can.
    AppRulesCanAllow,
}

impl NoteCode {
    /// A stable name for programs, in kebab case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoOrigin => "no-origin",
            Self::NonPreflightOptions => "non-preflight-options",
            Self::OriginNeverSent => "origin-never-sent",
            Self::NullOrigin => "null-origin",
            Self::AnyOriginWithoutCredentials => "any-origin-without-credentials",
            Self::VariesByOrigin => "varies-by-origin",
            Self::RequestedMethodCounts => "requested-method-counts",
            Self::ServedAnyway => "served-anyway",
            Self::CorsIsNotAuthorization => "cors-is-not-authorization",
            Self::NotRemembered => "not-remembered",
            Self::EtagNotExposed => "etag-not-exposed",
            Self::NotEnabled => "not-enabled",
            Self::AppRulesCanAllow => "app-rules-can-allow",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::NoOrigin => {
                "without an Origin, S3 sends no CORS headers and no Vary, so a browser or CDN \
                 may cache the response and later use it for a script, which is then blocked: \
                 load images and fonts with the crossorigin attribute, or make the CDN add Vary \
                 and forward Origin; with curl, always pass -H 'Origin: ...'"
            }
            Self::NonPreflightOptions => {
                "for an OPTIONS without Access-Control-Request-Method, S3 checks the method \
                 OPTIONS, which no rule can allow; browsers always send that header in a preflight"
            }
            Self::OriginNeverSent => "no browser sends this Origin",
            Self::NullOrigin => {
                "\"null\" is the origin of sandboxed frames, local files, and requests \
                 redirected across origins; S3 compares it like any other string"
            }
            Self::AnyOriginWithoutCredentials => {
                "the rule lists \"*\", so S3 sends \"*\" without \
                 Access-Control-Allow-Credentials: a fetch with credentials: \"include\" is \
                 blocked; list the origins instead"
            }
            Self::VariesByOrigin => {
                "the response is valid for this origin only: a CDN in front of S3 must forward \
                 Origin and the two Access-Control-Request headers, and include them in its \
                 cache key"
            }
            Self::RequestedMethodCounts => {
                "the request has an Access-Control-Request-Method, so S3 checks that method \
                 instead of the request's own"
            }
            Self::ServedAnyway => {
                "S3 never refuses an actual request because of CORS: it processes the request, \
                 but the browser does not let the script read the response"
            }
            Self::CorsIsNotAuthorization => {
                "S3 also sends these headers with errors: if the status is 403 or 400 and the \
                 headers are present, the cause is not CORS but the signature, a policy or the \
                 request"
            }
            Self::NotRemembered => {
                "the rule has no MaxAgeSeconds, so browsers send a new preflight after 5 seconds"
            }
            Self::EtagNotExposed => {
                "ETag is not in ExposeHeaders, so scripts cannot read it; multipart uploads need it"
            }
            Self::NotEnabled => {
                "if you did set a configuration, check that the URL leads to that bucket: a \
                 website or CDN host may lead to a different one; also, a change takes some \
                 seconds to apply"
            }
            Self::AppRulesCanAllow => {
                "the app's own rules can allow this method: add it to one of them, or add a rule"
            }
        }
    }
}

impl fmt::Display for NoteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The notes on a request and its response.
pub(super) fn notes(
    question: Option<&Question>,
    outcome: &Outcome,
    headers: &[(&'static str, Vec<u8>)],
    advice: &Advice,
    methods: &[&str],
) -> Vec<Note> {
    // Unless the advice says so.
    let never_sent = question
        .filter(|_| !matches!(advice, Advice::Impossible(Impossible::OriginNeverSent(_))))
        .and_then(|question| std::str::from_utf8(&question.origin).ok())
        .and_then(NeverSent::of);
    let is = |holds: fn(&Question) -> bool| question.is_some_and(holds);
    let header = |wanted: &str| {
        let mut found = headers.iter().filter(|(name, _)| *name == wanted);
        found.next().map(|(_, value)| value.as_slice())
    };
    let exposed = header("access-control-expose-headers").unwrap_or_default();
    let exposes_etag = exposed
        .split(|byte| *byte == b',')
        .any(|name| name.trim_ascii().eq_ignore_ascii_case(b"etag"));
    let uploads = is(|question| matches!(question.method, Some("PUT" | "POST")));
    let not_enabled = matches!(
        outcome,
        Outcome::Refused {
            reason: RefusalReason::NotAllowed {
                mismatch: Mismatch::NoConfiguration,
                ..
            },
            ..
        }
    );
    let is_the_apps = question.is_some_and(|question| {
        let mut methods = methods.iter();
        question.method.is_none() && methods.any(|m| m.as_bytes() == question.method_text)
    });
    let any = header("access-control-allow-origin") == Some(b"*");
    [
        (NoteCode::NoOrigin, question.is_none()),
        (
            NoteCode::NonPreflightOptions,
            is(|question| question.is_options && !question.requests_method),
        ),
        (NoteCode::OriginNeverSent, never_sent.is_some()),
        (
            NoteCode::NullOrigin,
            is(|question| question.origin == b"null"),
        ),
        (NoteCode::AnyOriginWithoutCredentials, any),
        (NoteCode::VariesByOrigin, outcome.is_allowed() && !any),
        (
            NoteCode::RequestedMethodCounts,
            is(|question| !question.is_options && question.requests_method),
        ),
        (
            NoteCode::ServedAnyway,
            matches!(outcome, Outcome::NotAllowed { .. }),
        ),
        (
            NoteCode::CorsIsNotAuthorization,
            matches!(outcome, Outcome::Allowed { .. }),
        ),
        (
            NoteCode::NotRemembered,
            matches!(outcome, Outcome::Preflight { .. })
                && header("access-control-max-age").is_none(),
        ),
        (
            NoteCode::EtagNotExposed,
            outcome.is_allowed() && uploads && !exposes_etag,
        ),
        (NoteCode::NotEnabled, not_enabled),
        (
            NoteCode::AppRulesCanAllow,
            !outcome.is_allowed() && is_the_apps,
        ),
    ]
    .into_iter()
    .filter(|(_, applies)| *applies)
    .map(|(code, _)| Note {
        code,
        text: match (&never_sent, code) {
            (Some(never_sent), NoteCode::OriginNeverSent) => Cow::Owned(never_sent.to_string()),
            _ => Cow::Borrowed(code.text()),
        },
    })
    .collect()
}
