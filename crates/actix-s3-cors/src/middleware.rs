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
use s3_cors::{ConfigError, CorsConfiguration, CorsPolicy, PolicyProvider, Refusal};

use crate::service::S3CorsMiddleware;

/// A middleware that answers CORS exactly as an S3 bucket with the same configuration does.
///
/// Cheap to clone: load it once and clone it into each worker's app. Where to put it is said on
/// the [front page](crate#where-to-put-the-middleware).
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
    pub(crate) forward_plain_options: bool,
    pub(crate) always_vary: bool,
    pub(crate) add_headers_to: Option<StatusFn>,
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
pub struct RefusalBody {
    /// Sent as `Content-Type`.
    pub content_type: HeaderValue,
    /// The body.
    pub body: Bytes,
}

impl S3Cors {
    /// A middleware with a policy: a [`CorsPolicy`], or one that can be replaced while it is in use, a
    /// `SharedPolicy` of [`s3_cors`] with the feature `shared`.
    pub fn new(policy: impl Into<PolicyProvider>) -> Self {
        Self {
            settings: Arc::new(Settings {
                policy: policy.into(),
                forward_plain_options: false,
                always_vary: false,
                add_headers_to: None,
                refusal_body: None,
            }),
        }
    }

    /// A middleware with the configuration in a file, in any [dialect](s3_cors::Dialect).
    ///
    /// # Errors
    ///
    /// All problems of the file at once, each with its place and the cure.
    ///
    /// ```no_run
    /// # use actix_s3_cors::S3Cors;
    /// let cors = S3Cors::from_path("cors.json")?;
    /// # Ok::<(), actix_s3_cors::ConfigError>(())
    /// ```
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        CorsPolicy::from_path(path).map(Self::new)
    }

    /// A middleware with the configuration in a text, in any [dialect](s3_cors::Dialect).
    ///
    /// # Errors
    ///
    /// All problems of the text at once, each with its place and the cure.
    pub fn from_text(text: &str) -> Result<Self, ConfigError> {
        CorsPolicy::from_text(text).map(Self::new)
    }

    /// Forwards a plain `OPTIONS`, one without `Origin` or without
    /// `Access-Control-Request-Method`, to the app, whose answer goes out without CORS headers, its
    /// own included.
    ///
    /// By default it is refused, as S3 refuses it: with status 400 if it has no `Origin`, else
    /// with 403. Preflights are answered here in either case. For apps that use `OPTIONS`
    /// themselves, as WebDAV and TUS do.
    pub fn forward_plain_options(mut self, forward: bool) -> Self {
        self.settings_mut().forward_plain_options = forward;
        self
    }

    /// Sends `Vary` with every answer, also with those that have no CORS headers.
    ///
    /// By default `Vary` is sent with CORS headers only, as S3 does it. A cache may then keep an
    /// answer to a request without `Origin`, such as that of an `<img>`, and hand it to a later
    /// `fetch()` of the same URL, which fails for want of `Access-Control-Allow-Origin`.
    pub fn always_vary(mut self, always: bool) -> Self {
        self.settings_mut().always_vary = always;
        self
    }

    /// Adds CORS headers only to answers of the app whose status satisfies a condition.
    ///
    /// By default they go with every status: S3 sends them with errors, too, and a script sees
    /// the status of an answer only if they are there.
    ///
    /// ```
    /// # use actix_s3_cors::S3Cors;
    /// # use actix_web::http::StatusCode;
    /// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// let cors = S3Cors::from_text(cors_json)?
    ///     .add_headers_to(|status| status != StatusCode::NOT_MODIFIED);
    /// # Ok::<(), actix_s3_cors::ConfigError>(())
    /// ```
    pub fn add_headers_to(
        mut self,
        condition: impl Fn(StatusCode) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.settings_mut().add_headers_to = Some(StatusFn(Arc::new(condition)));
        self
    }

    /// Replaces the body of refusals. The function is given the refusal and the request id that
    /// is sent as `x-amz-request-id`; status and headers but for `Content-Type` stay as they are.
    ///
    /// By default the body is S3's XML.
    ///
    /// ```
    /// use actix_s3_cors::{RefusalBody, S3Cors};
    /// use actix_web::http::header::HeaderValue;
    ///
    /// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// let cors = S3Cors::from_text(cors_json)?.refusal_body(|refusal, request_id| RefusalBody {
    ///     content_type: HeaderValue::from_static("text/plain; charset=utf-8"),
    ///     body: format!("{} ({request_id})\n", refusal.reason()).into(),
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
