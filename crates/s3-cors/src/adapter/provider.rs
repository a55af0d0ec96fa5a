//! Where an adapter gets the policy for each request.

use std::ops::Deref;

use crate::policy::CorsPolicy;
#[cfg(feature = "shared")]
use crate::reload::{PolicyStatus, SharedPolicy};

/// Where an adapter gets the policy for each request: a fixed [`CorsPolicy`] or, with the feature
/// `shared`, a `SharedPolicy` that can be replaced.
///
/// ```
/// use s3_cors::CorsPolicy;
/// use s3_cors::adapter::PolicyProvider;
///
/// let provider = PolicyProvider::from(CorsPolicy::without_configuration());
/// assert_eq!(provider.load().rule_count(), 0);
/// ```
#[derive(Debug, Clone)]
pub struct PolicyProvider(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Fixed(CorsPolicy),
    #[cfg(feature = "shared")]
    Shared(SharedPolicy),
}

impl PolicyProvider {
    /// The policy in force. Load it once per request, so that the whole response follows one
    /// version of the rules.
    #[must_use]
    #[inline]
    pub fn load(&self) -> LoadedPolicy<'_> {
        LoadedPolicy(match &self.0 {
            Kind::Fixed(policy) => Loaded::Fixed(policy),
            #[cfg(feature = "shared")]
            Kind::Shared(shared) => Loaded::Shared(shared.status()),
        })
    }
}

impl From<CorsPolicy> for PolicyProvider {
    fn from(policy: CorsPolicy) -> Self {
        Self(Kind::Fixed(policy))
    }
}

#[cfg(feature = "shared")]
impl From<SharedPolicy> for PolicyProvider {
    fn from(shared: SharedPolicy) -> Self {
        Self(Kind::Shared(shared))
    }
}

#[cfg(feature = "shared")]
impl From<&SharedPolicy> for PolicyProvider {
    fn from(shared: &SharedPolicy) -> Self {
        shared.clone().into()
    }
}

/// The policy in force while a request is decided. Do not hold on to it.
#[derive(Debug)]
pub struct LoadedPolicy<'a>(Loaded<'a>);

#[derive(Debug)]
enum Loaded<'a> {
    Fixed(&'a CorsPolicy),
    #[cfg(feature = "shared")]
    Shared(std::sync::Arc<PolicyStatus>),
}

impl Deref for LoadedPolicy<'_> {
    type Target = CorsPolicy;

    #[inline]
    fn deref(&self) -> &CorsPolicy {
        match &self.0 {
            Loaded::Fixed(policy) => policy,
            #[cfg(feature = "shared")]
            Loaded::Shared(status) => status.policy(),
        }
    }
}
