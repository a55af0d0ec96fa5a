//! `s3-cors show`: who may do what, at a glance.

use std::fmt::Write;

use s3_cors::limits::SUPPORTED_METHODS;
use s3_cors::{CorsConfiguration, Mismatch};
use s3_cors_analysis::matrix::{Cell, Grant, Matrix, Row};
use serde::Serialize;

use crate::args::{Format, Show};
use crate::input::Input;
use crate::paint::{BAD, BOLD, GOOD, count, flat, paint, shown};
use crate::report::{Report, Verdict};
use crate::{json, usable};

/// More entries than this are summed up in one line.
const MOST_ENTRIES: usize = 8;
/// The width to which an entry is cut.
const WIDEST: usize = 44;
/// The width of a column.
const COLUMN: usize = 8;

pub(crate) fn run(args: &Show, format: Format) -> Report {
    report(Input::read(&args.file, &args.pick), format)
}

pub(crate) fn report(input: Input, format: Format) -> Report {
    let (input, configuration) = match usable::of("show", input, format) {
        Ok(usable) => usable,
        Err(report) => return report,
    };
    let matrix = match Matrix::new(&configuration) {
        Ok(matrix) => matrix,
        Err(error) => return usable::failure("show", &error.to_string(), format),
    };
    match format {
        Format::Text => {
            let text = text(&input.name, &configuration, &matrix);
            usable::with_notes(Report::on_stdout(text, Verdict::Fine), &[&input], format)
        }
        Format::Json => {
            let document = document(&input, &configuration, &matrix);
            json::report("show", Verdict::Fine, document)
        }
    }
}

fn text(name: &str, configuration: &CorsConfiguration, matrix: &Matrix) -> String {
    let names: Vec<Vec<String>> = matrix.rows.iter().map(names).collect();
    let width = names.iter().flatten().map(|name| name.chars().count());
    let width = width.max().unwrap_or_default();
    let mut out = String::new();
    let heads: String = SUPPORTED_METHODS.map(|m| format!("{m:COLUMN$}")).concat();
    let heads = format!("{:width$}  {}", "", heads.trim_end());
    let _ = writeln!(out, "{}", paint(BOLD, heads));
    for (row, names) in matrix.rows.iter().zip(&names) {
        let mut names = names.iter();
        let first = names.next().map_or("", String::as_str);
        let cells: Vec<String> = row.cells.iter().map(in_table).collect();
        let cells = cells.concat();
        let _ = writeln!(out, "{first:width$}  {}", cells.trim_end());
        for name in names {
            let _ = writeln!(out, "{name}");
        }
    }
    out.push('\n');
    for (index, rule) in configuration.cors_rules.iter().enumerate() {
        let grant = matrix
            .rows
            .iter()
            .flat_map(|row| &row.cells)
            .flat_map(|cell| &cell.grants)
            .find(|grant| grant.rule == index);
        let id = rule.id.as_deref();
        let id = id.map_or_else(String::new, |id| format!(" ({})", shown(id.as_bytes())));
        let what = grant.map_or_else(
            || "never used: earlier rules respond to all its requests".into(),
            |grant| flat(&grant.to_string()),
        );
        let name = paint(BOLD, format!("[{index}]"));
        let _ = writeln!(out, "{name}{id} {what}");
    }
    let rules = count(configuration.cors_rules.len(), "rule", "rules");
    let classes = count(matrix.rows.len(), "class of origins", "classes of origins");
    let classes = match matrix.complete {
        true => classes,
        false => format!("at least {classes}, stopped looking"),
    };
    let _ = writeln!(out, "\n{}: {rules}, {classes}", paint(BOLD, name));
    out
}

/// The entries of a row, one a line.
fn names(row: &Row) -> Vec<String> {
    if row.is_other() {
        return vec!["all other origins".into()];
    }
    let entries = row.entries.iter().take(MOST_ENTRIES);
    let mut names: Vec<String> = entries
        .map(|entry| s3_cors::sanitize::shortened(entry, WIDEST).into_owned())
        .collect();
    if let more @ 1.. = row.entries.len().saturating_sub(MOST_ENTRIES) {
        names.push(format!("and {more} more"));
    }
    names
}

/// The rules that allow it, padded without counting colours.
fn in_table(cell: &Cell) -> String {
    if !cell.is_allowed() {
        return format!("{}{:pad$}", paint(BAD, "no"), "", pad = COLUMN - 2);
    }
    let rules: Vec<String> = cell.grants.iter().map(|g| g.rule.to_string()).collect();
    let rules = rules.join(",");
    let rules = match rules.get(..COLUMN.saturating_sub(4)) {
        Some(start) if rules.len() > COLUMN - 3 => format!("[{start}…]"),
        _ => format!("[{rules}]"),
    };
    let pad = COLUMN.saturating_sub(rules.chars().count());
    format!("{}{:pad$}", paint(GOOD, rules), "")
}

/// The first condition that no rule meets.
fn failed(mismatch: &Mismatch<'_>) -> Option<&'static str> {
    match mismatch {
        Mismatch::Origin => Some("origin"),
        Mismatch::Method => Some("method"),
        _ => None,
    }
}

#[derive(Serialize)]
struct Document<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<json::Source>,
    rules: usize,
    complete: bool,
    methods: [&'static str; 5],
    rows: Vec<JsonRow<'a>>,
}

#[derive(Serialize)]
struct JsonRow<'a> {
    entries: &'a [String],
    other: bool,
    example: String,
    rules: Vec<usize>,
    cells: Vec<JsonCell<'a>>,
}

#[derive(Serialize)]
struct JsonCell<'a> {
    method: &'static str,
    allowed: bool,
    text: String,
    grants: Vec<JsonGrant<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize)]
struct JsonGrant<'a> {
    rule: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    credentials: bool,
    allowed_headers: &'a [String],
    expose_headers: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age_seconds: Option<i64>,
    text: String,
}

fn document<'a>(
    input: &'a Input,
    configuration: &'a CorsConfiguration,
    matrix: &'a Matrix,
) -> Document<'a> {
    let grant = |grant: &'a Grant| JsonGrant {
        rule: grant.rule,
        id: configuration
            .cors_rules
            .get(grant.rule)
            .and_then(|rule| rule.id.as_deref()),
        credentials: grant.credentials,
        allowed_headers: &grant.allowed_headers,
        expose_headers: &grant.expose_headers,
        max_age_seconds: grant.max_age_seconds,
        text: grant.to_string(),
    };
    let cell = |cell: &'a Cell| JsonCell {
        method: cell.method,
        allowed: cell.is_allowed(),
        text: cell.to_string(),
        grants: cell.grants.iter().map(grant).collect(),
        failed: cell.mismatch.as_ref().and_then(failed),
        reason: cell.mismatch.as_ref().map(ToString::to_string),
    };
    let row = |row: &'a Row| JsonRow {
        entries: &row.entries,
        other: row.is_other(),
        example: String::from_utf8_lossy(&row.example).into_owned(),
        rules: row.rules.iter().collect(),
        cells: row.cells.iter().map(cell).collect(),
    };
    Document {
        file: &input.name,
        source: json::Source::of(input),
        rules: configuration.cors_rules.len(),
        complete: matrix.complete,
        methods: SUPPORTED_METHODS,
        rows: matrix.rows.iter().map(row).collect(),
    }
}
