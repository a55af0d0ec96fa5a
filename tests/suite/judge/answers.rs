//! Answers that S3 does not give but other servers do: wildcards, lists that are none, several
//! origins, redirects.

use cors_fetch::{Mode, Outcome, Redirect, Response};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::bench::{Bench, Tally};
use crate::call::{Call, Page, Ports};
use crate::compare;
use crate::generate::{self, HOSTS};
use crate::{PAIRS, SEED, say, script, seed_and_pairs};

/// A server that is asked, first or after a redirect, and what it answers.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) host: &'static str,
    /// Which of the servers for pages.
    pub(crate) server: usize,
    pub(crate) preflight: Response,
    pub(crate) answer: Response,
    /// Where a redirect leads to instead of the next step, if anywhere.
    pub(crate) astray: Option<&'static str>,
}

/// How many calls are made on a page.
const CALLS: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn model_and_browser_agree_on_answers_that_s3_does_not_give() {
    let (seed, pairs) = seed_and_pairs();
    let Some(bench) = Bench::start().await else {
        return;
    };
    say(&format!("other answers: {SEED}={seed} {PAIRS}={pairs}"));
    let mut tally = Tally::default();
    for number in 0..pairs.div_ceil(CALLS) {
        let group = (
            generate::pages(),
            vec((generate::calls(Just(Page::Own)), steps()), CALLS),
        );
        let (page, mut calls) = generate::generated(seed, number, &group);
        calls.truncate(pairs - number * CALLS);
        let calls: Vec<_> = calls
            .into_iter()
            .map(|(call, steps)| {
                let steps = without_deviations(&call, steps);
                (Call { page, ..call }, steps)
            })
            .collect();
        judge(&bench, &format!("group {number}"), page, &calls, &mut tally).await;
    }
    say(&format!("other answers: {tally}"));
    assert_eq!(tally.pairs, pairs);
    let found = tally.found.join("\n");
    assert!(found.is_empty(), "{SEED}={seed} {PAIRS}={pairs}:\n{found}");
}

pub(crate) async fn judge(
    bench: &Bench,
    name: &str,
    page: Page,
    calls: &[(Call, Vec<Step>)],
    tally: &mut Tally,
) {
    let ports = Ports {
        pages: [bench.pages[0].port, bench.pages[1].port],
        target: bench.pages[0].port,
    };
    // Pages on the server that is asked are on this name of it.
    let host = "localhost";
    let page_of_model = page.of_model(host, ports);
    let origin = page_of_model
        .strip_suffix(crate::call::PAGE)
        .unwrap_or("null");
    let chains: Vec<Vec<(String, [Response; 2])>> = calls
        .iter()
        .map(|(call, steps)| chain(bench, &call.path, steps, origin))
        .collect();
    for ((_, steps), chain) in calls.iter().zip(&chains) {
        for (step, (url, [preflight, answer])) in steps.iter().zip(chain) {
            let server = &bench.pages[step.server];
            server.answer_to(url, preflight.clone(), answer.clone());
        }
    }
    let asked: Vec<(String, &Call)> = calls
        .iter()
        .zip(&chains)
        .map(|((call, _), chain)| (chain[0].0.clone(), call))
        .collect();
    let opened = page.url(host, ports);
    let seen = script::run(&bench.browser, &opened, &asked).await;
    let seen = seen.unwrap_or_else(|error| panic!("{name}, {opened}: {error}"));
    for (index, (call, steps)) in calls.iter().enumerate() {
        let chain = &chains[index];
        let mut fetch = call
            .of_model(&chain[0].0, &page_of_model)
            .expect("valid URLs");
        let mut found = Vec::new();
        let mut steps_taken = steps.iter().zip(chain);
        for (step, (url, [preflight, answer])) in steps_taken.by_ref() {
            if fetch.url() != url {
                let browser = compare::seen(&seen[index]);
                if browser != "blocked" || !bench.pages[step.server].arrived(url).is_empty() {
                    found.push(format!(
                        "redirect: model to {}, browser {browser}",
                        fetch.url()
                    ));
                }
                tally.pairs += 1;
                break;
            }
            let arrived = bench.pages[step.server].arrived(url);
            let verdict = fetch.verdict(Some(preflight), answer);
            let has_cookie = page.has_cookies_for(step.host, host);
            found.extend(compare::sent(&verdict, &arrived, has_cookie));
            if let Outcome::Redirected { to } = verdict.outcome {
                fetch = *to;
                continue;
            }
            tally.add(&verdict);
            let (model, browser) = (compare::outcome(&verdict), compare::seen(&seen[index]));
            if model != browser {
                found.push(format!("outcome: model {model}, browser {browser}"));
            }
            break;
        }
        for (step, (url, _)) in steps_taken {
            if !bench.pages[step.server].arrived(url).is_empty() {
                found.push(format!("the browser has gone on to {url}"));
            }
        }
        if !found.is_empty() {
            let found = found.join("\n  ");
            let steps: String = chain.iter().map(told).collect();
            let seen = compare::seen(&seen[index]);
            tally.found.push(format!(
                "{name}: {call:?}\n  from {page_of_model}, which gets {seen}{steps}\n  {found}"
            ));
        }
    }
}

