//! Lines and columns of the user's own file.

use std::fmt;
use std::ops::Range;

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

impl fmt::Display for Position {
    /// `line:column`, as compilers write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A stretch of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Span {
    /// Its first character.
    pub start: Position,
    /// The character after its last.
    pub end: Position,
}

/// The beginnings of a text's lines, to find positions in any order, however long the lines are.
#[derive(Debug, Clone)]
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// How many characters begin before each block of bytes.
    characters: Vec<usize>,
}

const BLOCK: usize = 1024;

fn begins_character(byte: &u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let after_newlines = text.match_indices('\n').map(|(offset, _)| offset + 1);
        Self {
            text,
            starts: [0].into_iter().chain(after_newlines).collect(),
            characters: text
                .as_bytes()
                .chunks(BLOCK)
                .scan(0, |before, block| {
                    let so_far = *before;
                    *before += block.iter().filter(|byte| begins_character(byte)).count();
                    Some(so_far)
                })
                .collect(),
        }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = (offset / BLOCK).min(self.characters.len().saturating_sub(1));
        let before = self.characters.get(block).copied().unwrap_or(0);
        let rest = self
            .text
            .as_bytes()
            .get(block * BLOCK..offset)
            .unwrap_or_default();
        before + rest.iter().filter(|byte| begins_character(byte)).count()
    }

    pub(crate) fn position(&self, offset: usize) -> Position {
        let offset = floor_char_boundary(self.text, offset);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|at| self.starts.get(at));
        let start = self.characters_before(start.copied().unwrap_or(0));
        Position {
            line,
            column: self.characters_before(offset) - start + 1,
            offset,
        }
    }

    pub(crate) fn span(&self, range: &Range<usize>) -> Span {
        Span {
            start: self.position(range.start),
            end: self.position(range.end.max(range.start)),
        }
    }

    /// The offset of a line and a column in bytes, both counted from 1, as parsers report them.
    pub(crate) fn offset(&self, line: usize, column: usize) -> usize {
        let start = line.checked_sub(1).and_then(|at| self.starts.get(at));
        let offset = start.copied().unwrap_or(self.text.len()) + column.saturating_sub(1);
        offset.min(self.text.len())
    }
}

fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn columns_count_characters_and_lines_begin_after_newlines() {
        let lines = Lines::new("äb\nc\n\nd");
        for (offset, expected) in [
            (0, "1:1"),
            (2, "1:2"),
            (3, "1:3"),
            (4, "2:1"),
            (6, "3:1"),
            (7, "4:1"),
            (99, "4:2"),
        ] {
            assert_eq!(lines.position(offset).to_string(), expected, "{offset}");
        }
    }

    #[test]
    fn long_lines_are_counted_in_blocks() {
        let text = format!("é\n{}", "ü".repeat(3000));
        let lines = Lines::new(&text);
        assert_eq!(lines.position(3 + 2 * 2500).to_string(), "2:2501");
        assert_eq!(lines.position(text.len()).to_string(), "2:3001");
    }
}
