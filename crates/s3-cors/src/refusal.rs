//! What S3 answers to a preflight it refuses.

use std::borrow::Cow;
use std::fmt;

use crate::decision::NotAllowed;
use crate::request::ResourceType;
use crate::write::push_escaped;

/// A refused preflight: S3's status and error.
///
/// Answers carry no CORS header and no `Vary`.
///
/// ```
/// use s3_cors::{CorsPolicy, Decision, PlainRequest, ResourceType};
///
/// let policy = CorsPolicy::without_configuration();
/// let request = PlainRequest {
///     method: "OPTIONS",
///     resource_type: ResourceType::Object,
///     headers: &[("Origin", b"https://a.example"), ("Access-Control-Request-Method", b"PUT")],
/// };
/// let Decision::Refused(refusal) = policy.decide(&request) else { unreachable!() };
/// assert_eq!(refusal.status(), 403);
/// assert_eq!(
///     refusal.to_xml("4442587FB7D0A2F9", "host"),
///     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessForbidden</Code>\
///      <Message>CORSResponse: CORS is not enabled for this bucket.</Message>\
///      <Method>PUT</Method><ResourceType>BUCKET</ResourceType>\
///      <RequestId>4442587FB7D0A2F9</RequestId><HostId>host</HostId></Error>",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal<'a> {
    reason: RefusalReason<'a>,
    plain: bool,
    resource_type: ResourceType,
}

/// Why a preflight was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalReason<'a> {
    /// It has no `Origin`.
    NoOrigin,
    /// Its `Access-Control-Request-Method` is no method S3 knows; here as it was sent.
    UnknownMethod(Cow<'a, [u8]>),
    /// Nothing allows it.
    NotAllowed {
        /// The method it asks for, or `OPTIONS` if it asks for none.
        method: &'static str,
        /// What is missing.
        reason: NotAllowed<'a>,
    },
}

impl fmt::Display for RefusalReason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOrigin => f.write_str("it has no Origin"),
            Self::UnknownMethod(method) => write!(
                f,
                "its Access-Control-Request-Method \"{}\" is no method S3 knows",
                method.escape_ascii()
            ),
            Self::NotAllowed {
                method: "OPTIONS",
                reason: NotAllowed::Method,
            } => f.write_str(
                "no rule can allow the method OPTIONS, by which S3 also judges a request that \
                 asks for no method",
            ),
            Self::NotAllowed { reason, .. } => reason.fmt(f),
        }
    }
}

impl<'a> Refusal<'a> {
    pub(crate) fn new(reason: RefusalReason<'a>, plain: bool, resource_type: ResourceType) -> Self {
        Self {
            reason,
            plain,
            resource_type,
        }
    }

    /// Why it was refused: for logs, not for the answer.
    #[must_use]
    pub fn reason(&self) -> &RefusalReason<'a> {
        &self.reason
    }

    /// Whether the request is a plain `OPTIONS` rather than a preflight: it lacks `Origin` or
    /// `Access-Control-Request-Method`. S3 refuses it; an app may want to answer it itself.
    #[must_use]
    pub fn is_plain_options(&self) -> bool {
        self.plain
    }

    /// The HTTP status: 400 or 403.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.reason {
            RefusalReason::NoOrigin | RefusalReason::UnknownMethod(_) => 400,
            RefusalReason::NotAllowed { .. } => 403,
        }
    }

    /// S3's error code: `BadRequest` or `AccessForbidden`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.reason {
            RefusalReason::NoOrigin | RefusalReason::UnknownMethod(_) => "BadRequest",
            RefusalReason::NotAllowed { .. } => "AccessForbidden",
        }
    }

    /// S3's error text, its spelling included.
    #[must_use]
    pub fn message(&self) -> Cow<'static, str> {
        Cow::Borrowed(match &self.reason {
            RefusalReason::NoOrigin => "Insufficient information. Origin request header needed.",
            RefusalReason::UnknownMethod(method) => {
                return Cow::Owned(format!(
                    "Invalid Access-Control-Request-Method: {}",
                    String::from_utf8_lossy(method)
                ));
            }
            RefusalReason::NotAllowed { reason, .. } => match reason {
                NotAllowed::NoBucket => "CORSResponse: Bucket not found",
                NotAllowed::NoConfiguration => "CORSResponse: CORS is not enabled for this bucket.",
                NotAllowed::Origin | NotAllowed::Method | NotAllowed::Header(_) => {
                    "CORSResponse: This CORS request is not allowed. This is usually because the \
                     evalution of Origin, request method / Access-Control-Request-Method or \
                     Access-Control-Request-Headers are not whitelisted by the resource's CORS \
                     spec."
                }
            },
        })
    }

    /// The error's `Method`: what the preflight asks for, or `OPTIONS` if it asks for nothing;
    /// `None` for the refusals with status 400, which have none.
    #[must_use]
    pub fn method(&self) -> Option<&'static str> {
        match self.reason {
            RefusalReason::NotAllowed { method, .. } => Some(method),
            _ => None,
        }
    }

    /// The error's `ResourceType`: what the path names, but always the bucket if that has no
    /// configuration or does not exist; `None` for the refusals with status 400.
    #[must_use]
    pub fn resource_type(&self) -> Option<ResourceType> {
        match &self.reason {
            RefusalReason::NotAllowed { reason, .. } => Some(match reason {
                NotAllowed::NoBucket | NotAllowed::NoConfiguration => ResourceType::Bucket,
                _ => self.resource_type,
            }),
            _ => None,
        }
    }

    /// The body S3 sends, of content type `application/xml`.
    #[must_use]
    pub fn to_xml(&self, request_id: &str, host_id: &str) -> String {
        // Room for the longest text S3 has.
        let mut xml = String::with_capacity(512 + request_id.len() + host_id.len());
        xml.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>");
        xml.push_str(self.code());
        xml.push_str("</Code><Message>");
        push_escaped(&mut xml, &self.message());
        xml.push_str("</Message>");
        if let (Some(method), Some(resource_type)) = (self.method(), self.resource_type()) {
            xml.push_str("<Method>");
            xml.push_str(method);
            xml.push_str("</Method><ResourceType>");
            xml.push_str(resource_type.as_str());
            xml.push_str("</ResourceType>");
        }
        xml.push_str("<RequestId>");
        push_escaped(&mut xml, request_id);
        xml.push_str("</RequestId><HostId>");
        push_escaped(&mut xml, host_id);
        xml.push_str("</HostId></Error>");
        xml
    }
}
