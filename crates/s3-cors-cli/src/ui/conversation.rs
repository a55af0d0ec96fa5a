//! A request that a page sends, from the script to the response: what the browser does, and what S3
//! does with each request that it sends.

use s3_cors::{AppRules, CorsConfiguration, Dialect};
use serde::Serialize;
use serde_json::Value;

use super::form;
use crate::app::{self, Rules};
use crate::args::{Explain, Format};
use crate::explain;
use crate::input::Input;
use crate::report::Report;
use crate::usable;

/// The documents that `explain --fetch` and `explain` print.
#[derive(Debug, Serialize)]
pub(super) struct Conversation {
    /// What the browser does.
    fetch: Value,
    /// What S3 does with the preflight, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    preflight: Option<Value>,
    /// What S3 does with the actual request.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Value>,
}

/// A request as a document shows it.
struct Sent {
    method: String,
    headers: Vec<(String, String)>,
}

impl Conversation {
    pub(super) fn of(args: &Explain, input: &Input) -> Self {
        let fetch = explain::report(args, input.clone(), Format::Json);
        let fetch = value(&fetch);
        let (preflight, request) = match Usable::of(args, input.clone()) {
            Ok(usable) => {
                let explained = |part: &str| {
                    let sent = Sent::of(fetch.get(part)?)?;
                    Some(value(&sent.explained(&usable, None)))
                };
                (explained("preflight"), explained("request"))
            }
            Err(_) => (None, None),
        };
        Self {
            fetch,
            preflight,
            request,
        }
    }

    /// The configuration with the smallest change that allows the first of the requests that is not
    /// allowed, in the form of the text.
    pub(super) fn applied(args: &Explain, input: Input) -> Report {
        let conversation = Self::of(args, &input);
        let is_refused = |document: &&Value| document.get("allowed") == Some(&Value::Bool(false));
        let parts = [&conversation.preflight, &conversation.request];
        let refused = parts.into_iter().flatten().find(is_refused);
        let form = match form::of(&input) {
            Ok(form) => form,
            Err(message) => return usable::failure("explain", &message, Format::Json),
        };
        let usable = match Usable::of(args, input) {
            Ok(usable) => usable,
            Err(report) => return report,
        };
        match refused.and_then(Sent::of) {
            Some(sent) => sent.explained(&usable, Some(form)),
            None => usable::failure("explain", "no rule refuses this request", Format::Json),
        }
    }
}

/// All rules, if they are valid.
struct Usable {
    input: Input,
    bucket: CorsConfiguration,
    app: AppRules,
}

impl Usable {
    fn of(args: &Explain, input: Input) -> Result<Self, Report> {
        let (input, bucket) = usable::of("explain", input, Format::Json)?;
        let app = app::rules("explain", args.app.as_deref(), Format::Json)?;
        Ok(Self { input, bucket, app })
    }
}

impl Sent {
    /// The request in a document, with the headers that S3 checks.
    fn of(document: &Value) -> Option<Self> {
        let method = document.get("method")?.as_str()?.to_owned();
        let lines = document.get("headers")?.as_array()?.iter();
        let lines = lines.filter_map(|line| {
            let part = |index| line.get(index).and_then(Value::as_str);
            Some((part(0)?.to_owned(), part(1)?.to_owned()))
        });
        let is_checked = |name: &str| {
            let name = name.to_ascii_lowercase();
            name == "origin" || name.starts_with("access-control-request-")
        };
        Some(Self {
            method,
            headers: lines.filter(|(name, _)| is_checked(name)).collect(),
        })
    }

    fn explained(&self, usable: &Usable, apply_as: Option<Dialect>) -> Report {
        let headers = self.headers.iter();
        let headers: Vec<(&str, String)> = headers
            .map(|(name, value)| (&name[..], value.clone()))
            .collect();
        let rules = Rules {
            bucket: &usable.bucket,
            app: &usable.app,
        };
        explain::of_request(&usable.input, rules, &self.method, &headers, apply_as)
    }
}

/// The document of a report.
pub(super) fn value(report: &Report) -> Value {
    serde_json::from_str(&report.stdout).unwrap_or_default()
}
