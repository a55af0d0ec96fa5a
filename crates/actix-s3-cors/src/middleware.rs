//! The middleware and its options.

use std::fmt;
use std::future::{Ready, ready};
use std::path::Path;
use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;
use s3_cors::adapter::{DecisionEvent, Observer, PolicyProvider, ShadowDifference};
use s3_cors::{ConfigError, CorsConfiguration, CorsPolicy, Refusal};

use crate::service::S3CorsMiddleware;

/// A middleware that handles CORS exactly as an S3 bucket with the same configuration does.
///
/// Cheap to clone: load it once and clone it into each worker's app. The
/// [front page](crate#where-to-put-the-middleware) says where to put it.
///
/// **Not behind a guard for a method**: wrapped by a route macro, as in `#[get("/", wrap = "cors()")]`, it
/// never sees preflights. They do not match `get`, and actix-web responds with 404.
///
/// ```
/// use actix_s3_cors::S3Cors;
/// use actix_web::App;
///
/// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
/// let cors = S3Cors::from_text(cors_json)?;
/// let app = App::new().wrap(cors.clone());
/// # let _ = app;
/// # Ok::<(), actix_s3_cors::ConfigError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct S3Cors {
    settings: Arc<Settings>,
}

/// What the services of a middleware share.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) policy: PolicyProvider,
    pub(crate) forward_non_preflight_options: bool,
    pub(crate) always_vary: bool,
    pub(crate) cors_headers_if_status: Option<StatusFn>,
    pub(crate) refusal_body: Option<RefusalBodyFn>,
    pub(crate) observer: Option<Box<Observer>>,
}

impl Settings {
    /// Whether there is more to a request than one policy that decides it.
    #[inline]
    pub(crate) fn selects_or_observes(&self) -> bool {
        self.policy.selects() || self.observer.is_some()
    }

    fn observer_mut(&mut self) -> &mut Observer {
        self.observer.get_or_insert_default()
    }
}

#[derive(Clone)]
pub(crate) struct StatusFn(pub(crate) Arc<dyn Fn(StatusCode) -> bool + Send + Sync>);

impl fmt::Debug for StatusFn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatusFn")
    }
}

#[derive(Clone)]
pub(crate) struct RefusalBodyFn(pub(crate) Arc<MakeBody>);

type MakeBody = dyn Fn(&Refusal<'_>, &str) -> RefusalBody + Send + Sync;

impl fmt::Debug for RefusalBodyFn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefusalBodyFn")
    }
}

/// The body of a refusal in place of S3's XML, for [`S3Cors::refusal_body`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RefusalBody {
    /// Sent as `Content-Type`.
    pub content_type: HeaderValue,
    /// The body.
    pub body: Bytes,
}

impl RefusalBody {
    /// Creates a body with its `Content-Type`.
    pub fn new(content_type: HeaderValue, body: impl Into<Bytes>) -> Self {
        Self {
            content_type,
            body: body.into(),
        }
    }
}

impl S3Cors {
    /// Creates a middleware with a policy: a [`CorsPolicy`]; with the feature `shared`, a `SharedPolicy`,
    /// which can be replaced while it is in use; or a [`PolicyProvider`] that selects a policy for
    /// each request.
    pub fn new(policy: impl Into<PolicyProvider>) -> Self {
        Self {
            settings: Arc::new(Settings {
                policy: policy.into(),
                forward_non_preflight_options: false,
                always_vary: false,
                cors_headers_if_status: None,
                refusal_body: None,
                observer: None,
            }),
        }
    }

