//! `s3-cors show`: who may do what, at a glance.

use std::fmt::Write;

use s3_cors::{AppRules, Mismatch};
use s3_cors_analysis::RulePosition;
use s3_cors_analysis::matrix::{Cell, Grant, Matrix, Row};
use serde::Serialize;

use crate::app::{self, Rules};
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
    report(
        Input::read(&args.file, &args.pick),
        || app::rules("show", args.app.as_deref(), format),
        format,
    )
}

/// The app's own rules are only read if the bucket's are usable.
pub(crate) fn report(
    input: Input,
    app: impl FnOnce() -> Result<AppRules, Report>,
    format: Format,
) -> Report {
    let (input, bucket) = match usable::of("show", input, format) {
        Ok(usable) => usable,
        Err(report) => return report,
    };
    let app = match app() {
        Ok(app) => app,
        Err(report) => return report,
    };
    let rules = Rules {
        bucket: &bucket,
        app: &app,
    };
    let matrix = match Matrix::with_app_rules(&bucket, &app) {
        Ok(matrix) => matrix,
        Err(error) => return usable::failure("show", &error.to_string(), format),
    };
    match format {
        Format::Text => {
            let text = text(&input.name, rules, &matrix);
            usable::with_notes(Report::on_stdout(text, Verdict::Fine), &[&input], format)
        }
        Format::Json => {
            let document = document(&input, rules, &matrix);
            json::report("show", Verdict::Fine, document)
        }
    }
}

fn text(name: &str, rules: Rules<'_>, matrix: &Matrix) -> String {
    let names: Vec<Vec<String>> = matrix.rows.iter().map(names).collect();
    let width = names.iter().flatten().map(|name| name.chars().count());
    let width = width.max().unwrap_or_default();
    let mut out = String::new();
    // `[app 0]` is longer than `[0]`.
    let column = match rules.app.rules() {
        [] => COLUMN,
        _ => COLUMN + 4,
    };
    let heads: String = matrix
        .methods
        .iter()
        .map(|m| format!("{m:column$}"))
        .collect();
    let heads = format!("{:width$}  {}", "", heads.trim_end());
    let _ = writeln!(out, "{}", paint(BOLD, heads));
    for (row, names) in matrix.rows.iter().zip(&names) {
        let mut names = names.iter();
        let first = names.next().map_or("", String::as_str);
        let cells: Vec<String> = row
            .cells
            .iter()
            .map(|cell| in_table(cell, column))
            .collect();
        let cells = cells.concat();
        let _ = writeln!(out, "{first:width$}  {}", cells.trim_end());
        for name in names {
            let _ = writeln!(out, "{name}");
        }
    }
    out.push('\n');
    for rule in rules.positions() {
        let grant = matrix
            .rows
            .iter()
            .flat_map(|row| &row.cells)
            .flat_map(|cell| &cell.grants)
            .find(|grant| grant.rule == rule);
        let id = rules.id(rule);
        let id = id.map_or_else(String::new, |id| format!(" ({})", shown(id.as_bytes())));
        let what = grant.map_or_else(
            || "never used: earlier rules respond to all its requests".into(),
            |grant| flat(&grant.to_string()),
        );
        let name = paint(BOLD, format!("[{}]", short(rule)));
        let _ = writeln!(out, "{name}{id} {what}");
    }
    let of_app = match rules.app.rules().len() {
        0 => String::new(),
        number => format!(" and {number} of the app's own"),
    };
    let of_bucket = count(rules.bucket.cors_rules.len(), "rule", "rules");
    let classes = count(matrix.rows.len(), "class of origins", "classes of origins");
    let classes = match matrix.complete {
        true => classes,
        false => format!("at least {classes}, stopped looking"),
    };
    let _ = writeln!(
        out,
        "\n{}: {of_bucket}{of_app}, {classes}",
        paint(BOLD, name)
    );
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

/// A rule in a table.
fn short(rule: RulePosition) -> String {
    match rule {
        RulePosition::Bucket(index) => index.to_string(),
        RulePosition::App(index) => format!("app {index}"),
    }
}

/// The rules that allow it, padded to a column without counting colours.
fn in_table(cell: &Cell, column: usize) -> String {
    if !cell.is_allowed() {
        return format!("{}{:pad$}", paint(BAD, "no"), "", pad = column - 2);
    }
    let rules: Vec<String> = cell.grants.iter().map(|g| short(g.rule)).collect();
    let rules = rules.join(",");
    let rules = match rules.get(..column.saturating_sub(4)) {
        Some(start) if rules.len() > column - 3 => format!("[{start}…]"),
        _ => format!("[{rules}]"),
    };
    let pad = column.saturating_sub(rules.chars().count());
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
    #[serde(skip_serializing_if = "Option::is_none")]
    app_rules: Option<usize>,
    complete: bool,
    methods: &'a [&'static str],
    rows: Vec<JsonRow<'a>>,
}

#[derive(Serialize)]
struct JsonRow<'a> {
    entries: &'a [String],
    other: bool,
    example: String,
    rules: Vec<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    app_rules: Vec<usize>,
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
    list: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    credentials: bool,
    allowed_headers: &'a [String],
    expose_headers: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age_seconds: Option<i64>,
    text: String,
}

fn document<'a>(input: &'a Input, rules: Rules<'a>, matrix: &'a Matrix) -> Document<'a> {
    let of_bucket = rules.bucket.cors_rules.len();
    let grant = |grant: &'a Grant| JsonGrant {
        rule: grant.rule.index(),
        list: json::list(grant.rule),
        id: rules.id(grant.rule),
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
        rules: row
            .rules
            .iter()
            .take_while(|rule| *rule < of_bucket)
            .collect(),
        app_rules: row
            .rules
            .iter()
            .filter_map(|rule| rule.checked_sub(of_bucket))
            .collect(),
        cells: row.cells.iter().map(cell).collect(),
    };
    Document {
        file: &input.name,
        source: json::Source::of(input),
        rules: of_bucket,
        app_rules: Some(rules.app.rules().len()).filter(|number| *number > 0),
        complete: matrix.complete,
        methods: matrix.methods,
        rows: matrix.rows.iter().map(row).collect(),
    }
}
