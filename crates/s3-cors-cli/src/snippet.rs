//! Findings, shown with the line of the file that they refer to.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use s3_cors::sanitize::sanitized;
use s3_cors_formats::{Finding, Position, Severity};

use crate::input::Input;
use crate::paint::{count, flat, shown};

/// The width to which lines are cut, whatever the output is.
const WIDTH: usize = 110;
/// Longer lines are cut before they are laid out, because layout takes time proportional to length.
const LONG: usize = 2000;
/// More findings than this are summed up in one line.
const MOST_SHOWN: usize = 100;
/// More related places of a finding than this are summed up in one line.
const MOST_RELATED: usize = 5;

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

/// The findings of a file, each with its line. If there are too many, the least severe are left out.
pub(crate) fn findings(input: &Input, findings: &[Finding]) -> String {
    let text = input.text();
    let mut indices: Vec<usize> = (0..findings.len()).collect();
    indices.sort_by_key(|&index| findings.get(index).map(|f| std::cmp::Reverse(f.severity)));
    let left_out = indices.split_off(indices.len().min(MOST_SHOWN)).len();
    indices.sort_unstable();
    let mut out = String::new();
    for finding in indices.into_iter().filter_map(|index| findings.get(index)) {
        out.push_str(&render(&input.name, &text, &of_finding(input, finding)));
    }
    if left_out > 0 {
        let left_out = count(left_out, "finding is", "findings are");
        out.push_str(&format!(
            "{left_out} not shown (use --format json to see all)\n\n"
        ));
    }
    out
}

fn of_finding<'a>(input: &Input, finding: &'a Finding) -> Shown<'a> {
    let rejection = finding.s3_error.iter();
    let mut notes: Vec<String> = rejection
        .map(|error| format!("S3 responds with {error}"))
        .collect();
    let related = finding.related.iter().take(MOST_RELATED);
    notes.extend(related.map(|one| format!("see {} on line {}", one.place, one.span.start.line)));
    if let more @ 1.. = finding.related.len().saturating_sub(MOST_RELATED) {
        notes.push(format!("and {more} more (use --format json to see all)"));
    }
    let deployed = finding.deployed.iter();
    notes.extend(deployed.map(|rule| format!("the bucket gets {rule}")));
    let place = finding.place.to_string();
    let label = match (input.names_buckets(), place.is_empty()) {
        (false, _) => place,
        (true, true) => finding.bucket.clone(),
        (true, false) => format!("{}: {place}", finding.bucket),
    };
    Shown {
        level: match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            _ => Level::INFO,
        },
        code: crate::json::code(finding),
        title: finding.text.clone(),
        position: finding.span.map(|span| span.start),
        // What is empty has no known end.
        end: finding
            .span
            .filter(|span| span.start != span.end)
            .map(|span| span.end.offset),
        label,
        help: Some(finding.help.clone()),
        notes,
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
