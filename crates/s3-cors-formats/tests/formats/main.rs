//! Files in, rules and findings out.

mod convert;
mod corpus;
