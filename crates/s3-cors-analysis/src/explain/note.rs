//! What to know about an answer, right or wrong as it may look.

use std::fmt;

use super::outcome::Outcome;
use super::question::Question;
use s3_cors::{Mismatch, RefusalReason};

/// Something to know about an answer. Its `Display` form is the text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// What it is about.
    pub code: NoteCode,
    /// What to know, in a sentence or two.
    pub text: &'static str,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// What a [`Note`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoteCode {
    /// An answer without CORS headers and `Vary`, for want of an `Origin`.
    NoOrigin,
    /// An `OPTIONS` that is no preflight.
    NonPreflightOptions,
    /// The origin `null`.
    NullOrigin,
    /// `*`, with which browsers refuse credentials.
    AnyOriginWithoutCredentials,
    /// An answer that echoes the origin, so that caches must tell origins apart.
    VariesByOrigin,
    /// An actual request judged by `Access-Control-Request-Method`.
    RequestedMethodCounts,
    /// An actual request that is done although no rule allows it.
    ServedAnyway,
    /// CORS allows it, and S3 may still refuse it.
    CorsIsNotAuthorization,
    /// A preflight that browsers hardly remember.
    NotRemembered,
    /// `ETag` is not exposed, which uploads in parts need.
    EtagNotExposed,
    /// The bucket may be another one than was thought of.
    NotEnabled,
}

impl NoteCode {
    /// A stable name for programs, in kebab case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoOrigin => "no-origin",
            Self::NonPreflightOptions => "non-preflight-options",
            Self::NullOrigin => "null-origin",
            Self::AnyOriginWithoutCredentials => "any-origin-without-credentials",
            Self::VariesByOrigin => "varies-by-origin",
            Self::RequestedMethodCounts => "requested-method-counts",
            Self::ServedAnyway => "served-anyway",
            Self::CorsIsNotAuthorization => "cors-is-not-authorization",
            Self::NotRemembered => "not-remembered",
            Self::EtagNotExposed => "etag-not-exposed",
            Self::NotEnabled => "not-enabled",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::NoOrigin => {
                "without an Origin S3 sends no CORS header and no Vary, so a browser or CDN may \
                 keep the answer and hand it to a script later, which is then blocked: load \
                 images and fonts with the crossorigin attribute, or have the CDN add Vary and \
                 forward Origin; and try with curl only with -H 'Origin: ...'"
            }
            Self::NonPreflightOptions => {
                "S3 judges an OPTIONS without Access-Control-Request-Method by the method OPTIONS, \
                 which no rule can have; browsers always send one"
            }
            Self::NullOrigin => {
                "\"null\" is the origin of sandboxed frames, local files, and requests that were \
                 redirected across origins; S3 compares it like any other string"
            }
            Self::AnyOriginWithoutCredentials => {
                "the rule holds \"*\", so the answer is \"*\" without \
                 Access-Control-Allow-Credentials: a fetch with credentials: \"include\" is \
                 blocked; list the origins instead"
            }
            Self::VariesByOrigin => {
                "the answer names this origin alone: a CDN in front must forward Origin and the \
                 two Access-Control-Request headers and tell answers apart by them"
            }
            Self::RequestedMethodCounts => {
                "S3 judges any request by Access-Control-Request-Method if it carries one, not by \
                 its own method"
            }
            Self::ServedAnyway => {
                "S3 refuses no actual request for CORS: it is done, and only the script does not \
                 get to read the answer"
            }
            Self::CorsIsNotAuthorization => {
                "these headers are sent with errors as well: if the status is 403 or 400 and the \
                 headers are there, it is not CORS but the signature, a policy or the request"
            }
            Self::NotRemembered => {
                "the rule has no MaxAgeSeconds, so browsers ask again after 5 seconds"
            }
            Self::EtagNotExposed => {
                "ETag is not in ExposeHeaders, so a script cannot read it; uploads in parts need it"
            }
            Self::NotEnabled => {
                "if a configuration was set: look whether the URL names that very bucket; a \
                 website or CDN host may lead to another, and a change takes some seconds"
            }
        }
    }
}

/// What to know about a request and its answer.
pub(super) fn notes(
    question: Option<&Question>,
    outcome: &Outcome,
    headers: &[(&'static str, Vec<u8>)],
) -> Vec<Note> {
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
    let any = header("access-control-allow-origin") == Some(b"*");
    [
        (NoteCode::NoOrigin, question.is_none()),
        (
            NoteCode::NonPreflightOptions,
            is(|question| question.is_options && !question.requests_method),
        ),
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
    ]
    .into_iter()
    .filter(|(_, applies)| *applies)
    .map(|(code, _)| Note {
        code,
        text: code.text(),
    })
    .collect()
}
