//! The order in which S3 checks a request. Every CORS decision is made here.

use std::borrow::Cow;

use super::{CorsHeaders, Decision, Refusal, RefusalReason};
use crate::policy::{CorsPolicy, Mismatch, RuleSet, Rules};
use crate::request::{Asked, AskedMethod, CorsRequest, Echo, EchoOfNames, names};

impl CorsPolicy {
    /// Decides a request as S3 does.
    ///
    /// For `OPTIONS`, in this order:
    ///
    /// 1. Without `Origin`, it is refused with 400 (F50).
    /// 2. With an `Access-Control-Request-Method` that S3 does not recognise: 400 (F53).
    /// 3. For a bucket that does not exist: 403 (F55).
    /// 4. For a bucket without CORS configuration: 403 (F56).
    /// 5. If a rule allows the origin, the method and every requested header: 200, with the
    ///    headers of the first such rule (F1).
    /// 6. Otherwise: 403 (F57).
    ///
    /// Any other request is never refused: it gets the headers of the first rule that allows it, or
    /// none (F22, F23). If it has `Access-Control-Request-Method` or
    /// `Access-Control-Request-Headers`, S3 applies those to it as well (F14, F15). The headers it
    /// actually carries are never checked (F16).
    ///
    /// [`Asked`] defines the origin, the method and the requested headers of a request.
    ///
    /// ```
    /// use s3_cors::{CorsPolicy, Decision, RequestParts};
    ///
    /// let policy = CorsPolicy::from_text(
    ///     r#"[{"AllowedOrigins": ["https://www.example.com"], "AllowedMethods": ["GET"]}]"#,
    /// )?;
    /// let headers: &[(&str, &[u8])] = &[
    ///     ("Origin", b"https://www.example.com"),
    ///     ("Access-Control-Request-Method", b"PUT"),
    /// ];
    /// let preflight = RequestParts::new("OPTIONS", headers);
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
    // Always inlined: an adapter calls it in one or two places, and a request without `Origin` leaves
    // it at once.
    #[inline(always)]
    pub fn decide<'a, R: CorsRequest>(&'a self, request: &'a R) -> Decision<'a, R::HeaderValue> {
        let asked = Asked::of(request);
        if asked.is_options() {
            return self.decide_options(request, asked);
        }
        if asked.origin().is_none() {
            return Decision::NotCors;
        }
        match self.headers(asked, None) {
            Ok(headers) => Decision::Allowed(headers),
            Err(mismatch) => Decision::NotAllowed(self.lacking(mismatch)),
        }
    }

    fn decide_options<'a, R: CorsRequest>(
        &'a self,
        request: &'a R,
        asked: Asked<'a, R>,
    ) -> Decision<'a, R::HeaderValue> {
        let method = asked.method();
        let has_origin = asked.origin().is_some();
        let is_preflight = has_origin && method.is_requested();
        let refused =
            |reason| Decision::Refused(Refusal::new(reason, is_preflight, request.resource_type()));
        // Before the bucket is looked at (F54).
        if !has_origin {
            return refused(RefusalReason::NoOrigin);
        }
        let Some(accepted) = method.accepted() else {
            return refused(RefusalReason::UnknownMethod(text(method)));
        };
        match self.headers(asked, Some(method)) {
            Ok(headers) => Decision::Preflight(headers),
            Err(mismatch) => refused(RefusalReason::NotAllowed {
                method: accepted,
                mismatch: self.lacking(mismatch),
            }),
        }
    }

    /// The headers for a request; `method` if it has been read already.
    #[inline]
    fn headers<'a, R: CorsRequest>(
        &'a self,
        asked: Asked<'a, R>,
        method: Option<AskedMethod<'a, R::HeaderValue>>,
    ) -> Result<CorsHeaders<'a, R::HeaderValue>, Mismatch<'a>> {
        let rules = self.rules()?;
        let left = match asked.origin() {
            Some(origin) => rules.allowing_origin(rules.all(), origin.as_bytes()),
            None => RuleSet::EMPTY,
        };
        if left.is_empty() {
            return Err(Mismatch::Origin);
        }
        rules.headers(left, asked, method)
    }
}

impl Rules {
    /// The headers of the first candidate that allows the method and every requested header. All
    /// candidates allow the origin (F1, F2).
    fn headers<'a, R: CorsRequest>(
        &'a self,
        mut left: RuleSet,
        asked: Asked<'a, R>,
        method: Option<AskedMethod<'a, R::HeaderValue>>,
    ) -> Result<CorsHeaders<'a, R::HeaderValue>, Mismatch<'a>> {
        let method = method.unwrap_or_else(|| asked.method());
        left = self.allowing_method(left, method.as_bytes());
        if left.is_empty() {
            return Err(Mismatch::Method);
        }
        let mut lines = asked.requested_lines();
        let requested_headers = match lines.next() {
            Some(first) => self.requested_headers(&mut left, first, lines)?,
            None => None,
        };
        // Both exist: an empty set or a missing origin has returned above.
        let index = left.first().ok_or(Mismatch::Origin)?;
        let rule = self.get(index).ok_or(Mismatch::Origin)?;
        let origin = asked.into_origin().ok_or(Mismatch::Origin)?;
        Ok(CorsHeaders::new(rule, index, origin, requested_headers))
    }

    /// Narrows rules to those that allow every requested header, and returns the echo of the names.
    // Out of line, because few requests except preflights ask for headers.
    #[inline(never)]
    fn requested_headers<'a, V: AsRef<[u8]> + ?Sized>(
        &self,
        left: &mut RuleSet,
        first: &'a V,
        others: impl Iterator<Item = &'a V>,
    ) -> Result<Option<Echo<'a, V>>, Mismatch<'a>> {
        let mut echo = EchoOfNames::default();
        self.requested_line(left, first.as_ref(), &mut echo)?;
        for line in others {
            self.requested_line(left, line.as_ref(), &mut echo)?;
        }
        Ok(echo.finish(first))
    }

    fn requested_line<'a>(
        &self,
        left: &mut RuleSet,
        line: &'a [u8],
        echo: &mut EchoOfNames<'a>,
    ) -> Result<(), Mismatch<'a>> {
        let mut candidates = *left;
        for name in names(line) {
            candidates = self.allowing_header(candidates, name);
            if candidates.is_empty() {
                return Err(Mismatch::Header(Cow::Borrowed(name)));
            }
            echo.push(name, line);
        }
        *left = candidates;
        Ok(())
    }
}

fn text<V: AsRef<[u8]> + ?Sized>(method: AskedMethod<'_, V>) -> Cow<'_, [u8]> {
    match method {
        AskedMethod::Own(own) => Cow::Borrowed(own.as_bytes()),
        AskedMethod::Requested(Echo::Line(line)) => Cow::Borrowed(line.as_ref()),
        AskedMethod::Requested(Echo::Built(bytes)) => Cow::Owned(bytes),
    }
}
