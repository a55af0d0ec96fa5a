//! The error that S3 sends for a refused preflight.

use std::borrow::Cow;
use std::fmt;

use crate::policy::Mismatch;
use crate::request::ResourceType;
use crate::xml_text::push_escaped;

/// A refused preflight: S3's status and error.
///
/// Its `Display` form says what was refused and why, in one line for a log. S3's response has no
/// CORS header and no `Vary` (F51).
///
/// ```
/// use s3_cors::{CorsPolicy, Decision, RequestParts};
///
/// let policy = CorsPolicy::without_configuration();
/// let headers: &[(&str, &[u8])] =
///     &[("Origin", b"https://a.example"), ("Access-Control-Request-Method", b"PUT")];
/// let request = RequestParts::new("OPTIONS", headers);
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
    is_preflight: bool,
    resource_type: ResourceType,
}

/// Why a preflight was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalReason<'a> {
    /// It has no `Origin`.
    NoOrigin,
    /// S3 does not recognise its `Access-Control-Request-Method` (F53), given here as it was sent.
    UnknownMethod(Cow<'a, [u8]>),
    /// No rule allows it.
    NotAllowed {
        /// The requested method, or `OPTIONS` if none is requested.
        method: &'static str,
        /// Why no rule allows it.
        mismatch: Mismatch<'a>,
    },
}

impl RefusalReason<'_> {
    /// The same, without borrowing from the request.
    #[must_use]
    pub fn into_owned(self) -> RefusalReason<'static> {
        match self {
            Self::NoOrigin => RefusalReason::NoOrigin,
            Self::UnknownMethod(method) => {
                RefusalReason::UnknownMethod(Cow::Owned(method.into_owned()))
            }
            Self::NotAllowed { method, mismatch } => RefusalReason::NotAllowed {
                method,
                mismatch: mismatch.into_owned(),
            },
        }
    }
}

impl fmt::Display for RefusalReason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOrigin => f.write_str("it has no Origin"),
            Self::UnknownMethod(method) => write!(
                f,
                "its Access-Control-Request-Method \"{}\" is not a method that S3 recognises",
                method.escape_ascii()
            ),
            Self::NotAllowed {
                method: "OPTIONS",
                mismatch: Mismatch::Method,
            } => f.write_str(
                "no rule can allow the method OPTIONS, which S3 also checks if the request has \
                 no Access-Control-Request-Method",
            ),
            Self::NotAllowed { mismatch, .. } => mismatch.fmt(f),
        }
    }
}

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.is_preflight {
            "preflight"
        } else {
            "OPTIONS"
        };
        write!(f, "{what} refused: {}", self.reason)
    }
}

impl<'a> Refusal<'a> {
    pub(crate) fn new(
        reason: RefusalReason<'a>,
        is_preflight: bool,
        resource_type: ResourceType,
    ) -> Self {
        Self {
            reason,
            is_preflight,
            resource_type,
        }
    }

    /// The same of another resource.
    pub(crate) fn with_resource_type(self, resource_type: ResourceType) -> Self {
        Self {
            resource_type,
            ..self
        }
    }

    /// Why it was refused, for logs. S3's response does not say.
    #[must_use]
    pub fn reason(&self) -> &RefusalReason<'a> {
        &self.reason
    }

    /// Whether the request is a preflight: it has `Origin` and `Access-Control-Request-Method`. S3
    /// refuses every other `OPTIONS` request; an app may want to handle those itself.
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        self.is_preflight
    }

    /// The HTTP status: 400 (F50, F53) or 403 (F55, F56, F57).
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

    /// S3's error text, word for word.
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
            RefusalReason::NotAllowed { mismatch, .. } => match mismatch {
                Mismatch::NoBucket => "CORSResponse: Bucket not found",
                Mismatch::NoConfiguration => "CORSResponse: CORS is not enabled for this bucket.",
                Mismatch::Origin | Mismatch::Method | Mismatch::Header(_) => {
                    "CORSResponse: This CORS request is not allowed. This is usually because the \
                     evalution of Origin, request method / Access-Control-Request-Method or \
                     Access-Control-Request-Headers are not whitelisted by the resource's CORS \
                     spec."
                }
            },
        })
    }

    /// The error's `Method`: the requested method, or `OPTIONS` if none is requested; `None` for
    /// refusals with status 400, which have no `Method` (D1).
    #[must_use]
    pub fn method(&self) -> Option<&'static str> {
        match self.reason {
            RefusalReason::NotAllowed { method, .. } => Some(method),
            _ => None,
        }
    }

    /// The error's `ResourceType`: what the path names, but always the bucket if it has no
    /// configuration or does not exist; `None` for refusals with status 400.
    #[must_use]
    pub fn resource_type(&self) -> Option<ResourceType> {
        match &self.reason {
            RefusalReason::NotAllowed { mismatch, .. } => Some(match mismatch {
                Mismatch::NoBucket | Mismatch::NoConfiguration => ResourceType::Bucket,
                _ => self.resource_type,
            }),
            _ => None,
        }
    }

    /// The body that S3 sends, with the content type `application/xml` (F58).
    #[must_use]
    pub fn to_xml(&self, request_id: &str, host_id: &str) -> String {
        // Room for S3's longest text.
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
