//! Files in, rules and findings out.

mod convert;
mod corpus;
mod function;
mod hostile;
mod property;
mod terraform;
