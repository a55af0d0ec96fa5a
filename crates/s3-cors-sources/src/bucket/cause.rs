//! Turns a response, or a failure to get one, into a configuration or the cause of an error.

use std::error::Error;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_bucket_cors::GetBucketCorsError;
use s3_cors::{ConfigError, CorsConfiguration, Problem, ProblemKind, sanitize};

use super::error::BucketErrorKind;
use super::parsed::Parsed;
use super::response::Response;
use crate::follow_handle::Loaded;

/// What went wrong.
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

/// Longer than any message of S3.
const MOST_CHARACTERS: usize = 500;

/// The outcome of a request, given the SDK's error, if any, and the response.
pub(super) fn loaded(
    error: Option<SdkError<GetBucketCorsError>>,
    response: &Response,
    parsed: Option<&Parsed>,
) -> Result<Loaded, Box<Cause>> {
    let responded = error
        .as_ref()
        .is_none_or(|error| matches!(error, SdkError::ServiceError(_)));
    match response.body.as_deref().zip(parsed) {
        // The engine parses it, whatever the SDK made of it.
        Some((body, parsed)) if responded && (200..300).contains(&response.status) => {
            read(body, parsed, response).map(Loaded::Configuration)
        }
        _ => match error {
            Some(error) => refused(&error, response),
            None => Err(Box::new(Cause {
                message: Some("the client returned no response".into()),
                ..of(response)
            })),
        },
    }
}

fn read(
    body: &[u8],
    parsed: &Parsed,
    response: &Response,
) -> Result<CorsConfiguration, Box<Cause>> {
    let cause = |kind, configuration: Option<ConfigError>, message: String| {
        Err(Box::new(Cause {
            kind,
            configuration,
            message: Some(message),
            ..of(response)
        }))
    };
    let its_body = match &response.content_type {
        Some(content_type) => {
            let content_type = shortened(content_type, response);
            format!("its body, of type {content_type:?},")
        }
        None => "its body".into(),
    };
    let bare = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let xml = bare.trim_ascii_start().first() == Some(&b'<');
    // The error must not quote credentials that the body repeats.
    let read = parsed.configuration.clone().or_else(|_| {
        let body = String::from_utf8_lossy(body);
        match response.secrets.masked(&body) {
            masked if masked == body => parsed.configuration.clone(),
            masked => match CorsConfiguration::from_text(&masked) {
                // Never accept what no server sent.
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

/// Whether a text with this problem is not a CORS configuration at all.
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

fn refused(
    error: &SdkError<GetBucketCorsError>,
    response: &Response,
) -> Result<Loaded, Box<Cause>> {
    let short = |text: &str| shortened(text, response);
    let code = error.code().map(str::to_owned);
    if response.status == 404 && code.as_deref() == Some("NoSuchCORSConfiguration") {
        return Ok(Loaded::WithoutConfiguration);
    }
    let kind = match error {
        SdkError::TimeoutError(_) => BucketErrorKind::TimedOut,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => BucketErrorKind::TimedOut,
        SdkError::DispatchFailure(failure) if failure.is_io() => BucketErrorKind::Unreachable,
        SdkError::ResponseError(_) => BucketErrorKind::Truncated,
        SdkError::ServiceError(_) => refusal(code.as_deref(), response.status),
        // Credentials, region or endpoint are missing or invalid.
        _ => BucketErrorKind::NotSent,
    };
    let message = match error {
        // The message may repeat the credentials.
        _ if kind == BucketErrorKind::BadCredentials => None,
        SdkError::ServiceError(_) => error.message().map(short),
        _ => Some(short(&causes(error))),
    };
    Err(Box::new(Cause {
        kind,
        code: code.as_deref().map(short),
        message,
        ..of(response)
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

fn of(response: &Response) -> Cause {
    let short = |text: &Option<String>| text.as_deref().map(|text| shortened(text, response));
    Cause {
        status: (response.status != 0).then_some(response.status),
        request_id: short(&response.request_id),
        extended_request_id: short(&response.extended_request_id),
        bucket_region: short(&response.bucket_region),
        ..Cause::default()
    }
}

/// The messages of an error and its sources, without repetitions and meaningless ones.
fn causes(error: &dyn Error) -> String {
    let mut messages: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        let text = cause.to_string();
        let empty = ["dispatch failure", "other"].contains(&text.as_str());
        if !empty && !messages.iter().any(|other| other.contains(&text)) {
            messages.push(text);
        }
        next = cause.source();
    }
    messages.join(": ")
}

fn shortened(text: &str, response: &Response) -> String {
    let masked = response.secrets.masked(text);
    sanitize::shortened(&masked, MOST_CHARACTERS).into_owned()
}
