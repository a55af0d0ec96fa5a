//! The CORS headers of a response.

use crate::policy::{CompiledRule, ResponseHeader};
use crate::request::Echo;

/// The CORS headers of a response.
#[derive(Debug)]
pub struct CorsHeaders<'a, V: ?Sized = [u8]> {
    rule: &'a CompiledRule,
    rule_index: usize,
    origin: Option<Echo<'a, V>>,
    requested_headers: Option<Echo<'a, V>>,
}

impl<'a, V: AsRef<[u8]> + ?Sized> CorsHeaders<'a, V> {
    pub(crate) fn new(
        rule: &'a CompiledRule,
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

    /// The rule that matched, with its header values.
    #[must_use]
    pub fn rule(&self) -> &'a CompiledRule {
        self.rule
    }

    /// The position of the rule that matched, counted from 0.
    #[must_use]
    pub fn rule_index(&self) -> usize {
        self.rule_index
    }

    /// The origin to echo as `Access-Control-Allow-Origin`; `None` if the rule that matched lists
    /// `*`, which is then sent.
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

    /// The names to send as `Access-Control-Allow-Headers`; `None` if the request asks for none.
    #[must_use]
    pub fn requested_headers(&self) -> Option<&Echo<'a, V>> {
        self.requested_headers.as_ref()
    }

    /// The [origin](Self::origin) and the [requested headers](Self::requested_headers), to keep
    /// until the response is ready.
    #[must_use]
    pub fn into_echoes(self) -> (Option<Echo<'a, V>>, Option<Echo<'a, V>>) {
        (self.origin, self.requested_headers)
    }

    /// All headers in the order in which S3 sends them, names in lower case, `vary` last.
    ///
    /// ```
    /// use s3_cors::{CorsPolicy, Decision, RequestParts};
    ///
    /// let policy = CorsPolicy::from_text(
    ///     r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"], "MaxAgeSeconds": 60}]"#,
    /// )?;
    /// let headers: &[(&str, &[u8])] = &[("origin", b"https://example.com")];
    /// let request = RequestParts::new("GET", headers);
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
        let values = self.rule.values().map(str::as_bytes);
        let origin = self.origin.as_ref().map(Echo::as_bytes);
        let requested_headers = self.requested_headers.as_ref().map(Echo::as_bytes);
        let mut lines = [None; ResponseHeader::COUNT];
        let mut free = lines.iter_mut();
        values.for_each_header(origin, requested_headers, |header, value| {
            if let Some(line) = free.next() {
                *line = Some((header.name(), value));
            }
        });
        lines.into_iter().flatten()
    }
}
