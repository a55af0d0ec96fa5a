//! Rules that are replaced while they are in use.

mod memory;
mod requests;
mod servers;
mod torn_reads;
