//! The results of a probe as text.

use std::collections::BTreeMap;
use std::fmt::Write;

use s3_cors::CorsPolicy;

use super::client::Reply;
use super::compare::Difference;
use super::diagnosis::Diagnosis;
use super::expected::Expected;
use super::plan::{ORIGIN, Plan, Planned, Request};
use super::{Exchange, Outcome, counted, json};
use crate::args::Format;
use crate::paint::{BAD, BOLD, DIM, GOOD, HINT, ODD, count, flat, paint, shown};
use crate::report::{Report, Verdict};

/// Writing into a `String` cannot fail.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = writeln!($out, $($argument)*);
    };
}

/// How many kinds of differences are shown without `--all`.
const MOST_KINDS: usize = 12;

pub(crate) fn outcome(outcome: &Outcome, verdict: Verdict, all: bool, format: Format) -> Report {
    match format {
        Format::Json => json::outcome(outcome, verdict),
        Format::Text => Report::on_stdout(text(outcome, all), verdict),
    }
}

fn text(outcome: &Outcome, all: bool) -> String {
    let mut out = String::new();
    heading(outcome, &mut out);
    for (endpoint, diagnoses) in outcome.diagnoses.iter().enumerate() {
        let of = match (&outcome.urls[..], outcome.urls.get(endpoint)) {
            ([_, _], Some(url)) => format!("{url}: "),
            _ => String::new(),
        };
        self::diagnoses(diagnoses, &of, &mut out);
        if !diagnoses.is_empty() {
            out.push('\n');
        }
    }
    differences(outcome, all, &mut out);
    summary(outcome, &mut out);
    out
}

/// Diagnoses, each with its help, after what they are of.
pub(crate) fn diagnoses(diagnoses: &[Diagnosis], of: &str, out: &mut String) {
    for diagnosis in diagnoses {
        let style = if diagnosis.note { HINT } else { ODD };
        let responses = count(diagnosis.responses, "response", "responses");
        put!(
            out,
            "{}: {of}{} {}",
            paint(style, diagnosis.code),
            flat(&diagnosis.text),
            paint(DIM, format!("({responses})"))
        );
        put!(out, "  {} {}", paint(HINT, "help:"), flat(diagnosis.help));
    }
}

fn heading(outcome: &Outcome, out: &mut String) {
    let requests = count(outcome.exchanges.len(), "request", "requests");
    let rules = count(outcome.rules, "rule", "rules");
    let urls = outcome.urls.join(" and ");
    put!(
        out,
        "{}: {requests} derived from {} ({rules})",
        paint(BOLD, urls),
        outcome.file
    );
    let skipped = outcome.possible - outcome.planned;
    if skipped > 0 {
        let skipped = count(skipped, "more request is", "more requests are");
        put!(
            out,
            "  {}",
            paint(DIM, format!("{skipped} possible: see --max-requests"))
        );
    }
    let unasked = outcome.planned - outcome.exchanges.len();
    if unasked > 0 {
        let unasked = count(unasked, "request was", "requests were");
        put!(
            out,
            "  {}",
            paint(
                BAD,
                format!("{unasked} not sent because the responses before were too slow or missing")
            )
        );
    }
    out.push('\n');
}

fn differences(outcome: &Outcome, all: bool, out: &mut String) {
    let odd: Vec<&Exchange> = outcome
        .exchanges
        .iter()
        .filter(|e| e.is_odd(outcome.exact))
        .collect();
    // Kinds in the order of their first request.
    let mut kinds: Vec<(&Exchange, usize)> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for exchange in odd {
        let kind = if all {
            String::new()
        } else {
            kind(exchange, outcome.exact)
        };
        match known.get(&kind).and_then(|&index| kinds.get_mut(index)) {
            Some((_, more)) if !all => *more += 1,
            _ => {
                known.insert(kind, kinds.len());
                kinds.push((exchange, 0));
            }
        }
    }
    let most = if all { usize::MAX } else { MOST_KINDS };
    for (exchange, more) in kinds.iter().take(most) {
        one(outcome, exchange, out);
        if *more > 0 {
            let more = count(*more, "more request differs", "more requests differ");
            put!(
                out,
                "  {}",
                paint(
                    DIM,
                    format!("{more} in the same way (use --all to list them)")
                )
            );
        }
        out.push('\n');
    }
    if let more @ 1.. = kinds.len().saturating_sub(most) {
        put!(
            out,
            "{}\n",
            paint(
                DIM,
                format!("and {more} more kinds of differences (use --all to list them)")
            )
        );
    }
}

