//! Where in a configuration something stands.

use std::borrow::Cow;
use std::fmt;

use crate::dialect::Member;

/// A place in a configuration, named as in S3's JSON form whatever the file's own form is:
/// `CORSRules[1].AllowedOrigins[0]`. Empty for the document as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    rule: Option<usize>,
    key: Option<Cow<'static, str>>,
    entry: Option<usize>,
    position: Option<Position>,
}

impl Place {
    pub(crate) const fn document() -> Self {
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

    pub(crate) fn rule_at(index: usize) -> Self {
        Self {
            rule: Some(index),
            ..Self::document()
        }
    }

    pub(crate) fn member(self, member: Member) -> Self {
        self.key_in_rule(member.s3_key())
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

    /// Whether `other` is this place or lies inside it.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.rule == other.rule
            && (self.key.is_none() || self.key == other.key)
            && (self.entry.is_none() || self.entry == other.entry)
    }

    /// The rule, counted from 0.
    #[must_use]
    pub fn rule(&self) -> Option<usize> {
        self.rule
    }

    /// The member of the rule, such as `AllowedOrigins`, or the unknown key in its stead.
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
            f.write_str(key)?;
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
    /// The offset in bytes from the text's beginning, or from the end of its byte order mark if it
    /// has one; counted from 0.
    pub offset: usize,
}

impl Position {
    /// The position of a byte offset; the text's end if the offset lies beyond it.
    pub(crate) fn of(offset: usize, text: &str) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or("").chars().count() + 1,
            offset: before.len(),
        }
    }
}

impl fmt::Display for Position {
    /// `line:column`, as compilers write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
