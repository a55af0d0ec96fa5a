//! `s3-cors probe URL --origin ORIGIN`: what an endpoint lets the scripts of a page do, without a
//! configuration to compare with. The Fetch standard decides, as [`cors_fetch`] knows it.

use std::time::Duration;

use cors_fetch::{Credentials, Failure, Fetch, Outcome, Response};
use s3_cors_analysis::explain::NeverSent;
use serde::Serialize;
use ureq::http::Uri;

use super::client::{Client, Reply};
use super::compare::Difference;
use super::diagnosis::{Diagnosis, diagnose};
use super::endpoint::shown;
use super::expected::Expected;
use super::origins::STRANGER;
use super::plan::{HEADERS, METHOD, ORIGIN, Planned, Request};
use super::{Exchange, Observed, Progress, show, telltales};
use crate::args::{Format, Probe};
use crate::paint::{BAD, BOLD, DIM, GOOD, HINT, ODD, count, flat, paint};
use crate::password::{self, console};
use crate::report::{Report, Verdict};
use crate::{json, usable};

const ALLOW_ORIGIN: &str = "access-control-allow-origin";

/// Diagnoses that only make sense with a configuration to compare with.
const OF_CONFIGURATIONS: [&str; 2] = ["different-rules", "no-cors-on-reads"];

/// A call of `fetch()` that people make.
struct Sort {
    name: &'static str,
    method: &'static str,
    headers: &'static [(&'static str, &'static str)],
    credentials: bool,
}

const fn plain(name: &'static str, method: &'static str) -> Sort {
    Sort {
        name,
        method,
        headers: &[],
        credentials: false,
    }
}

const SORTS: [Sort; 8] = [
    plain("GET", "GET"),
    Sort {
        credentials: true,
        ..plain("GET with credentials", "GET")
    },
    plain("HEAD", "HEAD"),
    Sort {
        headers: &[("Authorization", "Bearer")],
        ..plain("GET with Authorization", "GET")
    },
    Sort {
        headers: &[("Content-Type", "application/json")],
        ..plain("POST of JSON", "POST")
    },
    plain("PUT", "PUT"),
    plain("PATCH", "PATCH"),
    plain("DELETE", "DELETE"),
];

/// What the page gets.
struct Call {
    sort: &'static Sort,
    /// Whether only the preflight was sent.
    preflight_only: bool,
    max_age: Option<u64>,
    outcome: Outcome,
    console: Option<String>,
}

impl Call {
    fn is_allowed(&self) -> bool {
        self.outcome.is_readable()
    }
}

pub(super) fn run(
    args: &Probe,
    page: &str,
    endpoints: Vec<Uri>,
    progress: &impl Progress,
    format: Format,
) -> Report {
    let failed = |message: &str| usable::failure("probe", message, format);
    if password::is_in(page) {
        return failed(password::NOT_IN_ORIGINS);
    }
    if let Some(never_sent) = NeverSent::of(page) {
        return failed(&flat(&never_sent.to_string()));
    }
    let Some(url) = endpoints.into_iter().next() else {
        return failed("no URL is given");
    };
    let (address, name) = (url.to_string(), shown(&url));
    let fetch = match Fetch::new(page, &address) {
        Ok(fetch) => fetch,
        Err(error) => return failed(&flat(&error.to_string().replace(&address, &name))),
    };
    if fetch.is_same_origin() {
        return failed(&flat(&format!(
            "{name} has the page's own origin: browsers apply no CORS"
        )));
    }
    let plan = plan(page, &fetch);
    if args.dry_run {
        return dry_run(&plan, &name, format);
    }
    let timeout = Duration::from_secs(args.timeout.into());
    let mut client = Client::new(url, timeout, args.rate);
    let mut exchanges = Vec::new();
    let requests = plan.len();
    progress.start(requests);
    for planned in plan {
        if progress.is_stopped() {
            break;
        }
        let reply = client.send(&planned.request);
        if let (Reply::Nothing(reason), true) = (&reply, exchanges.is_empty()) {
            progress.end();
            return failed(&format!("{name} does not respond: {reason}"));
        }
        exchanges.push(exchange(planned, reply, page));
        progress.step();
    }
    progress.end();
    let mut diagnoses = diagnose(&exchanges, 0, &[page.to_owned()]);
    diagnoses.retain(|diagnosis| !OF_CONFIGURATIONS.contains(&diagnosis.code));
    for diagnosis in &mut diagnoses {
        if diagnosis.code == "no-cors-headers" {
            diagnosis.text += ", or none to this page";
        }
    }
    let calls: Vec<Call> = SORTS
        .iter()
        .filter_map(|sort| call(sort, &fetch, &exchanges))
        .collect();
    let readable = calls.first().is_some_and(Call::is_allowed);
    let fault = diagnoses.iter().any(|diagnosis| !diagnosis.note);
    let all = exchanges.len() == requests;
    let verdict = Verdict::found(!readable || fault || !all);
    match format {
        Format::Text => {
            let sent = exchanges.len();
            Report::on_stdout(in_text(&name, page, sent, &calls, &diagnoses), verdict)
        }
        Format::Json => json::report(
            "probe",
            verdict,
            Document {
                url: &name,
                page,
                requests_planned: requests,
                requests_sent: exchanges.len(),
                calls: calls.iter().map(JsonCall::from).collect(),
                diagnoses: &diagnoses,
            },
        ),
    }
}

