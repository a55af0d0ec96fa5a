//! The layer and its options.

use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use s3_cors::adapter::{DecisionEvent, Observer, PolicyProvider, ShadowDifference};
use s3_cors::{ConfigError, CorsConfiguration, CorsPolicy, Refusal};
use tower_layer::Layer;

use crate::body::{InnerBody, WrappedBody};
use crate::service::S3Cors;

/// A layer that handles CORS exactly as an S3 bucket with the same configuration does.
///
/// Cheap to clone. The [front page](crate#where-to-put-the-layer) says where to put it.
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
pub struct S3CorsLayer<A = InnerBody> {
    settings: Arc<Settings>,
    bodies: PhantomData<fn() -> A>,
}

/// What the services of a layer share.
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

/// The body of a refusal in place of S3's XML, for [`S3CorsLayer::refusal_body`].
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

impl S3CorsLayer {
    /// Creates a layer with a policy: a [`CorsPolicy`]; with the feature `shared`, a `SharedPolicy`,
    /// which can be replaced while it is in use; or a [`PolicyProvider`] that selects a policy for
    /// each request.
    pub fn new(policy: impl Into<PolicyProvider>) -> Self {
        Self::with_settings(Arc::new(Settings {
            policy: policy.into(),
            forward_non_preflight_options: false,
            always_vary: false,
            cors_headers_if_status: None,
            refusal_body: None,
            observer: None,
        }))
    }

    /// Creates a layer with the configuration in a file, in any [dialect](s3_cors::Dialect).
    ///
    /// # Errors
    ///
    /// All problems of the file at once, each with its place and how to fix it.
    ///
    /// ```no_run
    /// # use tower_s3_cors::S3CorsLayer;
    /// let layer = S3CorsLayer::from_path("cors.json")?;
    /// # Ok::<(), tower_s3_cors::ConfigError>(())
    /// ```
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        CorsPolicy::from_path(path).map(Self::new)
    }

    /// Creates a layer with the configuration in a string, in any [dialect](s3_cors::Dialect).
    ///
    /// # Errors
    ///
    /// All problems of the text at once, each with its place and how to fix it.
    pub fn from_text(text: &str) -> Result<Self, ConfigError> {
        CorsPolicy::from_text(text).map(Self::new)
    }
}

impl<A> S3CorsLayer<A> {
    /// Forwards `OPTIONS` requests that are not preflights to the app: those without `Origin` or
    /// without `Access-Control-Request-Method`. For apps that use `OPTIONS` themselves, as WebDAV
    /// and TUS do. The response gets no CORS headers, and those that the app sets are removed.
    /// Preflights still never reach the app.
    ///
    /// By default the layer refuses such requests, as S3 does: with status 400 if there is no
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
    /// # use tower_s3_cors::S3CorsLayer;
    /// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// let layer = S3CorsLayer::from_text(cors_json)?
    ///     .cors_headers_if_status(|status| status != http::StatusCode::NOT_MODIFIED);
    /// # Ok::<(), tower_s3_cors::ConfigError>(())
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
    /// use http::HeaderValue;
    /// use tower_s3_cors::{RefusalBody, S3CorsLayer};
    ///
    /// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// let layer = S3CorsLayer::from_text(cors_json)?.refusal_body(|refusal, request_id| {
    ///     let text = HeaderValue::from_static("text/plain; charset=utf-8");
    ///     RefusalBody::new(text, format!("{} ({request_id})\n", refusal.reason()))
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

    /// Calls a function for every decision, for metrics: what was decided and why, which rule
    /// allows it, and the version of the rules. Nothing in it is the request's own text.
    ///
    /// ```
    /// # use tower_s3_cors::S3CorsLayer;
    /// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// let layer = S3CorsLayer::from_text(cors_json)?.on_decision(|event| {
    ///     let reason = event.reason.map_or("", |reason| reason.as_str());
    ///     println!("{} {reason}", event.outcome.as_str());
    /// });
    /// # Ok::<(), tower_s3_cors::ConfigError>(())
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
    /// # use tower_s3_cors::{S3CorsLayer, CorsPolicy};
    /// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// # let next_json = cors_json;
    /// let next = CorsPolicy::from_text(next_json)?;
    /// let layer = S3CorsLayer::from_text(cors_json)?
    ///     .shadow(next, |difference| println!("{}: {difference}", difference.request.path()));
    /// # Ok::<(), tower_s3_cors::ConfigError>(())
    /// ```
    pub fn shadow(
        mut self,
        policy: impl Into<PolicyProvider>,
        call: impl Fn(&ShadowDifference<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.settings_mut().observer_mut().shadow(policy, call);
        self
    }

    /// Gives responses a [`ResponseBody`](crate::ResponseBody) around the inner service's body,
    /// which can then be of any type.
    ///
    /// By default responses have the inner service's own type of body, which must implement
    /// `Default + From<Bytes>`. axum's body does; tonic's body and boxed bodies do not. The bytes
    /// sent are the same in both cases.
    ///
    /// ```
    /// # use tower_s3_cors::S3CorsLayer;
    /// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// let layer = S3CorsLayer::from_text(cors_json)?.wrap_body();
    /// # Ok::<(), tower_s3_cors::ConfigError>(())
    /// ```
    pub fn wrap_body(self) -> S3CorsLayer<WrappedBody> {
        S3CorsLayer::with_settings(self.settings)
    }

    /// Wraps a service. The same as [`Layer::layer`], without importing a trait.
    ///
    /// ```
    /// # use tower_s3_cors::S3CorsLayer;
    /// # let cors_json = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#;
    /// # let router = ();
    /// let service = S3CorsLayer::from_text(cors_json)?.always_vary(true).wrap(router);
    /// # Ok::<(), tower_s3_cors::ConfigError>(())
    /// ```
    pub fn wrap<S>(&self, inner: S) -> S3Cors<S, A> {
        S3Cors::with_settings(inner, Arc::clone(&self.settings))
    }

    /// The policy in force; that of a bucket that does not exist if policies are selected by
    /// request.
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
        self.wrap(inner)
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
