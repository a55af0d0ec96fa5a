//! What a stranger finds on crates.io, docs.rs and the repository's pages: every link leads
//! somewhere, and every crate says what those sites need to know.

mod contributing;
mod links;
mod metadata;
mod repository;
mod rustdoc;