/// What is answered at a URL.
fn told((url, [preflight, answer]): &(String, [Response; 2])) -> String {
    let one = |answer: &Response| {
        let lines = answer.headers.iter();
        let lines: Vec<String> = lines
            .map(|(name, value)| format!("{name}: {}", value.escape_ascii()))
            .collect();
        format!("{} [{}]", answer.status, lines.join("; "))
    };
    let (preflight, answer) = (one(preflight), one(answer));
    format!("\n  {url}\n    preflight {preflight}\n    request {answer}")
}

/// The URLs of the steps, and the answers with those URLs and the page's origin in them.
fn chain(bench: &Bench, path: &str, steps: &[Step], origin: &str) -> Vec<(String, [Response; 2])> {
    let url = |step: &Step| bench.pages[step.server].url_for(step.host, path);
    let urls: Vec<String> = steps.iter().map(url).collect();
    let filled = |answer: &Response, location: &str| {
        let lines = answer.headers.iter();
        lines.fold(Response::new(answer.status), |filled, (name, value)| {
            let value = String::from_utf8_lossy(value);
            let value = value.replace("$page", origin).replace("$next", location);
            filled.header(name, value)
        })
    };
    let all = steps.iter().enumerate().map(|(index, step)| {
        let next = urls.get(index + 1).map(String::as_str);
        let location = step.astray.or(next).unwrap_or("");
        let answers = [
            filled(&step.preflight, location),
            filled(&step.answer, location),
        ];
        (urls[index].clone(), answers)
    });
    all.collect()
}

/// Keeps clear of what Chromium is known to do against the standard; see `deviations`.
fn without_deviations(call: &Call, mut steps: Vec<Step>) -> Vec<Step> {
    let has_authorization = call
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    if call.mode == Some(Mode::NoCors) && call.method.is_some() {
        for step in &mut steps {
            if (301..400).contains(&step.answer.status) {
                step.answer.status = 200;
            }
        }
    }
    for step in &mut steps {
        for (name, value) in &mut step.preflight.headers {
            if has_authorization && name == "Access-Control-Allow-Headers" && value == b"*" {
                *value = b"*,Authorization".to_vec();
            }
        }
        if call.redirect == Some(Redirect::Manual) {
            step.astray = None;
        }
        let is_redirect = (301..400).contains(&step.answer.status);
        let leads_nowhere = step.answer.get("Location").is_none();
        if call.redirect == Some(Redirect::Error) && is_redirect && leads_nowhere {
            let line = ("Location".to_owned(), b"$next".to_vec());
            step.answer.headers.push(line);
        }
    }
    steps
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let first = prop_oneof![2 => answers(false), 1 => answers(true)];
    let second = prop_oneof![3 => answers(false), 1 => answers(true)];
    (steps_of(first), steps_of(second), steps_of(answers(false)))
        .prop_map(|(first, second, third)| vec![first, second, third])
}

fn steps_of(answer: impl Strategy<Value = Response>) -> impl Strategy<Value = Step> {
    const ASTRAY: [&str; 5] = [
        "data:text/plain,x",
        "http://[",
        "ftp://localhost/",
        // Nobody answers at this port, for browsers do not ask there.
        "http://name:word@localhost:9/",
        "http://name@127.0.0.1:9/",
    ];
    let astray = prop_oneof![9 => Just(None), 1 => select(ASTRAY.to_vec()).prop_map(Some)];
    (
        select(HOSTS.to_vec()),
        0..2_usize,
        preflights(),
        answer,
        astray,
    )
        .prop_map(|(host, server, preflight, answer, astray)| Step {
            host,
            server,
            preflight,
            answer,
            astray,
        })
}

type Line = (&'static str, &'static str);

fn one_of(lines: &[Line], weight: u32) -> impl Strategy<Value = Vec<Line>> + use<> {
    let line = select(lines.to_vec()).prop_map(|line| vec![line]);
    prop_oneof![1 => Just(Vec::new()), weight => line]
}

/// What the CORS check looks at.
fn allowing() -> impl Strategy<Value = Vec<Line>> {
    const NAME: &str = "Access-Control-Allow-Origin";
    let origin = prop_oneof![
        8 => Just(vec![(NAME, "$page")]),
        5 => Just(vec![(NAME, "*")]),
        2 => Just(vec![(NAME, "null")]),
        1 => Just(vec![(NAME, "$page"), (NAME, "$page")]),
        1 => Just(vec![(NAME, "*"), (NAME, "*")]),
        1 => select(vec!["", "$page/", "$page, $page", "*, $page", "http://localhost", "NULL"])
            .prop_map(|value| vec![(NAME, value)]),
        1 => Just(vec![]),
    ];
    const CREDENTIALS: [Line; 5] = [
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Credentials", "true"),
        ("access-control-allow-credentials", "true"),
        ("Access-Control-Allow-Credentials", "True"),
        ("Access-Control-Allow-Credentials", "false"),
    ];
    (origin, one_of(&CREDENTIALS, 2))
        .prop_map(|(origin, credentials)| [origin, credentials].concat())
}

