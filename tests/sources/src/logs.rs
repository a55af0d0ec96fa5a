//! What a program's log would say.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

use crate::client::assert_no_credentials;

/// Writes events down, those of every crate, with all of their fields.
#[derive(Debug, Clone, Default)]
pub struct Logs(Arc<Mutex<Vec<Said>>>);

/// How loud, by whom, and what.
type Said = (Level, &'static str, String);

impl Logs {
    /// Writes down what this thread says until the guard is dropped.
    ///
    /// # Panics
    ///
    /// If somebody else has set a global subscriber.
    #[must_use]
    pub fn hear(&self) -> DefaultGuard {
        static ONCE: Once = Once::new();
        // While there is but one subscriber, a message that another thread says first is taken
        // for one that nobody ever wants to hear.
        ONCE.call_once(|| tracing::subscriber::set_global_default(Deaf).expect("none so far"));
        tracing::subscriber::set_default(self.clone())
    }

    /// Everything written down by now, one line for each event, fields included.
    ///
    /// # Panics
    ///
    /// If a thread panicked while writing.
    #[must_use]
    pub fn everything(&self) -> String {
        self.check();
        let events = self.0.lock().expect("no panic");
        let lines = events
            .iter()
            .map(|(level, target, line)| format!("{level} {target}: {line}\n"));
        lines.collect()
    }

    /// The messages of the sources' own crate at a level, without fields.
    ///
    /// # Panics
    ///
    /// If a thread panicked while writing.
    #[must_use]
    pub fn messages(&self, level: Level) -> Vec<String> {
        self.check();
        let events = self.0.lock().expect("no panic");
        let ours = events
            .iter()
            .filter(|(at, target, _)| *at == level && target.starts_with("s3_cors_sources"));
        ours.map(|(_, _, line)| line.split(" | ").next().unwrap_or_default().to_owned())
            .collect()
    }
}

impl Logs {
    /// Whatever a test looks for, the sources have told no credentials.
    #[track_caller]
    fn check(&self) {
        let events = self.0.lock().expect("no panic");
        for (_, target, line) in &*events {
            if target.starts_with("s3_cors_sources") {
                assert_no_credentials(line);
            }
        }
    }
}

impl Subscriber for Logs {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let metadata = event.metadata();
        let line = format!("{} | {}", line.message, line.fields);
        let mut events = self.0.lock().expect("no panic");
        events.push((*metadata.level(), metadata.target(), line));
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut line = Line::default();
        attributes.record(&mut line);
        let metadata = attributes.metadata();
        let mut events = self.0.lock().expect("no panic");
        events.push((*metadata.level(), metadata.target(), line.fields));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line::default();
        values.record(&mut line);
        let mut events = self.0.lock().expect("no panic");
        events.push((Level::TRACE, "", line.fields));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Wants to hear everything, and keeps nothing.
struct Deaf;

impl Subscriber for Deaf {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, _: &Event<'_>) {}
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            write!(self.fields, "{field}={value:?} ").expect("memory");
        }
    }
}
