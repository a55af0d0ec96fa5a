//! `s3-cors diff`: the requests for which two configurations give different responses.

use std::fmt::Write;

use s3_cors::AppRules;
use s3_cors_analysis::RulePosition;
use s3_cors_analysis::diff::{
    Comparison, Difference, DifferenceKind, Response, diff_with_app_rules,
};
use serde::Serialize;

use crate::args::{Diff, Format};
use crate::input::Input;
use crate::paint::{BAD, BOLD, DIM, GOOD, ODD, count, flat, paint, shown};
use crate::report::{Report, Verdict};
use crate::{app, json, usable};

/// Nobody reads more.
const MOST_SHOWN: usize = 100;

pub(crate) fn run(args: &Diff, format: Format) -> Report {
    report(
        Input::read(&args.before, &args.pick),
        || Input::read(&args.after, &args.pick),
        || app::rules("diff", args.app.as_deref(), format),
        format,
    )
}

/// Each input is only read if those before it are usable.
pub(crate) fn report(
    before: Input,
    after: impl FnOnce() -> Input,
    app: impl FnOnce() -> Result<AppRules, Report>,
    format: Format,
) -> Report {
    let before = match usable::of("diff", before, format) {
        Ok(usable) => usable,
        Err(report) => return report,
    };
    let after = match usable::of("diff", after(), format) {
        Ok(usable) => usable,
        Err(report) => return report,
    };
    let app = match app() {
        Ok(app) => app,
        Err(report) => return report,
    };
    let comparison = match diff_with_app_rules(&before.1, &after.1, &app) {
        Ok(comparison) => comparison,
        Err(error) => return usable::failure("diff", &error.to_string(), format),
    };
    let (differences, complete) = match &comparison {
        Comparison::Equivalent => (&[][..], true),
        Comparison::Different(differences) => (&differences[..], true),
        Comparison::AtLeast(differences) => (&differences[..], false),
        _ => (&[][..], false),
    };
    // Nobody can say that they are alike who has not looked at everything.
    let verdict = Verdict::found(!differences.is_empty() || !complete);
    let inputs = [&before.0, &after.0];
    match format {
        Format::Text => {
            let names = inputs.map(|input| &input.name[..]);
            let report = Report::on_stdout(text(names, differences, complete), verdict);
            usable::with_notes(report, &inputs, format)
        }
        Format::Json => in_json(inputs, differences, complete, verdict),
    }
}

fn text([before, after]: [&str; 2], differences: &[Difference], complete: bool) -> String {
    if differences.is_empty() && complete {
        let equivalent = paint(GOOD, "are equivalent");
        return format!(
            "{before} and {after} {equivalent}: every request gets the same response\n"
        );
    }
    let mut out = String::new();
    for difference in differences.iter().take(MOST_SHOWN) {
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
                |rule| format!("{rule} allows it"),
            );
            let _ = writeln!(out, "  {name}: {}", paint(DIM, rule));
            if let (Response::Headers(headers), DifferenceKind::Changes(changed)) =
                (response, &difference.kind)
            {
                for (name, value) in headers {
                    if changed.iter().any(|changed| changed.name == *name) {
                        let _ = writeln!(out, "    {name}: {}", shown(value));
                    }
                }
            }
        }
        out.push('\n');
    }
    let left_out = differences.len().saturating_sub(MOST_SHOWN);
    if left_out > 0 {
        let left_out = count(left_out, "difference is", "differences are");
        let _ = writeln!(out, "{left_out} not shown here (--format json has them)\n");
    }
    let number = count(differences.len(), "difference", "differences");
    let number = match complete {
        true => number,
        false => format!("at least {number}, stopped looking"),
    };
    let _ = writeln!(out, "{}", paint(BAD, number));
    out
}

#[derive(Serialize)]
struct Document<'a> {
    before: &'a str,
    after: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before_source: Option<json::Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after_source: Option<json::Source>,
    equivalent: bool,
    complete: bool,
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
    list_before: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_after: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list_after: Option<&'static str>,
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

fn in_json(
    [before, after]: [&Input; 2],
    differences: &[Difference],
    complete: bool,
    verdict: Verdict,
) -> Report {
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
            rule_before: difference.rule_before.map(RulePosition::index),
            list_before: difference.rule_before.map(json::list),
            rule_after: difference.rule_after.map(RulePosition::index),
            list_after: difference.rule_after.map(json::list),
            response_before: lines(&difference.before),
            response_after: lines(&difference.after),
        })
        .collect();
    let document = Document {
        before: &before.name,
        after: &after.name,
        before_source: json::Source::of(before),
        after_source: json::Source::of(after),
        equivalent: complete && differences.is_empty(),
        complete,
        differences,
    };
    json::report("diff", verdict, document)
}