fn preflights() -> impl Strategy<Value = Response> {
    const METHODS: [Line; 9] = [
        ("Access-Control-Allow-Methods", "*"),
        (
            "Access-Control-Allow-Methods",
            "PUT, DELETE, PATCH, CHICKEN",
        ),
        ("Access-Control-Allow-Methods", "PUT,DELETE,,OPTIONS"),
        (
            "Access-Control-Allow-Methods",
            "put, delete, patch, chicken",
        ),
        ("Access-Control-Allow-Methods", "GET"),
        ("Access-Control-Allow-Methods", ""),
        ("Access-Control-Allow-Methods", "*, PUT"),
        ("Access-Control-Allow-Methods", "GET PUT"),
        ("Access-Control-Allow-Methods", "PUT; DELETE"),
    ];
    const HEADERS: [Line; 10] = [
        ("Access-Control-Allow-Headers", "*"),
        ("Access-Control-Allow-Headers", "*"),
        ("Access-Control-Allow-Headers", "*, authorization"),
        ("Access-Control-Allow-Headers", "Authorization,"),
        (
            "Access-Control-Allow-Headers",
            "accept, accept-language, content-language, content-type, range, authorization, \
             x-amz-date, x-amz-meta-color, x-amz-meta-a, x-custom, cache-control",
        ),
        (
            "Access-Control-Allow-Headers",
            "ACCEPT,ACCEPT-LANGUAGE,CONTENT-LANGUAGE,CONTENT-TYPE,RANGE,AUTHORIZATION,X-CUSTOM",
        ),
        ("Access-Control-Allow-Headers", "content-type, x-*"),
        ("Access-Control-Allow-Headers", "content-type x-custom"),
        ("Access-Control-Allow-Headers", "\"content-type\""),
        ("Access-Control-Allow-Headers", ""),
    ];
    let status = prop_oneof![
        9 => Just(200),
        4 => Just(204),
        3 => select(vec![201, 206, 299, 301, 304, 307, 400, 403, 404, 500]),
    ];
    (status, allowing(), one_of(&METHODS, 9), one_of(&HEADERS, 9)).prop_map(
        |(status, allowing, methods, headers)| {
            let mut lines = [allowing, methods, headers].concat();
            if matches!(status, 301 | 307) {
                lines.push(("Location", "$next"));
            }
            answer(status, &lines)
        },
    )
}

fn answers(redirects: bool) -> impl Strategy<Value = Response> {
    const EXPOSED: [Line; 9] = [
        ("Access-Control-Expose-Headers", "*"),
        ("Access-Control-Expose-Headers", "*"),
        ("Access-Control-Expose-Headers", "*, ETag"),
        ("Access-Control-Expose-Headers", "ETag, X-A, , vary"),
        ("access-control-expose-headers", "etag,set-cookie,x-a"),
        ("Access-Control-Expose-Headers", "etag x-a"),
        ("Access-Control-Expose-Headers", "ETag, \"X-A\""),
        ("Access-Control-Expose-Headers", "x-*"),
        ("Access-Control-Expose-Headers", ""),
    ];
    const OTHERS: [Line; 13] = [
        ("ETag", "\"one\""),
        ("X-A", "1"),
        ("x-a", "2"),
        ("Vary", "Origin"),
        ("Cache-Control", "no-store"),
        ("Content-Language", "de"),
        ("Content-Type", "text/plain"),
        ("Expires", "0"),
        ("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("Pragma", "no-cache"),
        ("Set-Cookie", "judge=1"),
        ("Set-Cookie2", "judge=1"),
        ("Access-Control-Max-Age", "60"),
    ];
    let status = match redirects {
        true => vec![301, 302, 303, 307, 308],
        false => vec![200, 200, 200, 201, 204, 300, 404, 500],
    };
    let others = subsequence(OTHERS.to_vec(), 0..=6);
    let located = option::weighted(0.95, Just(("Location", "$next")));
    (
        select(status),
        allowing(),
        one_of(&EXPOSED, 4),
        others,
        located,
    )
        .prop_map(move |(status, allowing, exposed, others, located)| {
            let located = located.filter(|_| redirects).into_iter().collect();
            answer(status, &[allowing, exposed, others, located].concat())
        })
}

fn answer(status: u16, lines: &[Line]) -> Response {
    let lines = lines.iter();
    let answer = lines.fold(Response::new(status), |answer, (name, value)| {
        answer.header(name, *value)
    });
    match status {
        204 | 304 => answer,
        _ => answer.header("Content-Length", "5"),
    }
}
