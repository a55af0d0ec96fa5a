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
use s3_cors::adapter::PolicyProvider;
use s3_cors::{ConfigError, CorsConfiguration, CorsPolicy, Refusal};

use crate::service::S3CorsMiddleware;

/// A middleware that handles CORS exactly as an S3 bucket with the same configuration does.
///
/// Cheap to clone: load it once and clone it into each worker's app. The
/// [front page](crate#where-to-put-the-middleware) says where to put it.
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
    /// A body, and its `Content-Type`.
    pub fn new(content_type: HeaderValue, body: impl Into<Bytes>) -> Self {
        Self {
            content_type,
            body: body.into(),
        }
    }
}

impl S3Cors {
    /// A middleware with a policy: a [`CorsPolicy`], or with the feature `shared` a `SharedPolicy`,
    /// which can be replaced while it is in use.
    pub fn new(policy: impl Into<PolicyProvider>) -> Self {
        Self {
            settings: Arc::new(Settings {
                policy: policy.into(),
                forward_non_preflight_options: false,
                always_vary: false,
                cors_headers_if_status: None,
                refusal_body: None,
            }),
        }
    }

    /// A middleware with the configuration in a file, in any [dialect](s3_cors::Dialect).
    ///
    /// # Errors
    ///
    /// All problems of the file at once, each with its place and what to do about it.
    ///
    /// ```no_run
    /// # use actix_s3_cors::S3Cors;
    /// let cors = S3Cors::from_path("cors.json")?;
    /// # Ok::<(), actix_s3_cors::ConfigError>(())
    /// ```
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        CorsPolicy::from_path(path).map(Self::new)
    }

    /// A middleware with the configuration in a string, in any [dialect](s3_cors::Dialect).
    ///
    /// # Errors
    ///
    /// All problems of the text at once, each with its place and what to do about it.
    pub fn from_text(text: &str) -> Result<Self, ConfigError> {
        CorsPolicy::from_text(text).map(Self::new)
    }

    /// Forwards an `OPTIONS` that is no preflight to the app: one without `Origin` or without
    /// `Access-Control-Request-Method`. The app's response gets no CORS headers, and its own are
    /// removed.
    ///
    /// By default the middleware refuses such a request, as S3 does: with status 400 if it has no
    /// `Origin`, else with 403. Preflights never reach the app. For apps that use `OPTIONS`
    /// themselves, as WebDAV and TUS do.
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
    /// By default every response gets them, whatever its status: S3 sends them with errors, too,
    /// and without them a script cannot see the status.
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

    /// The policy in force.
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
