//! The layer and its options.

use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use s3_cors::{ConfigError, CorsConfiguration, CorsPolicy, PolicyProvider, Refusal};
use tower_layer::Layer;

use crate::body::{Same, Wrapped};
use crate::service::S3Cors;

/// A layer that answers CORS exactly as an S3 bucket with the same configuration does.
///
/// Cheap to clone. Where to put it is said on the [front page](crate#where-to-put-the-layer).
///
/// ```
/// use tower_s3_cors::S3CorsLayer;
///
/// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
/// let layer = S3CorsLayer::from_text(cors_json)?;
/// # let _: S3CorsLayer = layer;
/// # Ok::<(), tower_s3_cors::ConfigError>(())
/// ```
#[must_use]
pub struct S3CorsLayer<A = Wrapped> {
    settings: Arc<Settings>,
    bodies: PhantomData<fn() -> A>,
}

/// What the services of a layer share.
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

/// The body of a refusal in place of S3's XML, for [`S3CorsLayer::refusal_body`].
#[derive(Debug, Clone)]
pub struct RefusalBody {
    /// Sent as `Content-Type`.
    pub content_type: HeaderValue,
    /// The body.
    pub body: Bytes,
}

impl S3CorsLayer {
    /// A layer with a policy: a [`CorsPolicy`], or one that can be replaced while it is in use, a
    /// `SharedPolicy` of [`s3_cors`] with the feature `shared`.
    pub fn new(policy: impl Into<PolicyProvider>) -> Self {
        Self::with_settings(Arc::new(Settings {
            policy: policy.into(),
            forward_plain_options: false,
            always_vary: false,
            add_headers_to: None,
            refusal_body: None,
        }))
    }

    /// A layer with the configuration in a file, in any [dialect](s3_cors::Dialect).
    ///
    /// # Errors
    ///
    /// All problems of the file at once, each with its place and the cure.
    ///
    /// ```no_run
    /// # use tower_s3_cors::S3CorsLayer;
    /// let layer = S3CorsLayer::from_path("cors.json")?;
    /// # Ok::<(), tower_s3_cors::ConfigError>(())
    /// ```
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        CorsPolicy::from_path(path).map(Self::new)
    }

    /// A layer with the configuration in a text, in any [dialect](s3_cors::Dialect).
    ///
    /// # Errors
    ///
    /// All problems of the text at once, each with its place and the cure.
    pub fn from_text(text: &str) -> Result<Self, ConfigError> {
        CorsPolicy::from_text(text).map(Self::new)
    }
}

impl<A> S3CorsLayer<A> {
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
    /// # use tower_s3_cors::S3CorsLayer;
    /// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// let layer = S3CorsLayer::from_text(cors_json)?
    ///     .add_headers_to(|status| status != http::StatusCode::NOT_MODIFIED);
    /// # Ok::<(), tower_s3_cors::ConfigError>(())
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
    /// use http::HeaderValue;
    /// use tower_s3_cors::{RefusalBody, S3CorsLayer};
    ///
    /// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// let layer = S3CorsLayer::from_text(cors_json)?.refusal_body(|refusal, request_id| {
    ///     RefusalBody {
    ///         content_type: HeaderValue::from_static("text/plain; charset=utf-8"),
    ///         body: format!("{} ({request_id})\n", refusal.reason()).into(),
    ///     }
    /// });
    /// # Ok::<(), tower_s3_cors::ConfigError>(())
    /// ```
    pub fn refusal_body(
        mut self,
        body: impl Fn(&Refusal<'_>, &str) -> RefusalBody + Send + Sync + 'static,
    ) -> Self {
        self.settings_mut().refusal_body = Some(RefusalBodyFn(Arc::new(body)));
        self
    }

    /// Gives answers the inner service's own type of body, as long as that is made from
    /// [`Bytes`], instead of a [`ResponseBody`](crate::ResponseBody) around it.
    ///
    /// It changes no answer. In axum it saves one allocation per request: axum boxes every body
    /// that is not its own, and its own it knows only unwrapped.
    ///
    /// ```
    /// # use tower_s3_cors::S3CorsLayer;
    /// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// let layer = S3CorsLayer::from_text(cors_json)?.same_body();
    /// # Ok::<(), tower_s3_cors::ConfigError>(())
    /// ```
    pub fn same_body(self) -> S3CorsLayer<Same> {
        S3CorsLayer::with_settings(self.settings)
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> CorsPolicy {
        self.settings.policy.load().clone()
    }

    fn with_settings(settings: Arc<Settings>) -> Self {
        Self {
            settings,
            bodies: PhantomData,
        }
    }

    fn settings_mut(&mut self) -> &mut Settings {
        Arc::make_mut(&mut self.settings)
    }
}

impl<A> Clone for S3CorsLayer<A> {
    fn clone(&self) -> Self {
        Self::with_settings(Arc::clone(&self.settings))
    }
}

impl<A> fmt::Debug for S3CorsLayer<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3CorsLayer")
            .field("settings", &self.settings)
            .finish()
    }
}

impl<S, A> Layer<S> for S3CorsLayer<A> {
    type Service = S3Cors<S, A>;

    fn layer(&self, inner: S) -> S3Cors<S, A> {
        S3Cors::with_settings(inner, Arc::clone(&self.settings))
    }
}

impl From<CorsPolicy> for S3CorsLayer {
    fn from(policy: CorsPolicy) -> Self {
        Self::new(policy)
    }
}

impl TryFrom<&CorsConfiguration> for S3CorsLayer {
    type Error = ConfigError;

    fn try_from(config: &CorsConfiguration) -> Result<Self, ConfigError> {
        CorsPolicy::new(config).map(Self::new)
    }
}

impl std::str::FromStr for S3CorsLayer {
    type Err = ConfigError;

    /// The same as [`S3CorsLayer::from_text`].
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Self::from_text(text)
    }
}
