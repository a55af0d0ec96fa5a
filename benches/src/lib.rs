//! What is measured: the same requests, answered under the same policies by several subjects in
//! three groups.
//!
//! The programs and benches of this package measure it: `measure` counts instructions and
//! allocations, `cargo bench` takes the time.

pub mod app;
pub mod cases;
pub mod floor;
pub mod naive;
pub mod policies;
pub mod refusal;
pub mod requests;
pub mod subjects;

pub use cases::{CASES, Case};
pub use subjects::{Answer, Group, Kind, Subject};
