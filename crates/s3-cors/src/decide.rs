//! The order in which S3 looks at a request. Everything S3 decides about CORS is decided here.

use std::borrow::Cow;

use crate::decision::{CorsHeaders, Decision, Echo, NotAllowed};
use crate::policy::{CorsPolicy, Rules};
use crate::refusal::{Refusal, RefusalReason};
use crate::request::{CorsRequest, RequestHeader};
use crate::requested_headers::EchoOfNames;
use crate::rule_set::RuleSet;

/// What S3 accepts in `Access-Control-Request-Method` of a preflight, compared exactly. PATCH
/// and OPTIONS are accepted here though no rule can allow them (measured in 2026).
const KNOWN_METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

impl CorsPolicy {
    /// Decides a request as S3 does.
    ///
    /// For `OPTIONS`, in this order: without `Origin` it is refused with 400; with an
    /// `Access-Control-Request-Method` that S3 does not know, 400; of a missing bucket, 403; of a
    /// bucket without CORS configuration, 403; then the first rule that allows the origin, the
    /// method and every requested header answers with 200; without such a rule, 403.
    ///
    /// Any other request is never refused: it gets the headers of the first rule that allows it,
    /// or none. S3 judges it, too, by `Access-Control-Request-Method` and
    /// `Access-Control-Request-Headers` if it carries them; the headers it really carries are
    /// never checked.
    ///
    /// An empty `Origin` or `Access-Control-Request-Method` counts as absent. Several lines of
    /// either are joined by `, ` into one value, which equals no origin and no method, though
    /// wildcards such as `http*` still match it. Several lines of
    /// `Access-Control-Request-Headers` are one list.
    ///
    /// ```
    /// use s3_cors::{CorsPolicy, Decision, PlainRequest, ResourceType};
    ///
    /// let policy = CorsPolicy::from_text(
    ///     r#"[{"AllowedOrigins": ["https://www.example.com"], "AllowedMethods": ["GET"]}]"#,
    /// )?;
    /// let preflight = PlainRequest {
    ///     method: "OPTIONS",
    ///     resource_type: ResourceType::Object,
    ///     headers: &[
    ///         ("Origin", b"https://www.example.com"),
    ///         ("Access-Control-Request-Method", b"PUT"),
    ///     ],
    /// };
    /// let Decision::Refused(refusal) = policy.decide(&preflight) else {
    ///     panic!("PUT is not allowed");
    /// };
    /// assert_eq!(refusal.status(), 403);
    /// assert_eq!(refusal.code(), "AccessForbidden");
    /// assert_eq!(
    ///     refusal.reason().to_string(),
    ///     "no rule that allows the Origin has the method in AllowedMethods",
    /// );
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    #[inline]
    pub fn decide<'a, R: CorsRequest>(&'a self, request: &'a R) -> Decision<'a, R::HeaderValue> {
        let origin = value(request.header_lines(RequestHeader::Origin));
        if request.method() == "OPTIONS" {
            return self.decide_options(request, origin);
        }
        let Some(origin) = origin else {
            return Decision::NotCors;
        };
        match self.headers(request, origin, None) {
            Ok(headers) => Decision::Allowed(headers),
            Err(reason) => Decision::NotAllowed(reason),
        }
    }

    fn decide_options<'a, R: CorsRequest>(
        &'a self,
        request: &'a R,
        origin: Option<Echo<'a, R::HeaderValue>>,
    ) -> Decision<'a, R::HeaderValue> {
        let requested = value(request.header_lines(RequestHeader::AccessControlRequestMethod));
        let plain = origin.is_none() || requested.is_none();
        let refused =
            |reason| Decision::Refused(Refusal::new(reason, plain, request.resource_type()));
        let Some(origin) = origin else {
            return refused(RefusalReason::NoOrigin);
        };
        let method = match requested {
            // Without a requested method S3 judges the OPTIONS itself, which no rule can allow.
            None => "OPTIONS",
            Some(requested) => {
                let known = |method: &&str| method.as_bytes() == requested.as_bytes();
                match KNOWN_METHODS.into_iter().find(known) {
                    Some(method) => method,
                    None => return refused(RefusalReason::UnknownMethod(cow(requested))),
                }
            }
        };
        match self.headers(request, origin, Some(method)) {
            Ok(headers) => Decision::Preflight(headers),
            Err(reason) => refused(RefusalReason::NotAllowed { method, reason }),
        }
    }

    /// The headers for a request judged by a method: the one given, else the one it asks for,
    /// else its own.
    #[inline]
    fn headers<'a, R: CorsRequest>(
        &'a self,
        request: &'a R,
        origin: Echo<'a, R::HeaderValue>,
        method: Option<&'static str>,
    ) -> Result<CorsHeaders<'a, R::HeaderValue>, NotAllowed<'a>> {
        let rules = self.rules()?;
        let left = rules.allowing_origin(origin.as_bytes());
        if left.is_empty() {
            return Err(NotAllowed::Origin);
        }
        rules.headers(left, request, origin, method)
    }
}

impl Rules {
    /// The headers by some rules, all of which allow the origin.
    fn headers<'a, R: CorsRequest>(
        &'a self,
        mut left: RuleSet,
        request: &'a R,
        origin: Echo<'a, R::HeaderValue>,
        method: Option<&'static str>,
    ) -> Result<CorsHeaders<'a, R::HeaderValue>, NotAllowed<'a>> {
        let requested;
        let method = match method {
            Some(method) => method.as_bytes(),
            None => {
                requested = value(request.header_lines(RequestHeader::AccessControlRequestMethod));
                match &requested {
                    Some(requested) => requested.as_bytes(),
                    None => request.method().as_bytes(),
                }
            }
        };
        left = self.allowing_method(left, method)?;

        let mut first_line = None;
        let mut names = EchoOfNames::default();
        for line in request.header_lines(RequestHeader::AccessControlRequestHeaders) {
            first_line.get_or_insert(line);
            left = self.allowing_headers(left, line.as_ref(), &mut names)?;
        }
        let echo = first_line.and_then(|first| names.finish(first));
        // There is a first one: what empties the set returns from here.
        let (index, rule) = self.first_of(left).ok_or(NotAllowed::Origin)?;
        Ok(CorsHeaders::new(rule, index, origin, echo))
    }
}

/// A header's value: its line, or its lines joined by `, `; an empty one counts as absent.
#[inline]
pub(crate) fn value<'a, V: AsRef<[u8]> + ?Sized + 'a>(
    mut lines: impl Iterator<Item = &'a V>,
) -> Option<Echo<'a, V>> {
    let first = lines.next()?;
    match lines.next() {
        None => (!first.as_ref().is_empty()).then_some(Echo::Line(first)),
        Some(second) => Some(Echo::Built(joined(first, second, lines))),
    }
}

#[cold]
fn joined<'a, V: AsRef<[u8]> + ?Sized + 'a>(
    first: &V,
    second: &'a V,
    others: impl Iterator<Item = &'a V>,
) -> Vec<u8> {
    let mut joined = first.as_ref().to_vec();
    for line in [second].into_iter().chain(others) {
        joined.extend_from_slice(b", ");
        joined.extend_from_slice(line.as_ref());
    }
    joined
}

fn cow<V: AsRef<[u8]> + ?Sized>(value: Echo<'_, V>) -> Cow<'_, [u8]> {
    match value {
        Echo::Line(line) => Cow::Borrowed(line.as_ref()),
        Echo::Built(bytes) => Cow::Owned(bytes),
    }
}
