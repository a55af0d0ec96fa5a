//! An explanation as JSON.

use s3_cors::Dialect;
use s3_cors_analysis::RulePosition;
use s3_cors_analysis::explain::{
    Advice, Change, Condition, HeadersVerdict, MethodVerdict, OriginVerdict, Outcome, RuleVerdict,
    Suggestion,
};
use serde::Serialize;

use super::Explained;
use crate::json::{self, JsonPlace};
use crate::report::{Report, Verdict};

#[derive(Serialize)]
struct Document<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<json::Source>,
    method: &'a str,
    headers: Vec<[&'a str; 2]>,
    allowed: bool,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<&'static str>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    s3_error: Option<S3ErrorResponse<'a>>,
    response_headers: Vec<[String; 2]>,
    rules: Vec<Rule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<Suggested>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alternative: Option<Suggested>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impossible: Option<String>,
    notes: Vec<Note<'a>>,
}

#[derive(Serialize)]
struct S3ErrorResponse<'a> {
    status: u16,
    code: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Rule {
    rule: usize,
    list: &'static str,
    allows: bool,
    failed: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closest_origin: Option<Closest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    text: String,
}

#[derive(Serialize)]
struct Closest {
    entry: usize,
    pattern: String,
    why_not: String,
}

#[derive(Serialize)]
struct Suggested {
    changes: Vec<ChangeText>,
    cautions: Vec<String>,
}

#[derive(Serialize)]
struct ChangeText {
    kind: &'static str,
    place: JsonPlace,
    text: String,
}

#[derive(Serialize)]
struct Note<'a> {
    code: &'static str,
    text: &'a str,
}

fn lossy(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

pub(super) fn of(explained: &Explained<'_>, verdict: Verdict) -> Report {
    let explanation = &explained.explanation;
    let outcome = &explanation.outcome;
    let suggested = |suggestion: &Suggestion| Suggested {
        changes: suggestion
            .changes
            .iter()
            .map(|c| change(explained, c))
            .collect(),
        cautions: suggestion
            .cautions
            .iter()
            .map(ToString::to_string)
            .collect(),
    };
    let document = Document {
        file: &explained.input.name,
        source: json::Source::of(explained.input),
        method: explained.method,
        headers: explained
            .headers
            .iter()
            .map(|(name, value)| [*name, &value[..]])
            .collect(),
        allowed: outcome.is_allowed(),
        outcome: name(outcome),
        rule: outcome.rule().map(RulePosition::index),
        list: outcome.rule().map(json::list),
        text: outcome.to_string(),
        s3_error: match outcome {
            Outcome::Refused {
                status,
                code,
                message,
                ..
            } => Some(S3ErrorResponse {
                status: *status,
                code,
                message,
            }),
            _ => None,
        },
        response_headers: explanation
            .headers
            .iter()
            .map(|(name, value)| [(*name).to_owned(), lossy(value)])
            .collect(),
        rules: explanation.rules.iter().map(rule).collect(),
        suggestion: match &explanation.advice {
            Advice::Change(suggestion) => Some(suggested(suggestion)),
            _ => None,
        },
        alternative: explanation.alternative.as_ref().map(suggested),
        impossible: match &explanation.advice {
            Advice::Impossible(why) => Some(why.to_string()),
            _ => None,
        },
        notes: explanation
            .notes
            .iter()
            .map(|note| Note {
                code: note.code.as_str(),
                text: &note.text,
            })
            .collect(),
    };
    json::report("explain", verdict, document)
}

fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::NotCors => "not-cors",
        Outcome::Allowed { .. } => "allowed",
        Outcome::Preflight { .. } => "preflight",
        Outcome::NotAllowed { .. } => "not-allowed",
        Outcome::Refused { .. } => "refused",
        _ => "other",
    }
}

fn rule(verdict: &RuleVerdict) -> Rule {
    Rule {
        rule: verdict.rule.index(),
        list: json::list(verdict.rule),
        allows: verdict.allows(),
        failed: verdict
            .failures()
            .map(|condition| match condition {
                Condition::Origin => "origin",
                Condition::Method => "method",
                Condition::Headers => "headers",
                _ => "other",
            })
            .collect(),
        closest_origin: match &verdict.origin {
            OriginVerdict::NotAllowed {
                closest: Some(closest),
            } => Some(Closest {
                entry: closest.entry,
                pattern: closest.pattern.clone(),
                why_not: closest.difference.to_string(),
            }),
            _ => None,
        },
        method: match &verdict.method {
            MethodVerdict::NotAllowed { method } => Some(lossy(method)),
            _ => None,
        },
        header: match &verdict.headers {
            HeadersVerdict::NotAllowed { first } => Some(lossy(first)),
            _ => None,
        },
        text: verdict.to_string(),
    }
}

fn change(explained: &Explained<'_>, change: &Change) -> ChangeText {
    let place = change.place();
    let mut shown = JsonPlace::from(&place);
    if let Some(span) = explained.input.span(&place) {
        shown.line = Some(span.start.line);
        shown.column = Some(span.start.column);
    }
    ChangeText {
        kind: match change {
            Change::AddOrigin { .. } => "add-origin",
            Change::AddMethod { .. } => "add-method",
            Change::AddHeader { .. } => "add-header",
            Change::AddRule { .. } => "add-rule",
            Change::CreateConfiguration { .. } => "create-configuration",
            _ => "other",
        },
        place: shown,
        text: change.to_string(),
    }
}

#[derive(Serialize)]
struct Applied<'a> {
    file: &'a str,
    form: &'a str,
    text: String,
}

pub(super) fn applied(file: &str, form: Dialect, text: String) -> Report {
    let form = form.as_str();
    json::report("explain", Verdict::Fine, Applied { file, form, text })
}
