//! Where an adapter takes the policy for each request from.

use std::ops::Deref;

use crate::policy::CorsPolicy;
#[cfg(feature = "shared")]
use crate::reload::{SharedPolicy, StatusInForce};

/// Where an adapter takes the policy for each request from: a [`CorsPolicy`] that stays, or with
/// the feature `shared` a `SharedPolicy` that can be replaced.
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
    /// The policy in force. Load it once for each request: whatever comes of it then comes of
    /// one version of the rules.
    #[must_use]
    #[inline]
    pub fn load(&self) -> LoadedPolicy<'_> {
        LoadedPolicy(match &self.0 {
            Kind::Fixed(policy) => Loaded::Fixed(policy),
            #[cfg(feature = "shared")]
            Kind::Shared(shared) => Loaded::Shared(shared.load()),
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

/// The policy in force while a request is decided, for short use only.
#[derive(Debug)]
pub struct LoadedPolicy<'a>(Loaded<'a>);

#[derive(Debug)]
enum Loaded<'a> {
    Fixed(&'a CorsPolicy),
    #[cfg(feature = "shared")]
    Shared(StatusInForce),
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
