//! A string of a template, as far as it is known before deployment.

use std::fmt;

use crate::foreign::shown;

/// A string of a template: known, partly known (a literal prefix or suffix around a variable) or
/// unknown.
///
/// ```
/// use s3_cors_formats::{Knowledge, Value};
///
/// let value = Value::literal("https://").then(&Value::missing("var.domain"));
/// assert_eq!(value.knowledge(), Knowledge::Partly);
/// assert_eq!((value.prefix(), value.suffix()), ("https://", ""));
/// assert_eq!(value.to_string(), "https://${var.domain}");
/// assert_eq!(value.known(), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Value {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Part {
    Literal(String),
    /// What stands there instead of text, as the file writes it.
    Missing(String),
}

/// How much of a [`Value`] is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Knowledge {
    /// All of it.
    Known,
    /// A literal before, after or between what is not.
    Partly,
    /// Nothing.
    Unknown,
}

impl Value {
    /// A known value.
    #[must_use]
    pub fn literal(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() {
            return Self::default();
        }
        let parts = vec![Part::Literal(text)];
        Self { parts }
    }

    /// An unknown value, and what stands there in the file, such as `var.domain`.
    #[must_use]
    pub fn missing(name: impl Into<String>) -> Self {
        let parts = vec![Part::Missing(name.into())];
        Self { parts }
    }

    /// This value with another one after it.
    #[must_use]
    pub fn then(mut self, other: &Self) -> Self {
        for part in &other.parts {
            match (self.parts.last_mut(), part) {
                (Some(Part::Literal(text)), Part::Literal(more)) => text.push_str(more),
                _ => self.parts.push(part.clone()),
            }
        }
        self
    }

    /// How much is known.
    #[must_use]
    pub fn knowledge(&self) -> Knowledge {
        let literal = |part: &Part| matches!(part, Part::Literal(_));
        if self.parts.iter().all(literal) {
            Knowledge::Known
        } else if self.parts.iter().any(literal) {
            Knowledge::Partly
        } else {
            Knowledge::Unknown
        }
    }

    /// The text, if all of it is known.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The literal at its beginning.
    #[must_use]
    pub fn prefix(&self) -> &str {
        match self.parts.first() {
            Some(Part::Literal(text)) => text,
            _ => "",
        }
    }

    /// The literal at its end.
    #[must_use]
    pub fn suffix(&self) -> &str {
        match self.parts.last() {
            Some(Part::Literal(text)) => text,
            _ => "",
        }
    }

    /// All literals, in order.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(text) => Some(text.as_str()),
            Part::Missing(_) => None,
        })
    }

    /// What is not known, as the file writes it.
    pub fn missing_names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Missing(name) => Some(name.as_str()),
        })
    }
}

impl fmt::Display for Value {
    /// The text, with what is not known as `${…}`; safe to show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut whole = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => whole.push_str(text),
                Part::Missing(name) => {
                    whole.push_str("${");
                    whole.push_str(name);
                    whole.push('}');
                }
            }
        }
        f.write_str(&shown(&whole))
    }
}
