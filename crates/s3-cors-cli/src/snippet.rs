//! Findings, shown with the line of the file that they refer to.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use s3_cors::sanitize::sanitized;
use s3_cors::{ConfigError, Position, Problem};

use crate::input::Input;
use crate::paint::{count, flat, shown};

/// The width to which lines are cut, whatever the output is.
const WIDTH: usize = 110;
/// Longer lines are cut before they are laid out, because layout takes time proportional to length.
const LONG: usize = 2000;
/// More findings than this are summed up in one line.
const MOST_SHOWN: usize = 100;

/// One finding as it is shown.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    pub(crate) level: Level<'static>,
    /// The finding's code, if it has one.
    pub(crate) code: Option<&'a str>,
    pub(crate) title: String,
    /// Where it starts and, if known, ends.
    pub(crate) position: Option<Position>,
    pub(crate) end: Option<usize>,
    /// The name of the place.
    pub(crate) label: String,
    pub(crate) help: Option<String>,
    pub(crate) notes: Vec<String>,
}

/// The problems of a file, each with its line.
pub(crate) fn problems(input: &Input, error: &ConfigError) -> String {
    let text = input.text();
    let problems = error.problems();
    let mut out = String::new();
    for problem in problems.iter().take(MOST_SHOWN) {
        out.push_str(&render(&input.name, &text, &of_problem(problem)));
    }
    if let more @ 1.. = problems.len().saturating_sub(MOST_SHOWN) {
        let more = count(more, "more error", "more errors");
        out.push_str(&format!("and {more}\n\n"));
    }
    out
}

fn of_problem(problem: &Problem) -> Shown<'static> {
    let s3_error = problem.s3_error();
    Shown {
        level: Level::ERROR,
        code: None,
        title: problem.kind().to_string(),
        position: problem.place().position(),
        end: None,
        label: problem.place().to_string(),
        help: Some(problem.help()),
        notes: s3_error
            .map(|error| format!("S3 responds with {error}"))
            .into_iter()
            .collect(),
    }
}

/// A finding, followed by an empty line.
pub(crate) fn render(file: &str, text: &str, finding: &Shown<'_>) -> String {
    let mut title = finding.level.clone().primary_title(flat(&finding.title));
    if let Some(code) = finding.code {
        title = title.id(code.to_owned());
    }
    let mut group = Group::with_title(title);
    match finding.position {
        Some(position) => {
            let Excerpt {
                source,
                marked,
                whole_line,
            } = Excerpt::around(text, position.offset, finding.end);
            if !whole_line {
                let origin = Origin::path(file).line(position.line);
                group = group.element(origin.char_column(position.column));
            }
            let snippet = Snippet::source(source)
                .path(whole_line.then_some(file))
                .line_start(position.line)
                .fold(false)
                .annotation(
                    AnnotationKind::Primary
                        .span(marked)
                        .label(shown(finding.label.as_bytes())),
                );
            group = group.element(snippet);
        }
        None => group = group.element(Origin::path(file)),
    }
    let mut notes = Vec::new();
    if let Some(help) = &finding.help {
        notes.push(Level::HELP.message(flat(help)));
    }
    for note in &finding.notes {
        notes.push(Level::NOTE.message(flat(note)));
    }
    let group = group.elements(notes);
    Renderer::styled().term_width(WIDTH).render(&[group]) + "\n\n"
}

/// A line of a text, or the relevant part of it, and the part to mark.
struct Excerpt {
    source: String,
    marked: Range<usize>,
    whole_line: bool,
}

impl Excerpt {
    fn around(text: &str, offset: usize, end: Option<usize>) -> Self {
        let offset = floor(text, offset);
        let begin = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let rest = &text[offset..];
        let line_end = offset + rest.find('\n').unwrap_or(rest.len());
        let line_end = begin + text[begin..line_end].trim_end_matches('\r').len();
        let offset = offset.min(line_end);
        let end = end.unwrap_or_else(|| offset + token_length(&text[offset..line_end]));
        let end = floor(text, end).clamp(offset, line_end);

        // A minified file is one long line.
        let (mut from, mut to) = (begin, line_end);
        let whole_line = line_end - begin <= LONG;
        if !whole_line {
            from = floor(text, offset.saturating_sub(WIDTH / 3).max(begin));
            to = floor(text, (from + WIDTH).min(line_end));
        }
        let end = end.clamp(offset, to.max(offset));
        let before = if from > begin { "… " } else { "" };
        let after = if to < line_end { " …" } else { "" };
        // Each part separately, because sanitizing changes lengths.
        let mut source = format!("{before}{}", sanitized(&text[from..offset]));
        let start = source.len();
        source += &sanitized(&text[offset..end]);
        let marked = start..source.len();
        source += &sanitized(&text[end..to.max(end)]);
        source += after;
        Self {
            source,
            marked,
            whole_line,
        }
    }
}

/// The length of the JSON or XML token at the start of a text.
fn token_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    match bytes.first() {
        None => 0,
        Some(b'"') => {
            let mut escaped = false;
            let closing = bytes.iter().skip(1).position(|&byte| {
                let closes = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                closes
            });
            closing.map_or(bytes.len(), |at| at + 2)
        }
        Some(b'<') => rest.find('>').map_or(rest.len(), |at| at + 1),
        Some(b'[' | b'{' | b']' | b'}' | b',') => 1,
        Some(_) => rest
            .find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}' | '<'))
            .unwrap_or(rest.len())
            .max(rest.chars().next().map_or(0, char::len_utf8)),
    }
}

/// The nearest character boundary at or before an offset.
fn floor(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or_default()
}
