//! An explanation as text.

use std::fmt::Write;

use annotate_snippets::Level;
use s3_cors_analysis::explain::{Advice, Change, Outcome, RuleVerdict, Suggestion};

use super::Explained;
use crate::paint::{BAD, BOLD, DIM, GOOD, HINT, count, flat, paint, shown};
use crate::snippet::{self, Shown};

/// How many rules are shown. If there are more, the closest ones.
const MOST_RULES: usize = 12;

pub(super) fn of(explained: &Explained<'_>) -> String {
    let explanation = &explained.explanation;
    let mut out = String::new();
    let _ = writeln!(out, "{}", paint(BOLD, flat(explained.method)));
    for (name, value) in explained.headers {
        let _ = writeln!(out, "{name}: {}", shown(value.as_bytes()));
    }
    out.push('\n');
    outcome(&explanation.outcome, &mut out);
    for (name, value) in &explanation.headers {
        let _ = writeln!(out, "  {}", paint(DIM, format!("{name}: {}", shown(value))));
    }
    rules(explained, &mut out);
    advice(explained, &mut out);
    for note in &explanation.notes {
        let _ = writeln!(out, "{} {}", paint(HINT, "note:"), flat(&note.text));
    }
    out
}

fn outcome(outcome: &Outcome, out: &mut String) {
    let style = if outcome.is_allowed() { GOOD } else { BAD };
    let line = outcome.to_string();
    let (verdict, rest) = line.split_once(": ").unwrap_or((&line, ""));
    let rest = flat(rest);
    let colon = if rest.is_empty() { "" } else { ": " };
    let _ = writeln!(out, "{}{colon}{rest}", paint(style, verdict));
    if let Outcome::Refused { message, .. } = outcome {
        let message = format!("S3 says: {}", flat(message));
        let _ = writeln!(out, "  {}", paint(DIM, message));
    }
}

fn rules(explained: &Explained<'_>, out: &mut String) {
    let explanation = &explained.explanation;
    // S3 does not try later rules once one allows the request.
    let last = explanation.outcome.rule();
    let mut rules: Vec<&RuleVerdict> = explanation.rules.iter().collect();
    rules.retain(|verdict| last.is_none_or(|last| verdict.rule <= last));
    let all = rules.len();
    if all == 0 {
        return;
    }
    if all > MOST_RULES {
        rules.sort_by_key(|verdict| verdict.failures().count());
        rules.truncate(MOST_RULES);
        rules.sort_by_key(|verdict| verdict.rule);
    }
    let title = match explained.rules.app.rules() {
        [] => "Rules, in the order S3 tries them:",
        _ => "Rules, in the order in which they are tried, the app's own after the bucket's:",
    };
    let _ = writeln!(out, "\n{}", paint(BOLD, title));
    for verdict in &rules {
        let name = verdict.rule.to_string();
        let style = if verdict.allows() { GOOD } else { BAD };
        let id = explained.rules.id(verdict.rule);
        let id = id.map_or_else(String::new, |id| format!(" ({})", shown(id.as_bytes())));
        let verdict = flat(&verdict.to_string());
        let _ = writeln!(out, "  {}{id}: {verdict}", paint(style, name));
    }
    if all > rules.len() {
        let more = count(all - rules.len(), "rule", "rules");
        let more = format!("{more} further from a match not shown (use --format json to see all)");
        let _ = writeln!(out, "  {}", paint(DIM, more));
    }
    out.push('\n');
}

fn advice(explained: &Explained<'_>, out: &mut String) {
    match &explained.explanation.advice {
        Advice::Change(suggestion) => changes(explained, suggestion, out),
        Advice::Impossible(why) => {
            let why = flat(&why.to_string());
            let _ = writeln!(
                out,
                "{} no change to the configuration helps: {why}",
                paint(HINT, "help:")
            );
        }
        _ => {}
    }
    if let Some(alternative) = &explained.explanation.alternative {
        for change in &alternative.changes {
            let change = flat(&change.to_string());
            let _ = writeln!(
                out,
                "{} or, to allow nothing else, {change}",
                paint(HINT, "help:")
            );
        }
    }
}

/// Each change with its line in the file. Below the last, what else the changes allow.
fn changes(explained: &Explained<'_>, suggestion: &Suggestion, out: &mut String) {
    let text = explained.input.text();
    let cautions = suggestion.cautions.iter().map(ToString::to_string);
    let mut cautions: Vec<String> = cautions.collect();
    let last = suggestion.changes.len().saturating_sub(1);
    for (index, change) in suggestion.changes.iter().enumerate() {
        let place = change.place();
        let span = match change {
            Change::AddRule { .. } | Change::CreateConfiguration { .. } => None,
            _ => explained.input.span(&place),
        };
        let finding = Shown {
            level: Level::HELP,
            code: None,
            title: change.to_string(),
            position: span.map(|span| span.start),
            end: span.map(|span| span.end.offset),
            label: place.to_string(),
            help: None,
            notes: if index == last {
                std::mem::take(&mut cautions)
            } else {
                Vec::new()
            },
        };
        out.push_str(&snippet::render(&explained.input.name, &text, &finding));
    }
}
