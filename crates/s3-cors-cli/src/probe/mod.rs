//! `s3-cors probe`: requests derived from a configuration, sent to a live endpoint or to two, and
//! the answers compared with what the configuration says.

mod client;
mod compare;
mod endpoint;
mod expected;
mod json;
mod origins;
mod plan;
mod progress;
mod show;
mod telltales;

use std::time::Duration;

use s3_cors::CorsPolicy;
use ureq::http::Uri;

use self::client::{Client, Reply};
use self::compare::{Difference, Side, compare};
use self::expected::Expected;
use self::plan::{Plan, Planned};
use self::telltales::{Telltale, telltales};
use crate::args::{Format, Probe};
use crate::report::{Report, Verdict};
use crate::usable;

/// A request, what the configuration says of it, and what each endpoint does.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) planned: Planned,
    pub(crate) expected: Expected,
    /// One for each endpoint that was still asked.
    pub(crate) sides: Vec<Answered>,
    /// Where two endpoints disagree.
    pub(crate) between: Vec<Difference>,
}

/// What an endpoint said to a request.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) reply: Reply,
    pub(crate) differences: Vec<Difference>,
}

/// Everything there is to report.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The configuration's file.
    pub(crate) file: String,
    pub(crate) rules: usize,
    pub(crate) urls: Vec<String>,
    pub(crate) exact: bool,
    pub(crate) exchanges: Vec<Exchange>,
    /// How many requests there would be without a limit.
    pub(crate) possible: usize,
    pub(crate) planned: usize,
    pub(crate) telltales: Vec<Vec<Telltale>>,
}

impl Exchange {
    /// Whether an answer of an endpoint differs, or is missing.
    pub(crate) fn differs(&self, endpoint: usize, exact: bool) -> bool {
        self.sides
            .get(endpoint)
            .is_some_and(|side| match side.reply {
                Reply::Nothing(_) => true,
                Reply::Answer(_) => counted(&side.differences, exact).next().is_some(),
            })
    }

    /// Whether there is something to show: an answer that differs from what is expected, or two
    /// that differ from each other.
    pub(crate) fn is_odd(&self, exact: bool) -> bool {
        (0..self.sides.len()).any(|endpoint| self.differs(endpoint, exact))
            || counted(&self.between, exact).next().is_some()
    }
}

/// The differences that count.
pub(crate) fn counted(
    differences: &[Difference],
    exact: bool,
) -> impl Iterator<Item = &Difference> {
    differences.iter().filter(move |d| exact || d.matters)
}

/// After so many requests in a row without an answer in time, an endpoint is asked no more.
const PATIENCE: usize = 3;

pub(crate) fn run(args: &Probe, format: Format) -> Report {
    let failed = |message: &str| usable::failure("probe", message, format);
    let mut endpoints = Vec::new();
    for url in [Some(&args.url), args.other.as_ref()].into_iter().flatten() {
        match endpoint::endpoint(url) {
            Ok(uri) => endpoints.push(uri),
            Err(message) => return failed(&message),
        }
    }
    let urls: Vec<String> = endpoints.iter().map(endpoint::shown).collect();
    let (input, configuration) = match usable::configuration("probe", &args.config, format) {
        Ok(usable) => usable,
        Err(report) => return report,
    };
    let policy = match CorsPolicy::new(&configuration) {
        Ok(policy) => policy,
        Err(error) => return failed(&error.to_string()),
    };
    let most = usize::try_from(args.max_requests).unwrap_or(usize::MAX);
    let plan = plan::plan(&configuration, args.include_writes, most);
    if args.dry_run {
        return show::dry_run(&plan, &policy, &urls, format);
    }
    if args.include_writes {
        anstream::eprint!("{}", show::announce_writes(&plan, &urls));
    }
    let mut outcome = Outcome {
        file: input.name,
        rules: policy.rule_count(),
        urls,
        exact: args.exact,
        possible: plan.possible,
        planned: plan.requests.len(),
        exchanges: ask(plan, &policy, endpoints, args),
        telltales: Vec::new(),
    };
    for (endpoint, url) in outcome.urls.iter().enumerate() {
        let replies = || {
            outcome
                .exchanges
                .iter()
                .filter_map(|e| e.sides.get(endpoint))
        };
        if !replies().any(|side| matches!(side.reply, Reply::Answer(_))) {
            let reason = replies().find_map(|side| match &side.reply {
                Reply::Nothing(reason) => Some(reason.as_str()),
                Reply::Answer(_) => None,
            });
            let reason = reason.unwrap_or("nothing was asked");
            return failed(&format!("{url} does not answer: {reason}"));
        }
    }
    outcome.telltales = (0..outcome.urls.len())
        .map(|endpoint| telltales(&outcome.exchanges, endpoint))
        .collect();
    let odd = outcome.exchanges.iter().any(|e| e.is_odd(args.exact));
    // What was not asked may be answered otherwise.
    let odd = odd || outcome.exchanges.len() < outcome.planned;
    show::outcome(&outcome, Verdict::found(odd), args.all, format)
}

fn ask(plan: Plan, policy: &CorsPolicy, endpoints: Vec<Uri>, args: &Probe) -> Vec<Exchange> {
    let timeout = Duration::from_secs(args.timeout.into());
    let mut clients: Vec<(Client, usize)> = endpoints
        .into_iter()
        .map(|url| (Client::new(url, timeout, args.rate), 0))
        .collect();
    let progress = progress::Progress::of(plan.requests.len());
    let mut exchanges = Vec::with_capacity(plan.requests.len());
    for planned in plan.requests {
        if clients.iter().any(|(_, silent)| *silent >= PATIENCE) {
            break;
        }
        let expected = Expected::of(policy, &planned.request);
        let mut exchange = Exchange {
            planned,
            expected,
            sides: Vec::new(),
            between: Vec::new(),
        };
        for (client, silent) in &mut clients {
            let reply = client.send(&exchange.planned.request);
            let differences = match &reply {
                Reply::Answer(answer) => {
                    *silent = if answer.drips { *silent + 1 } else { 0 };
                    let method = exchange.planned.request.method;
                    compare(&(&exchange.expected).into(), &Side::of(answer, method))
                }
                Reply::Nothing(_) => {
                    *silent += 1;
                    Vec::new()
                }
            };
            exchange.sides.push(Answered { reply, differences });
        }
        if let [one, other] = &exchange.sides[..]
            && let (Reply::Answer(one), Reply::Answer(other)) = (&one.reply, &other.reply)
        {
            let method = exchange.planned.request.method;
            exchange.between = compare(&Side::of(one, method), &Side::of(other, method));
        }
        exchanges.push(exchange);
        progress.step();
    }
    progress.end();
    exchanges
}
