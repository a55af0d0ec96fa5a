//! The tool as its users run it: every command as a process, on good and on bad input.

mod check;
mod convert;
mod diff;
mod explain;
mod fake_server;
mod fetch;
mod generate;
mod probe;
mod readme;
mod run;
mod show;
mod transport;
mod ui;
