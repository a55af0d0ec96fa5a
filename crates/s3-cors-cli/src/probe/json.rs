//! What a probe found, for programs.

use std::collections::BTreeMap;

use s3_cors::CorsPolicy;
use serde::Serialize;

use super::client::Reply;
use super::compare::Difference;
use super::expected::Expected;
use super::plan::{Plan, Planned};
use super::telltales::Telltale;
use super::{Answered, Exchange, Outcome, counted};
use crate::json;
use crate::report::{Report, Verdict};

#[derive(Serialize)]
struct Probed<'a> {
    file: &'a str,
    exact: bool,
    requests_possible: usize,
    requests_planned: usize,
    requests_sent: usize,
    endpoints: Vec<Endpoint<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_differently: Option<usize>,
    requests: Vec<Asked<'a>>,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    url: &'a str,
    differing: usize,
    telltales: &'a [Telltale],
}

#[derive(Serialize)]
struct Asked<'a> {
    #[serde(flatten)]
    request: AskedRequest<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    answers: Vec<Answer<'a>>,
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
    expected: ExpectedAnswer<'a>,
}

#[derive(Serialize)]
struct ExpectedAnswer<'a> {
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
struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    no_answer: Option<&'a str>,
    differs: bool,
    differences: &'a [Difference],
}

pub(super) fn outcome(outcome: &Outcome, verdict: Verdict) -> Report {
    let Outcome {
        exact, exchanges, ..
    } = outcome;
    let endpoints = outcome.urls.iter().zip(&outcome.telltales).enumerate();
    let endpoints = endpoints.map(|(endpoint, (url, telltales))| Endpoint {
        url,
        differing: exchanges
            .iter()
            .filter(|e| e.differs(endpoint, *exact))
            .count(),
        telltales,
    });
    let apart = || {
        let apart = |e: &&Exchange| counted(&e.between, *exact).next().is_some();
        exchanges.iter().filter(apart).count()
    };
    let two = outcome.urls.len() == 2;
    let probed = Probed {
        file: &outcome.file,
        exact: *exact,
        requests_possible: outcome.possible,
        requests_planned: outcome.planned,
        requests_sent: exchanges.len(),
        endpoints: endpoints.collect(),
        answered_differently: two.then(apart),
        requests: exchanges
            .iter()
            .map(|exchange| Asked {
                request: request(&exchange.planned, &exchange.expected),
                answers: exchange
                    .sides
                    .iter()
                    .enumerate()
                    .map(|(endpoint, side)| answer(side, exchange.differs(endpoint, *exact)))
                    .collect(),
                between: two.then_some(&exchange.between),
            })
            .collect(),
    };
    json::report("probe", verdict, probed)
}

fn answer(side: &Answered, differs: bool) -> Answer<'_> {
    let (status, no_answer) = match &side.reply {
        Reply::Answer(answer) => (Some(answer.status), None),
        Reply::Nothing(reason) => (None, Some(reason.as_str())),
    };
    Answer {
        status,
        no_answer,
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
        expected: ExpectedAnswer {
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