fn of_sort(sort: &Sort, fetch: &Fetch) -> Fetch {
    let fetch = fetch.clone().method(sort.method);
    let fetch = match sort.credentials {
        true => fetch.credentials(Credentials::Include),
        false => fetch,
    };
    let headers = sort.headers.iter();
    headers.fold(fetch, |fetch, (name, value)| fetch.header(name, *value))
}

/// The preflight of a call, if it needs one.
fn preflight(sort: &Sort, fetch: &Fetch) -> Option<Request> {
    let preflight = of_sort(sort, fetch).plan().preflight?.request;
    let headers = [ORIGIN, METHOD, HEADERS].into_iter().filter_map(|name| {
        let value = preflight.header(&name.to_ascii_lowercase())?;
        Some((name, String::from_utf8_lossy(value).into_owned()))
    });
    Some(Request {
        method: "OPTIONS",
        headers: headers.collect(),
    })
}

fn actual(method: &'static str, origin: &str) -> Request {
    Request {
        method,
        headers: vec![(ORIGIN, origin.to_owned())],
    }
}

fn plan(page: &str, fetch: &Fetch) -> Vec<Planned> {
    let planned = |request: Request, why: &str| Planned {
        rule: None,
        why: why.into(),
        request,
    };
    let without = Request {
        method: "GET",
        headers: Vec::new(),
    };
    let mut plan = vec![planned(without, "no Origin: not a CORS request")];
    for method in ["GET", "HEAD"] {
        plan.push(planned(actual(method, page), "an actual request"));
    }
    for sort in &SORTS {
        let preflight = preflight(sort, fetch);
        plan.extend(preflight.map(|request| planned(request, sort.name)));
    }
    plan.push(planned(actual("GET", STRANGER), "any other page"));
    let telltales = telltales::of_entry(page)
        .into_iter()
        .chain(telltales::of_everybody());
    for telltale in telltales.filter(|telltale| telltale.origin != page) {
        let request = actual("GET", &telltale.origin);
        plan.push(planned(request, telltale.fault.code));
    }
    plan
}

/// A response, as if a configuration allowed this page and no other.
fn exchange(planned: Planned, reply: Reply, page: &str) -> Exchange {
    let is_page = |(name, value): &(&str, String)| *name == ORIGIN && value == page;
    let is_page = planned.request.headers.iter().any(is_page);
    let mut expected = Expected {
        status: None,
        error_code: None,
        headers: std::collections::BTreeMap::new(),
        reason: None,
    };
    let mut differences = Vec::new();
    if is_page {
        let value = page.as_bytes().to_vec();
        expected.headers.insert(ALLOW_ORIGIN.into(), value);
        let found = match &reply {
            Reply::Response(response) => response.text(ALLOW_ORIGIN),
            Reply::Nothing(_) => None,
        };
        if !found
            .as_deref()
            .is_some_and(|found| found == page || found == "*")
        {
            differences.push(Difference {
                item: ALLOW_ORIGIN.into(),
                expected: Some(page.into()),
                found,
                matters: true,
            });
        }
    }
    Exchange {
        planned,
        expected,
        sides: vec![Observed { reply, differences }],
        between: Vec::new(),
    }
}

/// The response to a request, as the model of the browser reads it. `None` if it was not sent.
fn response(request: &Request, exchanges: &[Exchange]) -> Option<Response> {
    let exchange = exchanges
        .iter()
        .find(|exchange| exchange.planned.request == *request)?;
    let Reply::Response(response) = &exchange.sides.first()?.reply else {
        return Some(Response::new(500));
    };
    let lines = response.headers.iter();
    Some(
        lines.fold(Response::new(response.status), |read, (name, value)| {
            read.header(name, value.clone())
        }),
    )
}

/// `None` if what tells was not sent.
fn call(sort: &'static Sort, fetch: &Fetch, exchanges: &[Exchange]) -> Option<Call> {
    let page = fetch.page_origin();
    let preflight = preflight(sort, fetch);
    let to_preflight = match &preflight {
        Some(request) => Some(response(request, exchanges)?),
        None => None,
    };
    // What was not sent is assumed to be allowed.
    let assumed = || {
        Response::new(200)
            .header("Access-Control-Allow-Origin", page)
            .header("Access-Control-Allow-Credentials", "true")
    };
    let preflight_only = preflight.is_some();
    let response = match preflight_only {
        true => assumed(),
        false => response(&actual(sort.method, page), exchanges)?,
    };
    let verdict = of_sort(sort, fetch).verdict(to_preflight.as_ref(), &response);
    Some(Call {
        sort,
        preflight_only,
        max_age: verdict.preflight_max_age,
        console: console(fetch, &verdict),
        outcome: verdict.outcome,
    })
}

