//! The error that S3 sends for a refused preflight.

use std::borrow::Cow;
use std::fmt;

use crate::limits::PREFLIGHT_METHODS;
use crate::policy::Mismatch;
use crate::request::ResourceType;
use crate::xml_text::escaped_text;

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
        self.text().status
    }

    /// S3's error code: `BadRequest` or `AccessForbidden`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.text().code
    }

    /// S3's error text, word for word.
    #[must_use]
    pub fn message(&self) -> Cow<'static, str> {
        let message = self.text().message;
        match self.unknown_method() {
            Some(method) => Cow::Owned([message, &method].concat()),
            None => Cow::Borrowed(message),
        }
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
        let request_id = escaped_text(request_id);
        let xml = self.to_xml_bytes(request_id.as_bytes(), xml_end(host_id).as_bytes());
        // All parts are UTF-8.
        String::from_utf8(xml).unwrap_or_default()
    }

    /// The same as bytes, with an id that needs no escaping and [what follows it](xml_end), in a
    /// vector without spare capacity.
    pub(crate) fn to_xml_bytes(&self, request_id: &[u8], end: &[u8]) -> Vec<u8> {
        let start = self.text().xml.as_bytes();
        match (self.method(), self.resource_type()) {
            (Some(method), Some(resource_type)) => {
                let between: &[u8] = match resource_type {
                    ResourceType::Bucket => {
                        b"</Method><ResourceType>BUCKET</ResourceType><RequestId>"
                    }
                    ResourceType::Object => {
                        b"</Method><ResourceType>OBJECT</ResourceType><RequestId>"
                    }
                };
                joined([start, method.as_bytes(), between, request_id, end])
            }
            _ => {
                let method = self.unknown_method().unwrap_or_default();
                let method = escaped_text(&method);
                let between = b"</Message><RequestId>";
                joined([start, method.as_bytes(), between, request_id, end])
            }
        }
    }

    /// The position of the body among the [`BODIES`] of refusals by rules; `None` for others, which
    /// are rarer.
    pub(crate) fn body_index(&self) -> Option<usize> {
        let is_by_rules = std::ptr::eq(self.text(), &NOT_ALLOWED);
        let method = self.method().filter(|_| is_by_rules)?;
        let method = PREFLIGHT_METHODS
            .iter()
            .position(|known| *known == method)?;
        let is_bucket = self.resource_type() == Some(ResourceType::Bucket);
        Some(2 * method + usize::from(is_bucket))
    }

    /// What S3 sends for the reason.
    fn text(&self) -> &'static ErrorText {
        match &self.reason {
            RefusalReason::NoOrigin => &NO_ORIGIN,
            RefusalReason::UnknownMethod(_) => &UNKNOWN_METHOD,
            RefusalReason::NotAllowed { mismatch, .. } => match mismatch {
                Mismatch::NoBucket => &NO_BUCKET,
                Mismatch::NoConfiguration => &NO_CONFIGURATION,
                Mismatch::Origin | Mismatch::Method | Mismatch::Header(_) => &NOT_ALLOWED,
            },
        }
    }

    /// The method that S3 does not recognise, which it repeats at the end of its message.
    fn unknown_method(&self) -> Option<Cow<'_, str>> {
        match &self.reason {
            RefusalReason::UnknownMethod(method) => Some(String::from_utf8_lossy(method)),
            _ => None,
        }
    }
}

/// The pieces one after the other, in a vector without spare capacity. `concat` does the same for any
/// number of pieces, which costs more.
fn joined<const N: usize>(pieces: [&[u8]; N]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(pieces.iter().map(|piece| piece.len()).sum());
    for piece in pieces {
        joined.extend_from_slice(piece);
    }
    joined
}

/// The number of bodies of refusals by rules, which differ by method, resource type and ids.
pub(crate) const BODIES: usize = 2 * PREFLIGHT_METHODS.len();

/// What follows the request id in a body.
pub(crate) fn xml_end(host_id: &str) -> String {
    let host_id = escaped_text(host_id);
    format!("</RequestId><HostId>{host_id}</HostId></Error>")
}

/// One of S3's errors.
#[derive(Debug)]
struct ErrorText {
    status: u16,
    code: &'static str,
    message: &'static str,
    /// The body up to the method, in one piece. Nothing in it needs escaping.
    xml: &'static str,
}

macro_rules! error_text {
    ($name:ident, $status:literal, $code:literal, $message:literal, $up_to_method:literal) => {
        static $name: ErrorText = ErrorText {
            status: $status,
            code: $code,
            message: $message,
            xml: concat!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>",
                $code,
                "</Code><Message>",
                $message,
                $up_to_method
            ),
        };
    };
}

error_text!(
    NO_ORIGIN,
    400,
    "BadRequest",
    "Insufficient information. Origin request header needed.",
    ""
);
error_text!(
    UNKNOWN_METHOD,
    400,
    "BadRequest",
    "Invalid Access-Control-Request-Method: ",
    ""
);
error_text!(
    NO_BUCKET,
    403,
    "AccessForbidden",
    "CORSResponse: Bucket not found",
    "</Message><Method>"
);
error_text!(
    NO_CONFIGURATION,
    403,
    "AccessForbidden",
    "CORSResponse: CORS is not enabled for this bucket.",
    "</Message><Method>"
);
error_text!(
    NOT_ALLOWED,
    403,
    "AccessForbidden",
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of \
     Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are \
     not whitelisted by the resource's CORS spec.",
    "</Message><Method>"
);

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn prepared_bodies_equal_those_written_piece_by_piece() {
        let not_allowed = |mismatch| RefusalReason::NotAllowed {
            method: "PUT",
            mismatch,
        };
        for reason in [
            RefusalReason::NoOrigin,
            RefusalReason::UnknownMethod(Cow::Borrowed(b"<\xff\x01&\r>")),
            not_allowed(Mismatch::NoBucket),
            not_allowed(Mismatch::NoConfiguration),
            not_allowed(Mismatch::Origin),
        ] {
            let refusal = Refusal::new(reason, true, ResourceType::Object);
            let mut expected = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
            let element =
                |name: &str, text: &str| format!("<{name}>{}</{name}>", escaped_text(text));
            expected += &element("Code", refusal.code());
            expected += &element("Message", &refusal.message());
            if let (Some(method), Some(resource)) = (refusal.method(), refusal.resource_type()) {
                expected += &element("Method", method);
                expected += &element("ResourceType", resource.as_str());
            }
            expected += &element("RequestId", "<id>");
            expected += &element("HostId", "host & id");
            expected += "</Error>";
            let xml = refusal.to_xml("<id>", "host & id");
            assert_eq!(xml, expected);
            assert_eq!(
                xml.len(),
                xml.capacity(),
                "spare capacity costs an allocation"
            );
        }
    }
}
