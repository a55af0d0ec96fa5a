//! An actix-web middleware that answers CORS exactly as an Amazon S3 bucket does.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

mod future;
mod headers;
mod middleware;
mod service;

pub use future::ResponseFuture;
pub use middleware::{RefusalBody, S3Cors};
pub use s3_cors::{self, ConfigError, CorsConfiguration, CorsPolicy, Refusal};
pub use service::S3CorsMiddleware;
