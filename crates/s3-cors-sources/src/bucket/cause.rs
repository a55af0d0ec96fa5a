//! From an answer, or none, to a configuration or a cause.

use std::error::Error;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_bucket_cors::GetBucketCorsError;
use s3_cors::{ConfigError, CorsConfiguration, Problem, ProblemKind, sanitize};

use super::answer::Answer;
use super::error::BucketErrorKind;
use super::parsed::Parsed;
use crate::follow_handle::Loaded;

/// What went wrong, as far as it is not known beforehand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cause {
    pub(super) kind: BucketErrorKind,
    pub(super) status: Option<u16>,
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) extended_request_id: Option<String>,
    pub(super) bucket_region: Option<String>,
    pub(super) configuration: Option<ConfigError>,
}

/// Whoever speaks longer than this is not S3.
const MOST_CHARACTERS: usize = 500;

/// What the SDK's error, if it has one, and the answer come to.
pub(super) fn loaded(
    error: Option<SdkError<GetBucketCorsError>>,
    answer: &Answer,
    parsed: Option<&Parsed>,
) -> Result<Loaded, Box<Cause>> {
    let said = error
        .as_ref()
        .is_none_or(|error| matches!(error, SdkError::ServiceError(_)));
    match answer.body.as_deref().zip(parsed) {
        // The SDK may make of it what it likes.
        Some((body, parsed)) if said && (200..300).contains(&answer.status) => {
            read(body, parsed, answer).map(Loaded::Configuration)
        }
        _ => match error {
            Some(error) => refused(&error, answer),
            None => Err(Box::new(Cause {
                message: Some("the client returned no answer".into()),
                ..of(answer)
            })),
        },
    }
}

fn read(body: &[u8], parsed: &Parsed, answer: &Answer) -> Result<CorsConfiguration, Box<Cause>> {
    let cause = |kind, configuration: Option<ConfigError>, message: String| {
        Err(Box::new(Cause {
            kind,
            configuration,
            message: Some(message),
            ..of(answer)
        }))
    };
    let its_body = match &answer.content_type {
        Some(content_type) => {
            let content_type = shortened(content_type, answer);
            format!("its body, of type {content_type:?},")
        }
        None => "its body".into(),
    };
    let bare = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let xml = bare.trim_ascii_start().first() == Some(&b'<');
    // What it says of the body, it says without what it was sent.
    let read = parsed.configuration.clone().or_else(|_| {
        let body = String::from_utf8_lossy(body);
        match answer.secrets.masked(&body) {
            masked if masked == body => parsed.configuration.clone(),
            masked => match CorsConfiguration::from_text(&masked) {
                // Never take what nobody has sent.
                Ok(_) => {
                    let why = std::io::Error::other("it holds the request's credentials");
                    Err(ConfigError::unreadable(why))
                }
                error => error,
            },
        }
    });
    match read {
        Ok(configuration) if xml => Ok(configuration),
        Ok(_) => cause(
            BucketErrorKind::NotAConfiguration,
            None,
            format!("{its_body} is not XML"),
        ),
        Err(error)
            if error
                .problems()
                .iter()
                .any(|problem| is_foreign(problem.kind())) =>
        {
            let message = match error.problems().first().map(Problem::kind) {
                Some(root @ ProblemKind::WrongRoot { .. }) => root.to_string(),
                Some(problem) => format!("{its_body} {problem}"),
                None => its_body,
            };
            cause(BucketErrorKind::NotAConfiguration, Some(error), message)
        }
        Err(error) => {
            let message = error.to_string();
            let kind = BucketErrorKind::InvalidConfiguration;
            cause(kind, Some(error), message)
        }
    }
}

/// Whether a text with this problem is no CORS configuration at all.
fn is_foreign(problem: &ProblemKind) -> bool {
    matches!(
        problem,
        ProblemKind::Empty
            | ProblemKind::NeitherJsonNorXml { .. }
            | ProblemKind::NotUtf8 { .. }
            | ProblemKind::Syntax { .. }
            | ProblemKind::TextTooLong
            | ProblemKind::WrongRoot { .. }
    )
}

fn refused(error: &SdkError<GetBucketCorsError>, answer: &Answer) -> Result<Loaded, Box<Cause>> {
    let short = |text: &str| shortened(text, answer);
    let code = error.code().map(str::to_owned);
    if answer.status == 404 && code.as_deref() == Some("NoSuchCORSConfiguration") {
        return Ok(Loaded::WithoutConfiguration);
    }
    let kind = match error {
        SdkError::TimeoutError(_) => BucketErrorKind::TimedOut,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => BucketErrorKind::TimedOut,
        SdkError::DispatchFailure(failure) if failure.is_io() => BucketErrorKind::Unreachable,
        SdkError::ResponseError(_) => BucketErrorKind::BrokenOff,
        SdkError::ServiceError(_) => refusal(code.as_deref(), answer.status),
        // Credentials, region or endpoint are missing or make no sense.
        _ => BucketErrorKind::NotSent,
    };
    let message = match error {
        // It may repeat what it was sent.
        _ if kind == BucketErrorKind::BadCredentials => None,
        SdkError::ServiceError(_) => error.message().map(short),
        _ => Some(short(&causes(error))),
    };
    Err(Box::new(Cause {
        kind,
        code: code.as_deref().map(short),
        message,
        ..of(answer)
    }))
}

fn refusal(code: Option<&str>, status: u16) -> BucketErrorKind {
    let by_code = code.and_then(|code| match code {
        "AccessDenied" | "AllAccessDisabled" | "AccountProblem" => {
            Some(BucketErrorKind::AccessDenied)
        }
        "NoSuchBucket" | "InvalidBucketName" => Some(BucketErrorKind::NoSuchBucket),
        "AuthorizationHeaderMalformed"
        | "PermanentRedirect"
        | "TemporaryRedirect"
        | "IllegalLocationConstraintException" => Some(BucketErrorKind::WrongRegion),
        "ExpiredToken"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "InvalidToken"
        | "RequestTimeTooSkewed"
        | "SignatureDoesNotMatch"
        | "TokenRefreshRequired" => Some(BucketErrorKind::BadCredentials),
        "RequestLimitExceeded"
        | "RequestThrottled"
        | "ServiceUnavailable"
        | "SlowDown"
        | "Throttling"
        | "ThrottlingException"
        | "TooManyRequestsException" => Some(BucketErrorKind::Throttled),
        _ => None,
    });
    by_code.unwrap_or(match status {
        300..400 => BucketErrorKind::WrongRegion,
        429 | 503 => BucketErrorKind::Throttled,
        500.. => BucketErrorKind::ServerError,
        _ => BucketErrorKind::Other,
    })
}

fn of(answer: &Answer) -> Cause {
    let short = |text: &Option<String>| text.as_deref().map(|text| shortened(text, answer));
    Cause {
        status: (answer.status != 0).then_some(answer.status),
        request_id: short(&answer.request_id),
        extended_request_id: short(&answer.extended_request_id),
        bucket_region: short(&answer.bucket_region),
        ..Cause::default()
    }
}

/// All that an error says, from the outside in, without what is said twice and what says nothing.
fn causes(error: &dyn Error) -> String {
    let mut told: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        let text = cause.to_string();
        let empty = ["dispatch failure", "other"].contains(&text.as_str());
        if !empty && !told.iter().any(|other| other.contains(&text)) {
            told.push(text);
        }
        next = cause.source();
    }
    told.join(": ")
}

fn shortened(text: &str, answer: &Answer) -> String {
    let masked = answer.secrets.masked(text);
    sanitize::shortened(&masked, MOST_CHARACTERS).into_owned()
}