fn in_text(
    url: &str,
    page: &str,
    requests: usize,
    calls: &[Call],
    diagnoses: &[Diagnosis],
) -> String {
    let requests = count(requests, "request", "requests");
    let mut out = format!(
        "{}: {requests}\n\n",
        paint(BOLD, flat(&format!("{url} for a page of {page}")))
    );
    for call in calls {
        out += &line(call);
    }
    out.push('\n');
    show::diagnoses(diagnoses, "", &mut out);
    out
}

fn line(call: &Call) -> String {
    let name = call.sort.name;
    match &call.outcome {
        Outcome::Readable {
            headers, hidden, ..
        } => {
            let mut out = format!("{name}: {}", paint(GOOD, "allowed"));
            if call.preflight_only {
                out += " by the preflight (the actual request was not sent)\n";
            } else {
                out += ": the script can read the response\n";
                let names: Vec<&str> = headers.iter().map(|(name, _)| &name[..]).collect();
                for (what, names) in [
                    ("readable", names.join(", ")),
                    ("hidden", hidden.join(", ")),
                ] {
                    if !names.is_empty() {
                        let names = flat(&format!("{what} headers: {names}"));
                        out += &format!("  {}\n", paint(DIM, names));
                    }
                }
            }
            if let (Some(seconds), true) = (call.max_age, call.preflight_only) {
                let line =
                    format!("the browser may cache the preflight for up to {seconds} seconds");
                out += &format!("  {}\n", paint(DIM, line));
            }
            out
        }
        Outcome::Blocked(failure) => {
            let reason = flat(&failure.to_string());
            let section = format!("see {}", failure.section());
            format!(
                "{name}: {}: {reason}\n  {}\n",
                paint(BAD, "blocked"),
                paint(DIM, section)
            )
        }
        _ => format!(
            "{name}: {}: the script cannot read the response\n",
            paint(ODD, "opaque")
        ),
    }
}

fn dry_run(plan: &[Planned], url: &str, format: Format) -> Report {
    let lines = plan.iter().map(|planned| {
        let request = show::request_line(&planned.request);
        format!("{request}\n  {}\n", paint(DIM, &planned.why))
    });
    match format {
        Format::Text => {
            let number = count(plan.len(), "request", "requests");
            let end = format!(
                "{} no request was sent\n",
                paint(HINT, format!("{number};"))
            );
            Report::on_stdout(lines.collect::<String>() + &end, Verdict::Fine)
        }
        Format::Json => {
            let requests = plan.iter().map(|planned| DryRequest {
                method: planned.request.method,
                headers: planned
                    .request
                    .headers
                    .iter()
                    .map(|(name, value)| [*name, &value[..]])
                    .collect(),
                why: &planned.why,
            });
            let document = DryRun {
                dry_run: true,
                url,
                requests: requests.collect(),
            };
            json::report("probe", Verdict::Fine, document)
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    url: &'a str,
    page: &'a str,
    requests_planned: usize,
    requests_sent: usize,
    calls: Vec<JsonCall<'a>>,
    diagnoses: &'a [Diagnosis],
}

#[derive(Serialize)]
struct JsonCall<'a> {
    name: &'a str,
    method: &'a str,
    headers: Vec<&'a str>,
    credentials: bool,
    preflight_only: bool,
    allowed: bool,
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
struct JsonFailure<'a> {
    text: String,
    section: &'a str,
    cors: bool,
    console: &'a str,
}

#[derive(Serialize)]
struct DryRun<'a> {
    dry_run: bool,
    url: &'a str,
    requests: Vec<DryRequest<'a>>,
}

#[derive(Serialize)]
struct DryRequest<'a> {
    method: &'a str,
    headers: Vec<[&'a str; 2]>,
    why: &'a str,
}

impl<'a> From<&'a Call> for JsonCall<'a> {
    fn from(call: &'a Call) -> Self {
        let (readable, hidden) = match &call.outcome {
            Outcome::Readable {
                headers, hidden, ..
            } if !call.preflight_only => {
                let names = headers.iter().map(|(name, _)| &name[..]).collect();
                (Some(names), Some(&hidden[..]))
            }
            _ => (None, None),
        };
        let failure = |failure: &'a Failure| JsonFailure {
            text: failure.to_string(),
            section: failure.section(),
            cors: failure.is_cors(),
            console: call.console.as_deref().unwrap_or_default(),
        };
        Self {
            name: call.sort.name,
            method: call.sort.method,
            headers: call.sort.headers.iter().map(|(name, _)| *name).collect(),
            credentials: call.sort.credentials,
            preflight_only: call.preflight_only,
            allowed: call.is_allowed(),
            readable_headers: readable,
            hidden_headers: hidden,
            preflight_max_age: call.max_age.filter(|_| call.preflight_only),
            failure: match &call.outcome {
                Outcome::Blocked(reason) => Some(failure(reason)),
                _ => None,
            },
        }
    }
}
