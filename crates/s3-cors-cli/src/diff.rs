//! `s3-cors diff`: the requests for which two configurations give different responses.

use std::fmt::Write;

use s3_cors_analysis::diff::{Comparison, Difference, DifferenceKind, Response, diff};
use serde::Serialize;

use crate::args::{Diff, Format};
use crate::input::Input;
use crate::paint::{BAD, BOLD, DIM, GOOD, ODD, count, flat, paint};
use crate::report::{Report, Verdict};
use crate::{json, usable};

pub(crate) fn run(args: &Diff, format: Format) -> Report {
    report(
        Input::read(&args.before),
        || Input::read(&args.after),
        format,
    )
}

/// The second input is only read if the first is usable.
pub(crate) fn report(before: Input, after: impl FnOnce() -> Input, format: Format) -> Report {
    let before = match usable::of("diff", before, format) {
        Ok(usable) => usable,
        Err(report) => return report,
    };
    let after = match usable::of("diff", after(), format) {
        Ok(usable) => usable,
        Err(report) => return report,
    };
    let comparison = match diff(&before.1, &after.1) {
        Ok(comparison) => comparison,
        Err(error) => return usable::failure("diff", &error.to_string(), format),
    };
    let differences = match &comparison {
        Comparison::Different(differences) => &differences[..],
        _ => &[],
    };
    let verdict = Verdict::found(!differences.is_empty());
    let names = [&before.0.name[..], &after.0.name];
    match format {
        Format::Text => Report::on_stdout(text(names, differences), verdict),
        Format::Json => in_json(names, differences, verdict),
    }
}

fn text([before, after]: [&str; 2], differences: &[Difference]) -> String {
    if differences.is_empty() {
        let equivalent = paint(GOOD, "are equivalent");
        return format!(
            "{before} and {after} {equivalent}: every request gets the same response\n"
        );
    }
    let mut out = String::new();
    for difference in differences {
        let (sign, style) = match &difference.kind {
            DifferenceKind::Gains => ("+", GOOD),
            DifferenceKind::Loses => ("-", BAD),
            _ => ("~", ODD),
        };
        let words = flat(&difference.to_string());
        let _ = writeln!(out, "{} {}", paint(style, sign), paint(BOLD, words));
        for (name, rule, response) in [
            (before, difference.rule_before, &difference.before),
            (after, difference.rule_after, &difference.after),
        ] {
            let rule = rule.map_or_else(
                || "no rule allows it".into(),
                |rule| format!("CORSRules[{rule}] allows it"),
            );
            let _ = writeln!(out, "  {name}: {}", paint(DIM, rule));
            if let (Response::Headers(headers), DifferenceKind::Changes(changed)) =
                (response, &difference.kind)
            {
                for (name, value) in headers {
                    if changed.iter().any(|changed| changed.name == *name) {
                        let value = String::from_utf8_lossy(value);
                        let _ = writeln!(out, "    {name}: {}", flat(&value));
                    }
                }
            }
        }
        out.push('\n');
    }
    let number = count(differences.len(), "difference", "differences");
    let _ = writeln!(out, "{}", paint(BAD, number));
    out
}

#[derive(Serialize)]
struct Document<'a> {
    before: &'a str,
    after: &'a str,
    equivalent: bool,
    differences: Vec<JsonDifference<'a>>,
}

#[derive(Serialize)]
struct JsonDifference<'a> {
    kind: &'static str,
    text: String,
    origins: &'a [String],
    methods: &'a [&'static str],
    headers: &'a [Vec<String>],
    witness: JsonWitness,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_before: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_after: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_before: Option<Vec<[String; 2]>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_after: Option<Vec<[String; 2]>>,
}

#[derive(Serialize)]
struct JsonWitness {
    origin: String,
    method: &'static str,
    headers: Vec<String>,
}

fn lossy(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

fn in_json([before, after]: [&str; 2], differences: &[Difference], verdict: Verdict) -> Report {
    let lines = |response: &Response| match response {
        Response::Headers(headers) => Some(
            headers
                .iter()
                .map(|(name, value)| [(*name).to_owned(), lossy(value)])
                .collect(),
        ),
        _ => None,
    };
    let differences: Vec<JsonDifference<'_>> = differences
        .iter()
        .map(|difference| JsonDifference {
            kind: match &difference.kind {
                DifferenceKind::Gains => "gains",
                DifferenceKind::Loses => "loses",
                _ => "changes",
            },
            text: difference.to_string(),
            origins: &difference.origins,
            methods: &difference.methods,
            headers: &difference.headers,
            witness: JsonWitness {
                origin: lossy(&difference.witness.origin),
                method: difference.witness.method,
                headers: difference
                    .witness
                    .headers
                    .iter()
                    .map(|h| lossy(h))
                    .collect(),
            },
            rule_before: difference.rule_before,
            rule_after: difference.rule_after,
            response_before: lines(&difference.before),
            response_after: lines(&difference.after),
        })
        .collect();
    let equivalent = differences.is_empty();
    let document = Document {
        before,
        after,
        equivalent,
        differences,
    };
    json::report("diff", verdict, document)
}
