//! Where the model and the browser disagree.

use std::collections::{BTreeMap, BTreeSet};

use cors_fetch::{Fetch, Outcome, PlanKind, Request, Response, Verdict};
use s3_cors::CorsPolicy;
use s3_cors_analysis::fetch::verdict as verdict_of;

use crate::script::Seen;
use crate::servers::Exchange;

/// What became of a call in the browser.
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) seen: Seen,
    pub(crate) arrived: Vec<Exchange>,
    /// Whether the browser has a cookie that it sends if it sends any.
    pub(crate) has_cookie: bool,
}

/// What differs, a line each. `own` is what the app answers if CORS is left out of it.
pub(crate) fn disagreements(
    fetch: &Fetch,
    policy: &CorsPolicy,
    own: &Response,
    observed: &Observed,
) -> Vec<String> {
    let verdict = verdict_of(fetch, policy, own);
    let mut found = sent(&verdict, &observed.arrived, observed.has_cookie);
    let mut compare = |what: &str, model: String, browser: String| {
        if model != browser {
            found.push(format!("{what}: model {model}, browser {browser}"));
        }
    };
    let request = verdict.plan.request.as_ref().filter(|_| is_sent(&verdict));
    if request.is_some_and(|request| request.method == "OPTIONS") {
        // What else S3 says to such a request, CORS does not matter to.
        compare("status", status(&verdict), status_seen(&observed.seen));
    } else {
        compare("outcome", outcome(&verdict), seen(&observed.seen));
    }
    // Once more with what the browser got instead of what the policy says.
    let answer = |preflight| {
        let mut arrived = observed.arrived.iter();
        let found = arrived.find(|arrived| arrived.is_preflight() == preflight);
        found.map(|found| found.answer.clone())
    };
    let of_answers = fetch.verdict(
        answer(true).as_ref(),
        &answer(false).unwrap_or_else(|| own.clone()),
    );
    compare(
        "outcome of the same answers",
        outcome(&of_answers),
        seen(&observed.seen),
    );
    found
}

/// What differs between what is sent by the model and what arrived.
pub(crate) fn sent(verdict: &Verdict, arrived: &[Exchange], has_cookie: bool) -> Vec<String> {
    let mut found = Vec::new();
    let (preflights, requests): (Vec<_>, Vec<_>) =
        arrived.iter().partition(|arrived| arrived.is_preflight());

    let mut compare = |what: &str, model: String, browser: String| {
        if model != browser {
            found.push(format!("{what}: model {model}, browser {browser}"));
        }
    };
    let plan = &verdict.plan;
    let preflight = plan.preflight.as_ref().map(|preflight| &preflight.request);
    let request = plan.request.as_ref().filter(|_| is_sent(verdict));
    let counted = |sent: Option<&Request>| usize::from(sent.is_some()).to_string();
    compare(
        "preflights",
        counted(preflight),
        preflights.len().to_string(),
    );
    compare("requests", counted(request), requests.len().to_string());

    for (sent, arrived) in [(preflight, preflights.first()), (request, requests.first())] {
        let (Some(sent), Some(arrived)) = (sent, arrived) else {
            continue;
        };
        compare("method", sent.method.clone(), arrived.method.clone());
        let said = joined(
            sent.headers
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        let names = said.keys().map(String::as_str).chain(CORS);
        for name in names.collect::<BTreeSet<_>>() {
            let browser = arrived.header(name).map(|value| latin1(&value));
            let model = said.get(name).cloned();
            compare(name, on_the_wire(name, model), on_the_wire(name, browser));
        }
        let cookies = arrived.headers.contains_key("cookie");
        let expected = plan.credentials && has_cookie && !arrived.is_preflight();
        compare("cookies", expected.to_string(), cookies.to_string());
    }

    found
}

/// What a preflight or a request may have because of CORS.
const CORS: [&str; 3] = [
    "origin",
    "access-control-request-method",
    "access-control-request-headers",
];

/// Servers drop white space at the end, and Chromium writes ranges that it understands anew.
fn on_the_wire(name: &str, value: Option<String>) -> String {
    let value = value.map(|value| match name {
        "range" => "a range".to_owned(),
        _ => value.trim_ascii().to_owned(),
    });
    format!("{value:?}")
}

/// Whether the request itself leaves the browser.
fn is_sent(verdict: &Verdict) -> bool {
    let plan = &verdict.plan;
    let is_allowed = plan.preflight.is_none() || verdict.preflight_max_age.is_some();
    is_allowed && plan.request.is_some()
}

pub(crate) fn outcome(verdict: &Verdict) -> String {
    let (kind, status, headers) = match &verdict.outcome {
        Outcome::Blocked(_) => return "blocked".into(),
        Outcome::Opaque => ("opaque", 0, BTreeMap::new()),
        Outcome::Readable {
            status, headers, ..
        } => {
            let kind = match verdict.plan.kind {
                PlanKind::SameOrigin => "basic",
                _ => "cors",
            };
            (kind, *status, joined(headers.iter().cloned()))
        }
        other => return format!("{other:?}"),
    };
    format!("{kind} {status} {:?}", undated(headers))
}

pub(crate) fn seen(seen: &Seen) -> String {
    match seen {
        Seen::Throws(name) if name == "TypeError" => "blocked".into(),
        Seen::Throws(name) => name.clone(),
        Seen::Gets {
            kind,
            status,
            headers,
        } => {
            // Redirects that the script wants to see itself have a word of their own.
            let kind = if kind == "opaqueredirect" {
                "opaque"
            } else {
                kind
            };
            format!(
                "{kind} {status} {:?}",
                undated(headers.iter().cloned().collect())
            )
        }
    }
}

fn status(verdict: &Verdict) -> String {
    match &verdict.outcome {
        Outcome::Readable { status, .. } => status.to_string(),
        _ => outcome(verdict),
    }
}

fn status_seen(observed: &Seen) -> String {
    match observed {
        Seen::Gets { status, .. } => status.to_string(),
        Seen::Throws(_) => seen(observed),
    }
}

/// Two answers have two dates.
fn undated(mut headers: BTreeMap<String, String>) -> BTreeMap<String, String> {
    if let Some(date) = headers.get_mut("date") {
        "now".clone_into(date);
    }
    headers
}

/// Lines of the same name become one.
fn joined(lines: impl Iterator<Item = (String, Vec<u8>)>) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::<String, String>::new();
    for (name, value) in lines {
        let value = latin1(&value);
        headers
            .entry(name)
            .and_modify(|before| *before = format!("{before}, {value}"))
            .or_insert(value);
    }
    headers
}

fn latin1(value: &[u8]) -> String {
    value.iter().copied().map(char::from).collect()
}
