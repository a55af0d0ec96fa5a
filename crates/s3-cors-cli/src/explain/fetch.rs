//! `s3-cors explain --fetch`: what a browser does with a request.

use std::fmt::Write;

use cors_fetch::{
    Credentials, Failure, Fetch, Outcome, Request as Sent, Response, Verdict as Seen,
};
use s3_cors::CorsPolicy;
use s3_cors_analysis::explain::NeverSent;
use serde::Serialize;

use super::text;
use crate::app::Rules;
use crate::args::{CredentialsMode, Explain, Format};
use crate::input::Input;
use crate::paint::{BAD, BOLD, DIM, GOOD, HINT, flat, paint, shown};
use crate::password::{self, console, hidden};
use crate::report::{Report, Verdict};
use crate::{json, usable};

/// Headers of a typical response of S3, as examples of what a script may want to read.
const EXAMPLE: [(&str, &str); 6] = [
    ("content-length", "7"),
    ("content-type", "image/jpeg"),
    ("etag", "\"0123\""),
    ("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
    ("x-amz-request-id", "0123"),
    ("x-amz-version-id", "0123"),
];

pub(super) fn run(args: &Explain, input: &Input, rules: Rules<'_>, format: Format) -> Report {
    let policy = match CorsPolicy::with_app_rules(Some(rules.bucket), rules.app) {
        Ok(policy) => policy,
        Err(error) => return usable::failure("explain", &error.to_string(), format),
    };
    let fetch = match fetch(args) {
        Ok(fetch) => fetch,
        Err(message) => return usable::failure("explain", &message, format),
    };
    let response = EXAMPLE
        .into_iter()
        .fold(Response::new(200), |response, (name, value)| {
            response.header(name, value)
        });
    let seen = s3_cors_analysis::fetch::verdict(&fetch, &policy, &response);
    let verdict = Verdict::found(!seen.outcome.is_readable());
    match format {
        Format::Json => in_json(input, &fetch, &seen, verdict),
        Format::Text => {
            let mut out = in_text(&fetch, &seen);
            if let Outcome::Blocked(failure) = &seen.outcome {
                out.push_str(&as_s3_sees_it(input, rules, &seen, failure));
            }
            Report::on_stdout(out, verdict)
        }
    }
}

fn fetch(args: &Explain) -> Result<Fetch, String> {
    let page = args.origin.as_deref().unwrap_or_default();
    if let Some(never_sent) = NeverSent::of(page) {
        return Err(flat(&never_sent.to_string()));
    }
    let fetch = Fetch::new(page, &args.url).map_err(|error| {
        let told = error.to_string();
        let told = told.replace(page, &hidden(page));
        flat(&told.replace(&*args.url, &hidden(&args.url)))
    })?;
    let fetch = fetch
        .method(&args.method)
        .credentials(match args.credentials {
            CredentialsMode::Omit => Credentials::Omit,
            CredentialsMode::SameOrigin => Credentials::SameOrigin,
            CredentialsMode::Include => Credentials::Include,
        });
    Ok(args.headers.iter().fold(fetch, |fetch, header| {
        let (name, value) = header.split_once(':').unwrap_or((header, ""));
        fetch.header_text(name.trim(), value.trim())
    }))
}

fn in_text(fetch: &Fetch, seen: &Seen) -> String {
    let mut out = String::new();
    let plan = &seen.plan;
    let (page, url) = (flat(fetch.page_origin()), flat(&hidden(fetch.url())));
    let relation = if fetch.is_same_origin() {
        "same-origin"
    } else {
        "cross-origin"
    };
    let _ = writeln!(
        out,
        "{} {url} ({relation})",
        paint(BOLD, format!("A page of {page} fetches"))
    );
    for name in &plan.ignored {
        let _ = writeln!(
            out,
            "  the browser ignores the header {}, which scripts cannot set",
            flat(name)
        );
    }
    if let Some(preflight) = &plan.preflight {
        let reasons: Vec<String> = preflight.reasons.iter().map(ToString::to_string).collect();
        let reasons = flat(&reasons.join("; "));
        let _ = writeln!(
            out,
            "\n{}, because {reasons}:",
            paint(BOLD, "The browser sends a preflight")
        );
        sent(&preflight.request, &mut out);
    } else if plan.request.is_some() && !fetch.is_same_origin() {
        let _ = writeln!(
            out,
            "\n{}: the method and headers are safelisted",
            paint(BOLD, "The browser sends no preflight")
        );
    }
    if let (Some(request), false) = (&plan.request, is_stopped(&seen.outcome)) {
        let credentials = if plan.credentials {
            "with credentials"
        } else {
            "without credentials"
        };
        let _ = writeln!(
            out,
            "\n{} {credentials}:",
            paint(BOLD, "The browser sends the actual request")
        );
        sent(request, &mut out);
    }
    out.push('\n');
    outcome(fetch, seen, &mut out);
    out
}

/// Whether the actual request is never sent.
fn is_stopped(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Blocked(failure) => !matches!(failure, Failure::ResponseCors(_)),
        _ => false,
    }
}

fn sent(request: &Sent, out: &mut String) {
    let _ = writeln!(out, "  {}", flat(&request.method));
    for (name, value) in &request.headers {
        let _ = writeln!(out, "  {}: {}", flat(name), shown(value));
    }
}