/// A key that is the same for requests whose responses differ in the same way.
fn kind(exchange: &Exchange, exact: bool) -> String {
    let request = &exchange.planned.request;
    let origin = request
        .headers
        .iter()
        .find(|(name, _)| *name == ORIGIN)
        .map(|(_, v)| &v[..]);
    let value = |value: &Option<String>| {
        match value {
            None => "nothing",
            Some(value) if Some(&value[..]) == origin => "the Origin",
            Some(value) => value,
        }
        .to_owned()
    };
    let mut kind = String::new();
    let sides = exchange.sides.iter().map(|side| match &side.reply {
        Reply::Nothing(reason) => reason.clone(),
        Reply::Response(_) if is_bare(&side.differences, exact) => {
            let others = counted(&side.differences, exact).filter(|d| !d.is_header());
            let others: String = others
                .map(|d| format!("{} {:?}", d.item, d.found))
                .collect();
            format!("{} no CORS header {others}", request.method)
        }
        Reply::Response(_) => counted(&side.differences, exact)
            .map(|d| match d.item.as_str() {
                "access-control-allow-headers" => d.item.clone(),
                _ => format!("{} {} {}\n", d.item, value(&d.expected), value(&d.found)),
            })
            .collect(),
    });
    for side in sides {
        kind.push_str(&side);
        kind.push('|');
    }
    kind
}

/// A request and the differences in its response.
fn one(outcome: &Outcome, exchange: &Exchange, out: &mut String) {
    put!(
        out,
        "{}",
        paint(BOLD, request_line(&exchange.planned.request))
    );
    put!(out, "  {}", paint(DIM, why(&exchange.planned)));
    match &exchange.expected.reason {
        None => {
            put!(out, "  {} allows it", outcome.file);
        }
        Some(reason) => {
            put!(
                out,
                "  {} does not allow it: {}",
                outcome.file,
                shown(reason.as_bytes())
            );
        }
    }
    match &exchange.sides[..] {
        [side] => match &side.reply {
            Reply::Nothing(reason) => {
                put!(
                    out,
                    "    {} {}",
                    paint(BAD, "no response:"),
                    shown(reason.as_bytes())
                );
            }
            Reply::Response(_) => {
                response_differs(&side.differences, outcome.exact, out);
            }
        },
        _ => side_by_side(outcome, exchange, out),
    }
}

fn response_differs(differences: &[Difference], exact: bool, out: &mut String) {
    let bare = is_bare(differences, exact);
    for difference in counted(differences, exact) {
        if bare && difference.is_header() {
            continue;
        }
        put!(out, "    {}", difference.item);
        let (expected, found) = (&difference.expected, &difference.found);
        put!(
            out,
            "      {}  {}",
            paint(GOOD, "expected"),
            value(expected.as_deref())
        );
        put!(
            out,
            "      {}     {}",
            paint(BAD, "found"),
            value(found.as_deref())
        );
    }
    if bare {
        put!(out, "    {}; expected:", paint(BAD, "no CORS header"));
        for difference in counted(differences, exact).filter(|d| d.is_header()) {
            put!(
                out,
                "      {}: {}",
                difference.item,
                value(difference.expected.as_deref())
            );
        }
    }
}

/// Whether a response lacks all expected headers, among them `Access-Control-Allow-Origin`.
fn is_bare(differences: &[Difference], exact: bool) -> bool {
    let mut headers = counted(differences, exact).filter(|d| d.is_header());
    let mut lacks_origin = false;
    headers.all(|difference| {
        lacks_origin |= difference.item == "access-control-allow-origin";
        difference.found.is_none()
    }) && lacks_origin
}

fn side_by_side(outcome: &Outcome, exchange: &Exchange, out: &mut String) {
    let width = outcome
        .urls
        .iter()
        .chain([&outcome.file])
        .map(|name| name.chars().count())
        .max();
    let width = width.unwrap_or_default();
    for (side, url) in exchange.sides.iter().zip(&outcome.urls) {
        if let Reply::Nothing(reason) = &side.reply {
            put!(
                out,
                "    {url}: {} {}",
                paint(BAD, "no response:"),
                shown(reason.as_bytes())
            );
        }
    }
    let sides = exchange.sides.iter().map(|side| &side.differences[..]);
    let all = sides.chain([&exchange.between[..]]);
    let mut items: Vec<&str> = all
        .flat_map(|differences| counted(differences, outcome.exact))
        .map(|difference| difference.item.as_str())
        .collect();
    items.sort_unstable();
    items.dedup();
    for item in items {
        put!(out, "    {item}");
        let expected = expected_value(exchange, item);
        put!(
            out,
            "      {:width$}  {}",
            outcome.file,
            value(expected.as_deref())
        );
        for (side, url) in exchange.sides.iter().zip(&outcome.urls) {
            let differs = |d: &&Difference| d.item == item;
            let found = match counted(&side.differences, outcome.exact).find(differs) {
                Some(difference) => paint(BAD, value(difference.found.as_deref())).to_string(),
                None => value(
                    side.differences
                        .iter()
                        .find(differs)
                        .map_or(expected.as_deref(), |d| d.found.as_deref()),
                ),
            };
            put!(out, "      {url:width$}  {found}");
        }
    }
}

