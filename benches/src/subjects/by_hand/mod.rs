//! Middlewares for the floor and the loop over rules, in both generations of the `http` crate.

pub mod http02;
pub mod http1;
