//! What the tests under `suite/` share: folders, logs, a real S3-compatible server, a proxy that
//! makes faults, and the runtime API of Lambda.

pub mod client;
pub mod configurations;
pub mod fake;
pub mod folder;
pub mod foreign;
pub mod lambda;
pub mod logs;
pub mod proxy;
pub mod server;
pub mod wait;
