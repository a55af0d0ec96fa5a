//! The tool as its users run it: every command as a process, on good and on bad input.

mod app;
mod check;
mod convert;
mod diff;
mod examples;
mod explain;
mod fake_server;
mod fetch;
mod formats;
mod generate;
mod harmless;
mod probe;
mod probe_faults;
mod probe_page;
mod readme;
mod run;
mod runners;
mod show;
mod templates;
mod transport;
mod ui;