fn outcome(fetch: &Fetch, seen: &Seen, out: &mut String) {
    match &seen.outcome {
        Outcome::Readable {
            headers, hidden, ..
        } => {
            let _ = writeln!(
                out,
                "{}: the script can read the response",
                paint(GOOD, "allowed")
            );
            let names: Vec<&str> = headers.iter().map(|(name, _)| &name[..]).collect();
            let _ = writeln!(out, "  readable headers: {}", names.join(", "));
            if !hidden.is_empty() {
                let _ = writeln!(out, "  hidden headers: {}", hidden.join(", "));
            }
            if let (Some(seconds), Some(_)) = (seen.preflight_max_age, &seen.plan.preflight) {
                let _ = writeln!(
                    out,
                    "  the browser may cache the preflight for up to {seconds} seconds"
                );
            }
        }
        Outcome::Blocked(failure) => {
            let _ = writeln!(
                out,
                "{}: {}",
                paint(BAD, "blocked"),
                flat(&failure.to_string())
            );
            if let Some(console) = console(fetch, seen) {
                let _ = writeln!(
                    out,
                    "  {}",
                    paint(
                        DIM,
                        format!("the console says something like: {}", flat(&console))
                    )
                );
            }
            let _ = writeln!(
                out,
                "  {}",
                paint(DIM, format!("see {}", failure.section()))
            );
        }
        _ => {
            let _ = writeln!(
                out,
                "{}: the script cannot read the response",
                paint(BAD, "opaque")
            );
        }
    }
}

/// The explanation of the request that failed.
fn as_s3_sees_it(input: &Input, rules: Rules<'_>, seen: &Seen, failure: &Failure) -> String {
    let request = match (&seen.plan.preflight, &seen.plan.request) {
        _ if !failure.is_cors() => return String::new(),
        (Some(preflight), _) if !matches!(failure, Failure::ResponseCors(_)) => &preflight.request,
        (_, Some(request)) => request,
        _ => return String::new(),
    };
    let cors = |name: &str| name == "origin" || name.starts_with("access-control-request-");
    let headers: Vec<(&str, String)> = request
        .headers
        .iter()
        .filter(|(name, _)| cors(name))
        .map(|(name, value)| (&name[..], String::from_utf8_lossy(value).into_owned()))
        .collect();
    match super::explained(input, rules, &request.method, &headers) {
        Ok(explained) => {
            let explained = text::of(&explained);
            let title = match rules.app.rules() {
                [] => "What S3 does:",
                _ => "What the app does:",
            };
            format!("\n{}\n\n{explained}", paint(HINT, title))
        }
        Err(_) => String::new(),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<json::Source>,
    page: &'a str,
    url: &'a str,
    credentials: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    preflight: Option<Preflight>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request>,
    ignored: &'a [String],
    readable: bool,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    readable_headers: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden_headers: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preflight_max_age: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<JsonFailure<'a>>,
}

#[derive(Serialize)]
struct Preflight {
    reasons: Vec<String>,
    #[serde(flatten)]
    request: Request,
}

#[derive(Serialize)]
struct Request {
    method: String,
    headers: Vec<[String; 2]>,
}

#[derive(Serialize)]
struct JsonFailure<'a> {
    text: String,
    section: &'a str,
    cors: bool,
    console: String,
}

impl From<&Sent> for Request {
    fn from(sent: &Sent) -> Self {
        let lossy = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers = sent.headers.iter();
        Self {
            method: sent.method.clone(),
            headers: headers
                .map(|(name, value)| [name.clone(), lossy(value)])
                .collect(),
        }
    }
}

fn in_json(input: &Input, fetch: &Fetch, seen: &Seen, verdict: Verdict) -> Report {
    let plan = &seen.plan;
    let (outcome, readable, hidden) = match &seen.outcome {
        Outcome::Readable {
            headers, hidden, ..
        } => {
            let names = headers.iter().map(|(name, _)| &name[..]).collect();
            ("readable", Some(names), Some(&hidden[..]))
        }
        Outcome::Redirected { .. } => ("redirected", None, None),
        Outcome::Blocked(_) => ("blocked", None, None),
        _ => ("opaque", None, None),
    };
    let url = password::hidden(fetch.url());
    let document = Document {
        file: &input.name,
        source: json::Source::of(input),
        page: fetch.page_origin(),
        url: &url,
        credentials: plan.credentials,
        preflight: plan.preflight.as_ref().map(|preflight| Preflight {
            reasons: preflight.reasons.iter().map(ToString::to_string).collect(),
            request: (&preflight.request).into(),
        }),
        request: plan.request.as_ref().map(Request::from),
        ignored: &plan.ignored,
        readable: seen.outcome.is_readable(),
        outcome,
        readable_headers: readable,
        hidden_headers: hidden,
        preflight_max_age: seen.preflight_max_age,
        failure: match &seen.outcome {
            Outcome::Blocked(failure) => Some(JsonFailure {
                text: failure.to_string(),
                section: failure.section(),
                cors: failure.is_cors(),
                console: console(fetch, seen).unwrap_or_default(),
            }),
            _ => None,
        },
    };
    json::report("explain", verdict, document)
}
