//! The results of a probe as JSON.

use std::collections::BTreeMap;

use s3_cors::CorsPolicy;
use serde::Serialize;

use super::client::Reply;
use super::compare::Difference;
use super::diagnosis::Diagnosis;
use super::expected::Expected;
use super::plan::{Plan, Planned};
use super::{Exchange, Observed, Outcome, counted};
use crate::json;
use crate::report::{Report, Verdict};

#[derive(Serialize)]
struct Probed<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a json::Source>,
    exact: bool,
    requests_possible: usize,
    requests_planned: usize,
    requests_sent: usize,
    endpoints: Vec<Endpoint<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoints_differ: Option<usize>,
    requests: Vec<Asked<'a>>,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    url: &'a str,
    differing: usize,
    diagnoses: &'a [Diagnosis],
}

#[derive(Serialize)]
struct Asked<'a> {
    #[serde(flatten)]
    request: AskedRequest<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    responses: Vec<Response<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    between: Option<&'a [Difference]>,
}

#[derive(Serialize)]
struct AskedRequest<'a> {
    method: &'a str,
    headers: Vec<[&'a str; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<usize>,
    why: &'a str,
    expected: ExpectedResponse<'a>,
}

#[derive(Serialize)]
struct ExpectedResponse<'a> {
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    headers: BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct Response<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    no_response: Option<&'a str>,
    differs: bool,
    differences: &'a [Difference],
}

pub(super) fn outcome(outcome: &Outcome, verdict: Verdict) -> Report {
    let Outcome {
        exact, exchanges, ..
    } = outcome;
    let endpoints = outcome.urls.iter().zip(&outcome.diagnoses).enumerate();
    let endpoints = endpoints.map(|(endpoint, (url, diagnoses))| Endpoint {
        url,
        differing: exchanges
            .iter()
            .filter(|e| e.differs(endpoint, *exact))
            .count(),
        diagnoses,
    });
    let apart = || {
        let apart = |e: &&Exchange| counted(&e.between, *exact).next().is_some();
        exchanges.iter().filter(apart).count()
    };
    let two = outcome.urls.len() == 2;
    let probed = Probed {
        file: &outcome.file,
        source: outcome.source.as_ref(),
        exact: *exact,
        requests_possible: outcome.possible,
        requests_planned: outcome.planned,
        requests_sent: exchanges.len(),
        endpoints: endpoints.collect(),
        endpoints_differ: two.then(apart),
        requests: exchanges
            .iter()
            .map(|exchange| Asked {
                request: request(&exchange.planned, &exchange.expected),
                responses: exchange
                    .sides
                    .iter()
                    .enumerate()
                    .map(|(endpoint, side)| response(side, exchange.differs(endpoint, *exact)))
                    .collect(),
                between: two.then_some(&exchange.between),
            })
            .collect(),
    };
    json::report("probe", verdict, probed)
}

fn response(side: &Observed, differs: bool) -> Response<'_> {
    let (status, no_response) = match &side.reply {
        Reply::Response(response) => (Some(response.status), None),
        Reply::Nothing(reason) => (None, Some(reason.as_str())),
    };
    Response {
        status,
        no_response,
        differs,
        differences: &side.differences,
    }
}

fn request<'a>(planned: &'a Planned, expected: &'a Expected) -> AskedRequest<'a> {
    let headers = planned.request.headers.iter();
    AskedRequest {
        method: planned.request.method,
        headers: headers.map(|(name, value)| [*name, value]).collect(),
        rule: planned.rule,
        why: &planned.why,
        expected: ExpectedResponse {
            allowed: expected.is_allowed(),
            status: expected.status,
            error_code: expected.error_code,
            headers: expected
                .headers
                .iter()
                .map(|(name, value)| (&name[..], String::from_utf8_lossy(value).into_owned()))
                .collect(),
            reason: expected.reason.as_deref(),
        },
    }
}

#[derive(Serialize)]
struct DryRun<'a> {
    dry_run: bool,
    urls: &'a [String],
    requests_possible: usize,
    requests: Vec<AskedRequest<'a>>,
}

pub(super) fn dry_run(plan: &Plan, policy: &CorsPolicy, urls: &[String]) -> Report {
    let expected: Vec<Expected> = plan
        .requests
        .iter()
        .map(|planned| Expected::of(policy, &planned.request))
        .collect();
    let requests = plan.requests.iter().zip(&expected);
    let requests = requests.map(|(planned, expected)| request(planned, expected));
    let dry_run = DryRun {
        dry_run: true,
        urls,
        requests_possible: plan.possible,
        requests: requests.collect(),
    };
    json::report("probe", Verdict::Fine, dry_run)
}
