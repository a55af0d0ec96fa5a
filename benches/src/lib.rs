//! What is measured: the same requests with the same policies, handled by several subjects in three
//! groups.
//!
//! `measure` counts instructions and allocations, and `cargo bench` measures time.

pub mod app;
pub mod cases;
pub mod counted;
pub mod floor;
pub mod naive;
pub mod policies;
pub mod refusal;
pub mod requests;
pub mod subjects;

pub use cases::{CASES, Case};
pub use subjects::{Group, Kind, SentResponse, Subject};
