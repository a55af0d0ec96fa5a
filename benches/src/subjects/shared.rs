//! Middleware that several threads use, as in a server: made once and cloned for each thread.

use actix_s3_cors::S3Cors;
use tower_s3_cors::S3CorsLayer;

use super::{Group, Subject, actix, tower};
use crate::cases::Case;

/// Our middleware with its policy.
#[derive(Debug)]
pub enum Shared {
    /// For tower.
    Tower(S3CorsLayer),
    /// For actix-web.
    Actix(S3Cors),
}

impl Shared {
    /// With the policy of a case, which may be replaceable.
    #[must_use]
    pub fn new(group: Group, case: &Case, replaceable: bool) -> Self {
        match group {
            Group::Tower | Group::Axum => Self::Tower(tower::ours(case, replaceable)),
            Group::Actix => Self::Actix(actix::ours(case, replaceable)),
        }
    }

    /// A subject for this thread.
    #[must_use]
    pub fn subject(&self, case: &Case) -> Box<dyn Subject> {
        match self {
            Self::Tower(layer) => tower::with_layer(layer, case),
            Self::Actix(middleware) => actix::with_middleware(middleware.clone(), case),
        }
    }
}
