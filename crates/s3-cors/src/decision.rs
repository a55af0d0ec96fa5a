//! What the engine says of a request.

use std::fmt;
use std::sync::Arc;

use crate::policy::Rule;
use crate::refusal::Refusal;
use crate::vary::VARY;

/// What a bucket does with a request, as far as CORS goes.
///
/// `OPTIONS` requests are answered by S3 itself: [`Preflight`](Self::Preflight) or
/// [`Refused`](Self::Refused). All others get their ordinary answer, with CORS headers or
/// without; S3 refuses none of them for CORS.
#[derive(Debug)]
#[must_use]
pub enum Decision<'a, V: ?Sized = [u8]> {
    /// Not a CORS request: no `Origin`, and not `OPTIONS`. The ordinary answer goes out, with no
    /// CORS header and no `Vary`.
    NotCors,
    /// An actual request that no rule allows. The ordinary answer goes out, with no CORS header
    /// and no `Vary`: the browser then keeps it from the script.
    NotAllowed(NotAllowed<'a>),
    /// An actual request that a rule allows. The ordinary answer goes out with these headers,
    /// whatever its status.
    Allowed(CorsHeaders<'a, V>),
    /// A preflight that a rule allows: answer with status 200, these headers and no body.
    Preflight(CorsHeaders<'a, V>),
    /// A preflight that S3 refuses: answer with this error and no CORS header.
    Refused(Refusal<'a>),
}

/// Why no rule allows a request: the first of the three conditions that no rule was left for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotAllowed<'a> {
    /// There is no bucket.
    NoBucket,
    /// The bucket has no CORS configuration.
    NoConfiguration,
    /// No rule allows the origin.
    Origin,
    /// No rule that allows the origin allows the method.
    Method,
    /// No rule that allows the origin and the method allows all headers up to and including this
    /// one.
    Header(&'a [u8]),
}

impl fmt::Display for NotAllowed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBucket => f.write_str("there is no bucket"),
            Self::NoConfiguration => f.write_str("the bucket has no CORS configuration"),
            Self::Origin => f.write_str("no rule has an AllowedOrigin that matches the Origin"),
            Self::Method => {
                f.write_str("no rule that allows the Origin has the method in AllowedMethods")
            }
            Self::Header(name) => write!(
                f,
                "no rule that allows the Origin and the method has an AllowedHeader that matches \
                 \"{}\"",
                name.escape_ascii()
            ),
        }
    }
}

/// The CORS headers of an answer.
#[derive(Debug)]
pub struct CorsHeaders<'a, V: ?Sized = [u8]> {
    rule: &'a Arc<Rule>,
    rule_index: usize,
    origin: Option<Echo<'a, V>>,
    requested_headers: Option<Echo<'a, V>>,
}

impl<'a, V: AsRef<[u8]> + ?Sized> CorsHeaders<'a, V> {
    pub(crate) fn new(
        rule: &'a Arc<Rule>,
        rule_index: usize,
        origin: Echo<'a, V>,
        requested_headers: Option<Echo<'a, V>>,
    ) -> Self {
        Self {
            rule,
            rule_index,
            origin: (!rule.allows_any_origin()).then_some(origin),
            requested_headers,
        }
    }

    /// The rule that matched, with the values it fixes.
    #[must_use]
    pub fn rule(&self) -> &'a Rule {
        self.rule
    }

    #[cfg(any(feature = "http1", feature = "http02"))]
    pub(crate) fn shared_rule(&self) -> Arc<Rule> {
        Arc::clone(self.rule)
    }

    /// The position of the rule that matched, counted from 0.
    #[must_use]
    pub fn rule_index(&self) -> usize {
        self.rule_index
    }

    /// The origin to echo as `Access-Control-Allow-Origin`; `None` means a literal `*`, which the
    /// matched rule holds.
    #[must_use]
    pub fn origin(&self) -> Option<&Echo<'a, V>> {
        self.origin.as_ref()
    }

    /// Whether `Access-Control-Allow-Credentials: true` is sent: exactly when the origin is
    /// echoed. S3 has no switch for it.
    #[must_use]
    pub fn allows_credentials(&self) -> bool {
        self.origin.is_some()
    }

    /// The names to send as `Access-Control-Allow-Headers`; `None` if none were asked for.
    #[must_use]
    pub fn requested_headers(&self) -> Option<&Echo<'a, V>> {
        self.requested_headers.as_ref()
    }

    /// The [origin](Self::origin) and the [requested headers](Self::requested_headers), for
    /// frameworks that keep them until the answer is there.
    #[must_use]
    pub fn into_echoes(self) -> (Option<Echo<'a, V>>, Option<Echo<'a, V>>) {
        (self.origin, self.requested_headers)
    }

    /// All headers in the order in which S3 sends them, names in lower case, `vary` last.
    ///
    /// ```
    /// use s3_cors::{CorsPolicy, Decision, PlainRequest, ResourceType};
    ///
    /// let policy = CorsPolicy::from_text(
    ///     r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"], "MaxAgeSeconds": 60}]"#,
    /// )?;
    /// let headers: &[(&str, &[u8])] = &[("origin", b"https://example.com")];
    /// let request = PlainRequest { method: "GET", resource_type: ResourceType::Object, headers };
    /// let Decision::Allowed(headers) = policy.decide(&request) else {
    ///     panic!("the rule allows it");
    /// };
    /// let lines: Vec<_> = headers.iter().collect();
    /// assert_eq!(lines, [
    ///     ("access-control-allow-origin", &b"*"[..]),
    ///     ("access-control-allow-methods", b"GET, HEAD"),
    ///     ("access-control-max-age", b"60"),
    ///     (
    ///         "vary",
    ///         b"Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
    ///     ),
    /// ]);
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        let values = self.rule.values();
        [
            (
                "access-control-allow-origin",
                Some(self.origin.as_ref().map_or(&b"*"[..], Echo::as_bytes)),
            ),
            (
                "access-control-allow-methods",
                Some(values.allow_methods().as_bytes()),
            ),
            (
                "access-control-allow-headers",
                self.requested_headers.as_ref().map(Echo::as_bytes),
            ),
            (
                "access-control-expose-headers",
                values.expose_headers().map(|value| value.as_bytes()),
            ),
            (
                "access-control-max-age",
                values.max_age().map(|value| value.as_bytes()),
            ),
            (
                "access-control-allow-credentials",
                self.allows_credentials().then_some(&b"true"[..]),
            ),
            ("vary", Some(VARY.as_bytes())),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
    }
}

/// A value that an answer takes from its request.
#[derive(Debug)]
pub enum Echo<'a, V: ?Sized = [u8]> {
    /// A line of the request as it stands.
    Line(&'a V),
    /// Made from the request's lines.
    Built(Vec<u8>),
}

impl<V: AsRef<[u8]> + ?Sized> Echo<'_, V> {
    /// The value.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Line(line) => (*line).as_ref(),
            Self::Built(bytes) => bytes,
        }
    }
}
