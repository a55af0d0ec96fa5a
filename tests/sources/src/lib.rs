//! What the tests under `suite/` share: folders, logs, a real S3-compatible server, and a proxy
//! that makes faults.

pub mod configurations;
pub mod folder;
pub mod logs;
pub mod wait;
