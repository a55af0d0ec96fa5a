//! Configurations loaded and compiled, as subjects: a call is one of either.

use s3_cors::{CorsConfiguration, CorsPolicy};

use super::{SentResponse, Subject};
use crate::policies::texts;

/// What is done with a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Read and check its text.
    Load,
    /// Compile it.
    Compile,
}

impl Step {
    /// Both steps.
    pub const ALL: [Self; 2] = [Self::Load, Self::Compile];

    /// The name on command lines and in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Compile => "compile",
        }
    }
}

/// A step with the configuration of a name in [`texts`].
#[must_use]
pub fn subject(step: Step, name: &str) -> Option<Box<dyn Subject>> {
    let (_, text) = texts().into_iter().find(|(known, _)| *known == name)?;
    let configuration = CorsConfiguration::from_text(&text).ok()?;
    Some(Box::new(Loading {
        step,
        text,
        configuration,
    }))
}

struct Loading {
    step: Step,
    text: String,
    configuration: CorsConfiguration,
}

impl Subject for Loading {
    fn prepare(&mut self, _: usize) {}

    fn call(&mut self) -> u16 {
        let done = match self.step {
            Step::Load => CorsConfiguration::from_text(&self.text).is_ok(),
            Step::Compile => CorsPolicy::new(&self.configuration).is_ok(),
        };
        if done { 200 } else { 500 }
    }

    fn respond(&mut self) -> SentResponse {
        SentResponse {
            status: self.call(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }
}
