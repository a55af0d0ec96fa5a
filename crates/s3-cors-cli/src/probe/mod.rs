//! `s3-cors probe`: requests derived from a configuration, sent to a live endpoint or to two, and
//! the responses compared with what the configuration says.

mod client;
mod compare;
mod diagnosis;
mod endpoint;
mod expected;
mod json;
mod origins;
mod page;
mod patience;
mod plan;
mod progress;
mod show;
mod telltales;
mod whole;

use std::time::Duration;

use s3_cors::CorsPolicy;
use ureq::http::Uri;

use self::client::{Client, Reply};
use self::compare::{Difference, Side, compare};
use self::diagnosis::{Diagnosis, diagnose};
use self::expected::Expected;
use self::plan::{Plan, Planned};
pub(crate) use self::progress::Progress;
use crate::args::{Format, Probe};
use crate::input::Input;
use crate::report::{Report, Verdict};
use crate::usable;

/// A request, the expected response, and what each endpoint responded.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) planned: Planned,
    pub(crate) expected: Expected,
    /// One for each endpoint that was still probed.
    pub(crate) sides: Vec<Observed>,
    /// Where two endpoints disagree.
    pub(crate) between: Vec<Difference>,
}

/// What an endpoint responded to a request.
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) reply: Reply,
    pub(crate) differences: Vec<Difference>,
}

/// All results of a probe.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The name of the configuration file.
    pub(crate) file: String,
    /// Where its rules come from, if not from one of S3's own forms.
    pub(crate) source: Option<crate::json::Source>,
    pub(crate) rules: usize,
    pub(crate) urls: Vec<String>,
    pub(crate) exact: bool,
    pub(crate) exchanges: Vec<Exchange>,
    /// The number of requests without the limit.
    pub(crate) possible: usize,
    pub(crate) planned: usize,
    pub(crate) diagnoses: Vec<Vec<Diagnosis>>,
}

impl Exchange {
    /// Whether the response of an endpoint differs or is missing.
    pub(crate) fn differs(&self, endpoint: usize, exact: bool) -> bool {
        self.sides
            .get(endpoint)
            .is_some_and(|side| match side.reply {
                Reply::Nothing(_) => true,
                Reply::Response(_) => counted(&side.differences, exact).next().is_some(),
            })
    }

    /// Whether there is something to show: a response that differs from the expected one, or two
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

pub(crate) fn run(args: &Probe, format: Format) -> Report {
    let progress = progress::Bar::default();
    match (&args.config, &args.origin) {
        (Some(config), _) => report(args, || Input::read(config, &args.pick), &progress, format),
        (None, Some(page)) => report_of_page(args, page, &progress, format),
        (None, None) => {
            let message = "neither --config nor --origin is given";
            usable::failure("probe", message, format)
        }
    }
}

/// What an endpoint lets the scripts of a page do.
pub(crate) fn report_of_page(
    args: &Probe,
    page: &str,
    progress: &impl Progress,
    format: Format,
) -> Report {
    match endpoints(args) {
        Ok(endpoints) => page::run(args, page, endpoints, progress, format),
        Err(message) => usable::failure("probe", &message, format),
    }
}

fn endpoints(args: &Probe) -> Result<Vec<Uri>, String> {
    let urls = [Some(&args.url), args.other.as_ref()].into_iter().flatten();
    urls.map(|url| endpoint::endpoint(url)).collect()
}

/// Compares an endpoint, or two, with a configuration. The input is only read if the URLs are right.
pub(crate) fn report(
    args: &Probe,
    input: impl FnOnce() -> Input,
    progress: &impl Progress,
    format: Format,
) -> Report {
    let failed = |message: &str| usable::failure("probe", message, format);
    let endpoints = match endpoints(args) {
        Ok(endpoints) => endpoints,
        Err(message) => return failed(&message),
    };
    let urls: Vec<String> = endpoints.iter().map(endpoint::shown).collect();
    let (input, configuration) = match usable::of("probe", input(), format) {
        Ok(usable) => usable,
        Err(report) => return report,
    };
    let policy = match CorsPolicy::new(&configuration) {
        Ok(policy) => policy,
        Err(error) => return failed(&error.to_string()),
    };
    let rules = configuration.cors_rules.iter();
    let entries: Vec<String> = rules
        .flat_map(|rule| rule.allowed_origins.clone())
        .collect();
    let most = usize::try_from(args.max_requests).unwrap_or(usize::MAX);
    let plan = plan::plan(&configuration, args.include_writes, most);
    if args.dry_run {
        return show::dry_run(&plan, &policy, &urls, format);
    }
    if args.include_writes {
        anstream::eprint!("{}", show::announce_writes(&plan, &urls));
    }
    let mut outcome = Outcome {
        source: crate::json::Source::of(&input),
        file: input.name.clone(),
        rules: policy.rule_count(),
        urls,
        exact: args.exact,
        possible: plan.possible,
        planned: plan.requests.len(),
        exchanges: send(plan, &policy, endpoints, progress, args),
        diagnoses: Vec::new(),
    };
    for (endpoint, url) in outcome.urls.iter().enumerate() {
        let replies = || {
            outcome
                .exchanges
                .iter()
                .filter_map(|e| e.sides.get(endpoint))
        };
        if !replies().any(|side| matches!(side.reply, Reply::Response(_))) {
            let reason = replies().find_map(|side| match &side.reply {
                Reply::Nothing(reason) => Some(reason.as_str()),
                Reply::Response(_) => None,
            });
            let reason = reason.unwrap_or("no request was sent");
            return failed(&format!("{url} does not respond: {reason}"));
        }
    }
    outcome.diagnoses = (0..outcome.urls.len())
        .map(|endpoint| diagnose(&outcome.exchanges, endpoint, &entries))
        .collect();
    let odd = outcome.exchanges.iter().any(|e| e.is_odd(args.exact));
    // To what was not sent, the response may be otherwise.
    let odd = odd || outcome.exchanges.len() < outcome.planned;
    let report = show::outcome(&outcome, Verdict::found(odd), args.all, format);
    usable::with_notes(report, &[&input], format)
}

fn send(
    plan: Plan,
    policy: &CorsPolicy,
    endpoints: Vec<Uri>,
    progress: &impl Progress,
    args: &Probe,
) -> Vec<Exchange> {
    let timeout = Duration::from_secs(args.timeout.into());
    let mut clients: Vec<Client> = endpoints
        .into_iter()
        .map(|url| Client::new(url, timeout, args.rate))
        .collect();
    progress.start(plan.requests.len());
    let mut exchanges = Vec::with_capacity(plan.requests.len());
    for planned in plan.requests {
        if progress.is_stopped() || clients.iter().any(Client::has_given_up) {
            break;
        }
        let expected = Expected::of(policy, &planned.request);
        let mut exchange = Exchange {
            planned,
            expected,
            sides: Vec::new(),
            between: Vec::new(),
        };
        for client in &mut clients {
            let reply = client.send(&exchange.planned.request);
            let differences = match &reply {
                Reply::Response(response) => {
                    let method = exchange.planned.request.method;
                    compare(&(&exchange.expected).into(), &Side::of(response, method))
                }
                Reply::Nothing(_) => Vec::new(),
            };
            exchange.sides.push(Observed { reply, differences });
        }
        if let [one, other] = &exchange.sides[..]
            && let (Reply::Response(one), Reply::Response(other)) = (&one.reply, &other.reply)
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