    /// Creates a middleware with the configuration in a file, in any [dialect](s3_cors::Dialect).
    ///
    /// # Errors
    ///
    /// All problems of the file at once, each with its place and how to fix it.
    ///
    /// ```no_run
    /// # use actix_s3_cors::S3Cors;
    /// let cors = S3Cors::from_path("cors.json")?;
    /// # Ok::<(), actix_s3_cors::ConfigError>(())
    /// ```
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        CorsPolicy::from_path(path).map(Self::new)
    }

    /// Creates a middleware with the configuration in a string, in any [dialect](s3_cors::Dialect).
    ///
    /// # Errors
    ///
    /// All problems of the text at once, each with its place and how to fix it.
    pub fn from_text(text: &str) -> Result<Self, ConfigError> {
        CorsPolicy::from_text(text).map(Self::new)
    }

    /// Forwards `OPTIONS` requests that are not preflights to the app: those without `Origin` or
    /// without `Access-Control-Request-Method`. For apps that use `OPTIONS` themselves, as WebDAV
    /// and TUS do. The response gets no CORS headers, and those that the app sets are removed.
    /// Preflights still never reach the app.
    ///
    /// By default the middleware refuses such requests, as S3 does: with status 400 if there is no
    /// `Origin`, otherwise with 403.
    pub fn forward_non_preflight_options(mut self, forward: bool) -> Self {
        self.settings_mut().forward_non_preflight_options = forward;
        self
    }

    /// Sends S3's `Vary` with every response, even one without CORS headers.
    ///
    /// By default `Vary` is sent only with CORS headers, as S3 does. A cache may then store the
    /// response to a request without `Origin`, such as that of an `<img>`, and reuse it for a
    /// later `fetch()` of the same URL, which fails because `Access-Control-Allow-Origin` is
    /// missing.
    pub fn always_vary(mut self, always: bool) -> Self {
        self.settings_mut().always_vary = always;
        self
    }

    /// Adds CORS headers only to responses of the app whose status satisfies a condition.
    ///
    /// By default every response gets them, whatever its status: S3 also sends them with errors, and
    /// without them a script cannot see the status.
    ///
    /// ```
    /// # use actix_s3_cors::S3Cors;
    /// # use actix_web::http::StatusCode;
    /// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// let cors = S3Cors::from_text(cors_json)?
    ///     .cors_headers_if_status(|status| status != StatusCode::NOT_MODIFIED);
    /// # Ok::<(), actix_s3_cors::ConfigError>(())
    /// ```
    pub fn cors_headers_if_status(
        mut self,
        condition: impl Fn(StatusCode) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.settings_mut().cors_headers_if_status = Some(StatusFn(Arc::new(condition)));
        self
    }

    /// Replaces the body of refusals. The function receives the refusal and the request id that
    /// is sent as `x-amz-request-id`. The status and all headers but `Content-Type` stay the same.
    ///
    /// By default the body is S3's XML.
    ///
    /// ```
    /// use actix_s3_cors::{RefusalBody, S3Cors};
    /// use actix_web::http::header::HeaderValue;
    ///
    /// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// let cors = S3Cors::from_text(cors_json)?.refusal_body(|refusal, request_id| {
    ///     let text = HeaderValue::from_static("text/plain; charset=utf-8");
    ///     RefusalBody::new(text, format!("{} ({request_id})\n", refusal.reason()))
    /// });
    /// # Ok::<(), actix_s3_cors::ConfigError>(())
    /// ```
    pub fn refusal_body(
        mut self,
        body: impl Fn(&Refusal<'_>, &str) -> RefusalBody + Send + Sync + 'static,
    ) -> Self {
        self.settings_mut().refusal_body = Some(RefusalBodyFn(Arc::new(body)));
        self
    }

    /// Calls a function for every decision, for metrics: what was decided and why, which rule
    /// allows it, and the version of the rules. Nothing in it is the request's own text.
    ///
    /// ```
    /// # use actix_s3_cors::S3Cors;
    /// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// let middleware = S3Cors::from_text(cors_json)?.on_decision(|event| {
    ///     let reason = event.reason.map_or("", |reason| reason.as_str());
    ///     println!("{} {reason}", event.outcome.as_str());
    /// });
    /// # Ok::<(), actix_s3_cors::ConfigError>(())
    /// ```
    pub fn on_decision(mut self, call: impl Fn(&DecisionEvent) + Send + Sync + 'static) -> Self {
        self.settings_mut().observer_mut().on_decision(call);
        self
    }

    /// Has a second policy decide every request, too, and calls a function for each to which the
    /// response would be another, saying how. What is sent stays the same: so the next `cors.json`
    /// can be tried on real traffic.
    ///
    /// ```
    /// # use actix_s3_cors::{S3Cors, CorsPolicy};
    /// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// # let next_json = cors_json;
    /// let next = CorsPolicy::from_text(next_json)?;
    /// let middleware = S3Cors::from_text(cors_json)?
    ///     .shadow(next, |difference| println!("{}: {difference}", difference.request.path()));
    /// # Ok::<(), actix_s3_cors::ConfigError>(())
    /// ```
    pub fn shadow(
        mut self,
        policy: impl Into<PolicyProvider>,
        call: impl Fn(&ShadowDifference<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.settings_mut().observer_mut().shadow(policy, call);
        self
    }

    /// The policy in force; that of a bucket that does not exist if policies are selected by
    /// request.
    #[must_use]
    pub fn policy(&self) -> CorsPolicy {
        self.settings.policy.load().clone()
    }

    fn settings_mut(&mut self) -> &mut Settings {
        Arc::make_mut(&mut self.settings)
    }
}

impl<S, B> Transform<S, ServiceRequest> for S3Cors
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    type Response = <Self::Transform as Service<ServiceRequest>>::Response;
    type Error = actix_web::Error;
    type Transform = S3CorsMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(S3CorsMiddleware::new(
            service,
            Arc::clone(&self.settings),
        )))
    }
}

impl From<CorsPolicy> for S3Cors {
    fn from(policy: CorsPolicy) -> Self {
        Self::new(policy)
    }
}

impl TryFrom<&CorsConfiguration> for S3Cors {
    type Error = ConfigError;

    fn try_from(config: &CorsConfiguration) -> Result<Self, ConfigError> {
        CorsPolicy::new(config).map(Self::new)
    }
}

impl std::str::FromStr for S3Cors {
    type Err = ConfigError;

    /// The same as [`S3Cors::from_text`].
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Self::from_text(text)
    }
}
