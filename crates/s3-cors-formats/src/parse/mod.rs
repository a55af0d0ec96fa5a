//! Text → tree. Each parser is bounded in depth, size and time, whatever it is given.

pub(crate) mod hcl;
pub(crate) mod json;
pub(crate) mod yaml;

/// Deeper nesting than any template has.
pub(crate) const MOST_LEVELS: usize = 100;

/// Why a text cannot be parsed.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    pub(crate) message: String,
    pub(crate) offset: usize,
}

impl SyntaxError {
    pub(crate) fn new(message: impl Into<String>, offset: usize) -> Self {
        let message = message.into();
        Self { message, offset }
    }

    pub(crate) fn too_deep(offset: usize) -> Self {
        Self::new(
            format!("nested more than {MOST_LEVELS} levels deep"),
            offset,
        )
    }
}
