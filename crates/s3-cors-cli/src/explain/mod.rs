//! `s3-cors explain`: what S3 or a browser makes of a request.

mod fetch;
mod json;
mod text;

use s3_cors::{ConfigError, Dialect, RequestParts};
use s3_cors_analysis::explain::{Advice, Explanation, explain_with_app_rules};

use crate::app::{self, Rules};
use crate::args::{Explain, Format};
use crate::input::Input;
use crate::report::{Report, Verdict};
use crate::{paint, password, usable};

/// A request and its explanation.
#[derive(Debug)]
pub(crate) struct Explained<'a> {
    pub(crate) input: &'a Input,
    pub(crate) rules: Rules<'a>,
    pub(crate) method: &'a str,
    pub(crate) headers: &'a [(&'a str, String)],
    pub(crate) explanation: Explanation,
}

pub(crate) fn run(args: &Explain, format: Format) -> Report {
    report(args, Input::read(&args.file, &args.pick), format)
}

pub(crate) fn report(args: &Explain, input: Input, format: Format) -> Report {
    let (input, bucket) = match usable::of("explain", input, format) {
        Ok(usable) => usable,
        Err(report) => return report,
    };
    let app = match app::rules("explain", args.app.as_deref(), format) {
        Ok(app) => app,
        Err(report) => return report,
    };
    let rules = Rules {
        bucket: &bucket,
        app: &app,
    };
    if args.origin.as_deref().is_some_and(password::is_in) {
        return usable::failure("explain", password::NOT_IN_ORIGINS, format);
    }
    if args.fetch {
        let report = fetch::run(args, &input, rules, format);
        return usable::with_notes(report, &[&input], format);
    }
    let (method, headers) = request(args);
    let explained = match explained(&input, rules, method, &headers) {
        Ok(explained) => explained,
        Err(error) => return usable::failure("explain", &error.to_string(), format),
    };
    let verdict = Verdict::found(!explained.explanation.outcome.is_allowed());
    let report = match (args.apply, format) {
        (Some(form), _) => apply(&explained, form, format),
        (None, Format::Text) => Report::on_stdout(text::of(&explained), verdict),
        (None, Format::Json) => json::of(&explained, verdict),
    };
    usable::with_notes(report, &[&input], format)
}

/// The explanation of a request given by its parts, as JSON: or, with a form, the configuration
/// with the smallest change.
pub(crate) fn of_request(
    input: &Input,
    rules: Rules<'_>,
    method: &str,
    headers: &[(&str, String)],
    apply_as: Option<Dialect>,
) -> Report {
    match (explained(input, rules, method, headers), apply_as) {
        (Ok(explained), Some(form)) => apply(&explained, form, Format::Json),
        (Ok(explained), None) => {
            let allowed = explained.explanation.outcome.is_allowed();
            json::of(&explained, Verdict::found(!allowed))
        }
        (Err(error), _) => usable::failure("explain", &error.to_string(), Format::Json),
    }
}

fn explained<'a>(
    input: &'a Input,
    rules: Rules<'a>,
    method: &'a str,
    headers: &'a [(&'a str, String)],
) -> Result<Explained<'a>, ConfigError> {
    let lines: Vec<(&str, &[u8])> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()))
        .collect();
    let request = RequestParts::new(method, &lines);
    Ok(Explained {
        input,
        rules,
        method,
        headers,
        explanation: explain_with_app_rules(Some(rules.bucket), rules.app, &request)?,
    })
}

/// The method and the header lines of the preflight, or of the actual request.
fn request(args: &Explain) -> (&str, Vec<(&'static str, String)>) {
    let mut headers = Vec::new();
    headers.extend(args.origin.clone().map(|origin| ("Origin", origin)));
    if args.actual {
        return (&args.method, headers);
    }
    headers.push(("Access-Control-Request-Method", args.method.clone()));
    let names: Vec<&str> = args.headers.iter().map(|header| name_of(header)).collect();
    if !names.is_empty() {
        headers.push(("Access-Control-Request-Headers", names.join(",")));
    }
    ("OPTIONS", headers)
}

/// The name in "name: value".
fn name_of(header: &str) -> &str {
    header
        .split_once(':')
        .map_or(header, |(name, _)| name)
        .trim()
}

/// Prints the configuration with the suggested change.
fn apply(explained: &Explained<'_>, form: Dialect, format: Format) -> Report {
    let configuration = explained.rules.bucket;
    let changed = match &explained.explanation.advice {
        Advice::Change(suggestion) => suggestion.apply(Some(configuration)),
        Advice::Impossible(why) => {
            let message = paint::flat(&why.to_string());
            let mut report = usable::failure("explain", &message, format);
            report.verdict = Verdict::Found;
            return report;
        }
        _ => configuration.clone(),
    };
    let text = changed.to_text(form);
    match format {
        Format::Text => Report::on_stdout(paint::escaped_configuration(&text, form), Verdict::Fine),
        Format::Json => json::applied(&explained.input.name, form, text),
    }
}
