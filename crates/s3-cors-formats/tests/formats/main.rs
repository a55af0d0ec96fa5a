//! Files in, rules and findings out.

mod convert;
mod corpus;
mod evaluate;
mod function;
mod hostile;
mod property;
mod recognise;
mod terraform;
mod variables;
