//! Files in, rules and findings out.

mod behind;
mod convert;
mod corpus;
mod evaluate;
mod findings;
mod function;
mod hostile;
mod mutated;
mod property;
mod recognise;
mod terraform;
mod variables;
