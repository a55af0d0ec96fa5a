//! What the tests under `suite/` share: folders, logs, a real S3-compatible server, and a proxy
//! that makes faults.

pub mod client;
pub mod configurations;
pub mod fake;
pub mod folder;
pub mod foreign;
pub mod logs;
pub mod proxy;
pub mod server;
pub mod wait;
