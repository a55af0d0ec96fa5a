//! Places in a configuration.

use std::borrow::Cow;
use std::fmt;

use crate::sanitize::excerpt;

/// A place in a configuration, named as in S3's JSON whatever the file's dialect is:
/// `CORSRules[1].AllowedOrigins[0]`. Empty for the document as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    rule: Option<usize>,
    key: Option<Cow<'static, str>>,
    entry: Option<usize>,
    position: Option<Position>,
}

impl Place {
    /// A rule, counted from 0.
    ///
    /// ```
    /// # use s3_cors::Place;
    /// assert_eq!(Place::of_rule(1).to_string(), "CORSRules[1]");
    /// ```
    #[must_use]
    pub fn of_rule(rule: usize) -> Self {
        Self {
            rule: Some(rule),
            ..Self::document()
        }
    }

    /// A member of a rule, by its name in S3's JSON.
    ///
    /// ```
    /// # use s3_cors::Place;
    /// let place = Place::of_member(1, "AllowedHeaders");
    /// assert_eq!(place.to_string(), "CORSRules[1].AllowedHeaders");
    /// ```
    #[must_use]
    pub fn of_member(rule: usize, key: impl Into<Cow<'static, str>>) -> Self {
        Self::of_rule(rule).key_in_rule(key)
    }

    /// An entry of a rule's list, counted from 0; the list by its name in S3's JSON.
    ///
    /// ```
    /// # use s3_cors::Place;
    /// let place = Place::of_entry(1, "AllowedOrigins", 0);
    /// assert_eq!(place.to_string(), "CORSRules[1].AllowedOrigins[0]");
    /// ```
    #[must_use]
    pub fn of_entry(rule: usize, key: impl Into<Cow<'static, str>>, entry: usize) -> Self {
        Self::of_member(rule, key).entry_at(entry)
    }

    /// The document as a whole.
    #[must_use]
    pub const fn document() -> Self {
        Self {
            rule: None,
            key: None,
            entry: None,
            position: None,
        }
    }

    /// A key of the document outside any rule.
    pub(crate) fn key_of_document(key: impl Into<Cow<'static, str>>) -> Self {
        Self {
            key: Some(key.into()),
            ..Self::document()
        }
    }

    pub(crate) fn key_in_rule(self, key: impl Into<Cow<'static, str>>) -> Self {
        Self {
            key: Some(key.into()),
            ..self
        }
    }

    pub(crate) fn entry_at(self, index: usize) -> Self {
        Self {
            entry: Some(index),
            ..self
        }
    }

    pub(crate) fn at(self, position: Position) -> Self {
        Self {
            position: Some(position),
            ..self
        }
    }

    /// This place, its member and its rule, without positions.
    pub(crate) fn enclosing(&self) -> [Self; 3] {
        let entry = Self {
            position: None,
            ..self.clone()
        };
        let member = Self {
            entry: None,
            ..entry.clone()
        };
        let rule = Self {
            key: None,
            ..member.clone()
        };
        [entry, member, rule]
    }

    /// The rule, counted from 0.
    #[must_use]
    pub fn rule(&self) -> Option<usize> {
        self.rule
    }

    /// The member of the rule, such as `AllowedOrigins`, or an unknown key.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The entry of the member's list, counted from 0.
    #[must_use]
    pub fn entry(&self) -> Option<usize> {
        self.entry
    }

    /// Line and column, if the configuration was read from text.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.position
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(rule) = self.rule {
            write!(f, "CORSRules[{rule}]")?;
        }
        if let Some(key) = &self.key {
            if self.rule.is_some() {
                f.write_str(".")?;
            }
            f.write_str(&excerpt(key))?;
        }
        if let Some(entry) = self.entry {
            write!(f, "[{entry}]")?;
        }
        Ok(())
    }
}

/// A position in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// The offset in bytes, counted from 0. A byte order mark does not count.
    pub offset: usize,
}

/// Finds the positions of ascending byte offsets in one pass over the text.
pub(crate) struct Positions<'t> {
    text: &'t str,
    last: Position,
}

impl<'t> Positions<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let last = Position {
            line: 1,
            column: 1,
            offset: 0,
        };
        Self { text, last }
    }

    /// The position of an offset, which must not be smaller than the previous one; the end of the
    /// text if the offset lies beyond it.
    pub(crate) fn at(&mut self, offset: usize) -> Position {
        let rest = self.text.get(self.last.offset..).unwrap_or_default();
        let passed = rest
            .get(..offset.saturating_sub(self.last.offset))
            .unwrap_or(rest);
        for character in passed.chars() {
            if character == '\n' {
                self.last.line += 1;
                self.last.column = 1;
            } else {
                self.last.column += 1;
            }
        }
        self.last.offset += passed.len();
        self.last
    }
}

impl fmt::Display for Position {
    /// `line:column`, as compilers write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
