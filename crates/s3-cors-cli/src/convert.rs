//! `s3-cors convert`: the rules in another form, and what that changes.

use std::fmt::Write;

use s3_cors::Dialect;
use s3_cors_formats::{
    Conversion, Difference, DifferenceKind, Request, RequestKind, Response, Target, convert,
};
use serde::Serialize;

use crate::args::{Convert, Format};
use crate::input::Input;
use crate::paint::{
    BAD, BOLD, DIM, GOOD, HINT, ODD, count, escaped_json, escaped_xml, flat, paint,
};
use crate::report::{Report, Verdict};
use crate::{json, usable};

pub(crate) fn run(args: &Convert, format: Format) -> Report {
    let input = Input::read(&args.file, &args.pick);
    report(input, args.to, args.allow_widening, format)
}

pub(crate) fn report(input: Input, to: Target, allow_widening: bool, format: Format) -> Report {
    let (input, configuration) = match usable::of("convert", input, format) {
        Ok(usable) => usable,
        Err(report) => return report,
    };
    let conversion = match convert(&configuration, to) {
        Ok(conversion) => conversion,
        Err(error) => return usable::failure("convert", &error.to_string(), format),
    };
    let refused = conversion.widens() && !allow_widening;
    let verdict = Verdict::found(refused);
    match format {
        Format::Text => {
            let output = match refused {
                true => String::new(),
                false => escaped(&conversion.output, to),
            };
            let mut report = Report::on_stdout(output, verdict);
            report.stderr = in_text(&conversion, refused);
            usable::with_notes(report, &[&input], format)
        }
        Format::Json => json::report("convert", verdict, document(&input, &conversion, refused)),
    }
}

/// The output, with nothing in it that changes how a terminal shows the rest.
pub(crate) fn escaped(output: &str, target: Target) -> String {
    match target {
        Target::S3(Dialect::Xml) | Target::AzureBlobXml => escaped_xml(output),
        // HCL, YAML and JavaScript have JSON's escapes in their strings.
        _ => escaped_json(output),
    }
}

/// What the conversion changes. S3's own forms that say the same need no words.
fn in_text(conversion: &Conversion, refused: bool) -> String {
    let target = conversion.target;
    let name = target.name();
    let mut out = String::new();
    if conversion.is_exact() {
        if matches!(target, Target::S3(_)) {
            return out;
        }
        let exact = paint(GOOD, "exact:");
        let _ = writeln!(out, "{exact} {name} responds to every request as S3 does");
    }
    for difference in &conversion.differences {
        let _ = writeln!(out, "{}", in_words(difference, name));
    }
    if !conversion.complete {
        let words = "the rules have too many entries to try every kind of request, so there may be \
                     more differences";
        let _ = writeln!(out, "{} {words}", paint(ODD, "warning:"));
    }
    for note in &conversion.rewritten {
        let _ = writeln!(out, "{} {note}", paint(HINT, "note:"));
    }
    if !target.advice().is_empty() {
        let _ = writeln!(out, "{} {}", paint(HINT, "advice:"), target.advice());
    }
    if refused {
        let _ = writeln!(
            out,
            "{} {name} would allow requests that the rules do not allow, so nothing is written \
             (--allow-widening writes it all the same)",
            paint(BAD, "error:")
        );
    } else if !conversion.differences.is_empty() {
        let differences = count(conversion.differences.len(), "difference", "differences");
        let _ = writeln!(out, "{}", paint(ODD, differences));
    }
    out
}

fn in_words(difference: &Difference, target: &str) -> String {
    let style = match difference.kind {
        DifferenceKind::Widened | DifferenceKind::Denied => BAD,
        DifferenceKind::Changed => ODD,
    };
    let kind = paint(style, difference.kind.as_str());
    let code = paint(style, format!("[{}]", difference.code));
    let description = difference.code.description();
    let request = paint(BOLD, flat(&difference.request.to_string()));
    let whole = || (difference.before.to_string(), difference.after.to_string());
    let (before, after) = difference.values().unwrap_or_else(whole);
    let line = |who: &str, what: &str| {
        let line = format!("{who}: {}", flat(what));
        format!("\n  {}", paint(DIM, line))
    };
    format!(
        "{kind}{code}: {description}\n  {request}{}{}",
        line("S3", &before),
        line(target, &after)
    )
}

#[derive(Serialize)]
struct Document<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<json::Source>,
    form: &'a str,
    /// As `output`, for S3's own forms.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'a str>,
    exact: bool,
    complete: bool,
    differences: Vec<JsonDifference<'a>>,
    rewritten: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'static str>,
}

#[derive(Serialize)]
struct JsonDifference<'a> {
    kind: &'static str,
    code: &'static str,
    text: &'static str,
    request: JsonRequest<'a>,
    before: JsonResponse<'a>,
    after: JsonResponse<'a>,
    requests: usize,
}

#[derive(Serialize)]
struct JsonRequest<'a> {
    kind: &'static str,
    origin: &'a str,
    method: &'a str,
    headers: &'a [String],
    text: String,
}

#[derive(Serialize)]
struct JsonResponse<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    headers: Vec<[&'a str; 2]>,
    left_to_backend: bool,
}

fn document<'a>(input: &'a Input, conversion: &'a Conversion, refused: bool) -> Document<'a> {
    let target = conversion.target;
    let output = (!refused).then_some(&conversion.output[..]);
    let advice = target.advice();
    Document {
        file: &input.name,
        source: json::Source::of(input),
        form: target.name(),
        text: output.filter(|_| matches!(target, Target::S3(_))),
        output,
        exact: conversion.is_exact(),
        complete: conversion.complete,
        differences: conversion.differences.iter().map(Into::into).collect(),
        rewritten: &conversion.rewritten,
        advice: (!advice.is_empty()).then_some(advice),
    }
}

impl<'a> From<&'a Difference> for JsonDifference<'a> {
    fn from(difference: &'a Difference) -> Self {
        Self {
            kind: difference.kind.as_str(),
            code: difference.code.as_str(),
            text: difference.code.description(),
            request: (&difference.request).into(),
            before: (&difference.before).into(),
            after: (&difference.after).into(),
            requests: difference.requests,
        }
    }
}

impl<'a> From<&'a Request> for JsonRequest<'a> {
    fn from(request: &'a Request) -> Self {
        Self {
            kind: match request.kind {
                RequestKind::Preflight => "preflight",
                RequestKind::ActualError => "actual-with-error",
                _ => "actual",
            },
            origin: &request.origin,
            method: &request.method,
            headers: &request.headers,
            text: request.to_string(),
        }
    }
}

impl<'a> From<&'a Response> for JsonResponse<'a> {
    fn from(response: &'a Response) -> Self {
        let headers = response.headers.iter();
        Self {
            status: response.status,
            headers: headers.map(|(name, value)| [*name, &value[..]]).collect(),
            left_to_backend: response.left_to_backend,
        }
    }
}
