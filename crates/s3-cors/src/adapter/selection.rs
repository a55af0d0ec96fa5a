//! The policy of one request, chosen by its head.

use std::fmt;
use std::sync::Arc;

use super::RequestHead;
use crate::policy::CorsPolicy;
#[cfg(feature = "shared")]
use crate::reload::{SharedPolicy, StatusInForce};
use crate::request::ResourceType;

/// What decides a request: a policy, or nothing because the request belongs to something else.
///
/// For [`PolicyProvider::selected_by`](super::PolicyProvider::selected_by). Making one allocates
/// nothing: policies are shared, not copied.
#[derive(Debug, Clone)]
#[must_use]
pub struct Selection(pub(super) Option<Selected>);

/// A policy that was selected, and what the request's path names.
#[derive(Debug, Clone)]
pub(super) struct Selected {
    pub(super) policy: SelectedPolicy,
    pub(super) resource_type: Option<ResourceType>,
}

#[derive(Debug)]
pub(super) enum SelectedPolicy {
    Fixed(CorsPolicy),
    #[cfg(feature = "shared")]
    Status(StatusInForce),
}

impl Clone for SelectedPolicy {
    fn clone(&self) -> Self {
        match self {
            Self::Fixed(policy) => Self::Fixed(policy.clone()),
            #[cfg(feature = "shared")]
            Self::Status(status) => Self::Status(StatusInForce::from_inner(Arc::clone(status))),
        }
    }
}

impl Selection {
    /// The request passes through untouched, `OPTIONS` included: it reaches the app, and the
    /// app's own CORS headers stay in the response.
    ///
    /// This is for requests that are no business of these policies. For a bucket that does not
    /// exist there is [`without_bucket`](Self::without_bucket).
    pub const fn pass_through() -> Self {
        Self(None)
    }

    /// The request is decided by this policy, of which the version in force counts: a
    /// [`CorsPolicy`], or with the feature `shared` a `SharedPolicy`.
    pub fn by(policy: impl Into<Self>) -> Self {
        policy.into()
    }

    /// The request names no bucket, or one that does not exist: preflights are refused with
    /// "Bucket not found", other requests get no CORS header (F55).
    pub const fn without_bucket() -> Self {
        Self::of(SelectedPolicy::Fixed(CorsPolicy::without_bucket()))
    }

    /// Sets what the request's path names, for the body of a refusal. By default `/` is the bucket
    /// and every other path an object.
    pub fn resource_type(mut self, resource_type: ResourceType) -> Self {
        if let Some(selected) = &mut self.0 {
            selected.resource_type = Some(resource_type);
        }
        self
    }

    const fn of(policy: SelectedPolicy) -> Self {
        Self(Some(Selected {
            policy,
            resource_type: None,
        }))
    }
}

impl From<CorsPolicy> for Selection {
    fn from(policy: CorsPolicy) -> Self {
        Self::of(SelectedPolicy::Fixed(policy))
    }
}

impl From<&CorsPolicy> for Selection {
    fn from(policy: &CorsPolicy) -> Self {
        policy.clone().into()
    }
}

#[cfg(feature = "shared")]
impl From<&SharedPolicy> for Selection {
    fn from(policy: &SharedPolicy) -> Self {
        Self::of(SelectedPolicy::Status(policy.load()))
    }
}

impl SelectedPolicy {
    pub(super) fn version(&self) -> Option<u64> {
        match self {
            Self::Fixed(_) => None,
            #[cfg(feature = "shared")]
            Self::Status(status) => Some(status.version()),
        }
    }

    pub(super) fn policy(&self) -> &CorsPolicy {
        match self {
            Self::Fixed(policy) => policy,
            #[cfg(feature = "shared")]
            Self::Status(status) => status.policy(),
        }
    }
}

/// A function that selects.
#[derive(Clone)]
pub(super) struct Selector(Arc<Select>);

type Select = dyn Fn(&dyn RequestHead) -> Selection + Send + Sync;

impl Selector {
    pub(super) fn new(
        select: impl Fn(&dyn RequestHead) -> Selection + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(select))
    }

    pub(super) fn select(&self, request: &dyn RequestHead) -> Option<Selected> {
        (self.0)(request).0
    }
}

impl fmt::Debug for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Selector")
    }
}