/// The value that the configuration requires for an item.
pub(crate) fn expected_value(exchange: &Exchange, item: &str) -> Option<String> {
    let Expected {
        status,
        error_code,
        headers,
        ..
    } = &exchange.expected;
    match item {
        "status" => status.map(|status| status.to_string()),
        "error code" => error_code.map(Into::into),
        _ => headers
            .get(item)
            .map(|value| String::from_utf8_lossy(value).into_owned()),
    }
}

fn value(value: Option<&str>) -> String {
    value.map_or_else(|| "(none)".into(), |value| shown(value.as_bytes()))
}

fn summary(outcome: &Outcome, out: &mut String) {
    let asked = outcome.exchanges.len();
    for (endpoint, url) in outcome.urls.iter().enumerate() {
        let name = match &outcome.urls[..] {
            [_] => String::new(),
            _ => format!("{url}: "),
        };
        let differing = outcome
            .exchanges
            .iter()
            .filter(|e| e.differs(endpoint, outcome.exact))
            .count();
        if differing == 0 {
            put!(
                out,
                "{name}{}: all {asked} responses match {}",
                paint(GOOD, "no difference"),
                outcome.file
            );
        } else {
            let differ = format!(
                "{differing} of {} differ",
                count(asked, "response", "responses")
            );
            put!(
                out,
                "{name}{} from what {} requires",
                paint(BAD, differ),
                outcome.file
            );
        }
        let unnoticed = outcome
            .exchanges
            .iter()
            .filter(|e| !e.differs(endpoint, false) && e.differs(endpoint, true))
            .count();
        if !outcome.exact && unnoticed > 0 {
            let unnoticed = count(unnoticed, "more response differs", "more responses differ");
            put!(
                out,
                "  {}",
                paint(
                    DIM,
                    format!(
                        "{unnoticed} only in ways that browsers ignore (use --exact to include them)"
                    )
                )
            );
        }
    }
    if let [_, _] = &outcome.urls[..] {
        let apart = outcome
            .exchanges
            .iter()
            .filter(|e| counted(&e.between, outcome.exact).next().is_some())
            .count();
        if apart == 0 {
            put!(
                out,
                "{}: both endpoints give the same responses",
                paint(GOOD, "no difference")
            );
        } else {
            let apart = format!("{apart} of {}", count(asked, "request", "requests"));
            put!(
                out,
                "{} get different responses from the two endpoints",
                paint(BAD, apart)
            );
        }
    }
}

/// A request on one line.
pub(crate) fn request_line(request: &Request) -> String {
    let mut line = request.method.to_owned();
    for (name, value) in &request.headers {
        let _ = write!(line, "  {name}: {}", shown(value.as_bytes()));
    }
    line
}

fn why(planned: &Planned) -> String {
    let why = flat(&planned.why);
    match planned.rule {
        Some(rule) => format!("CORSRules[{rule}]: {why}"),
        None => why,
    }
}

pub(crate) fn dry_run(plan: &Plan, policy: &CorsPolicy, urls: &[String], format: Format) -> Report {
    if format == Format::Json {
        return json::dry_run(plan, policy, urls);
    }
    let mut out = String::new();
    for planned in &plan.requests {
        let expected = Expected::of(policy, &planned.request);
        let verdict = if expected.is_allowed() {
            paint(GOOD, "allowed").to_string()
        } else {
            paint(ODD, "not allowed").to_string()
        };
        put!(out, "{}", request_line(&planned.request));
        put!(
            out,
            "  {}",
            paint(DIM, format!("{}; {verdict}", why(planned)))
        );
    }
    let requests = count(plan.requests.len(), "request", "requests");
    put!(
        out,
        "{requests} of {} possible; no request was sent",
        plan.possible
    );
    Report::on_stdout(out, Verdict::Fine)
}

/// A warning before `--include-writes` sends its requests.
pub(crate) fn announce_writes(plan: &Plan, urls: &[String]) -> String {
    let mut out = String::new();
    let sent = |method: &str| {
        let mut requests = plan.requests.iter();
        let number = requests
            .by_ref()
            .filter(|p| p.request.method == method)
            .count();
        (number > 0).then(|| format!("{number} {method}"))
    };
    let writes: Vec<String> = ["PUT", "POST", "DELETE"]
        .into_iter()
        .filter_map(sent)
        .collect();
    if writes.is_empty() {
        return out;
    }
    for url in urls {
        put!(
            out,
            "{} sending {} with an empty body to {url}: the resource may be overwritten and deleted",
            paint(ODD, "warning:"),
            writes.join(", ")
        );
    }
    out
}
