//! Where Chromium departs from the standard, found by generated calls. The model follows the
//! standard, and generated calls keep clear of these.

use cors_fetch::{Fetch, Mode, Redirect, Response};

use crate::answers::{self, Step};
use crate::bench::{Bench, Tally};
use crate::call::{Call, Page, Ports};
use crate::cases::LONG;
use crate::generate::Group;
use crate::script::{self, Seen};

/// The headers of a `fetch()`, and those of them that its preflight asks for; without any there is
/// no preflight.
struct Deviation {
    name: &'static str,
    headers: &'static [(&'static str, &'static str)],
    /// By the standard, and so by the model.
    standard: &'static str,
    chromium: &'static str,
}

const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "the standard judges each value of a repeated name, Chromium all of them as one",
        headers: &[
            ("Content-Type", "text/plain"),
            ("Content-Type", "text/plain"),
        ],
        standard: "",
        chromium: "content-type",
    },
    Deviation {
        name: "and so a second type passes as a parameter of the first",
        headers: &[("Content-Type", "text/plain;a"), ("Content-Type", "text")],
        standard: "content-type",
        chromium: "",
    },
    Deviation {
        name: "and two ranges are none",
        headers: &[("Range", "bytes=0-1"), ("Range", "bytes=0-1")],
        standard: "",
        chromium: "range",
    },
    Deviation {
        name: "and two values may be too long together",
        headers: &[("Accept", LONG), ("Accept", LONG)],
        standard: "",
        chromium: "accept",
    },
    Deviation {
        name: "the numbers of a range are of any size, but 63 bits wide in Chromium",
        headers: &[("Range", "bytes=0-9223372036854775807")],
        standard: "",
        chromium: "range",
    },
    Deviation {
        name: "the agent's name may be set, but Chromium sends its own",
        headers: &[("User-Agent", "judge")],
        standard: "user-agent",
        chromium: "",
    },
    Deviation {
        name: "client hints are safelisted no longer, but in Chromium",
        headers: &[("Save-Data", "on")],
        standard: "save-data",
        chromium: "",
    },
    Deviation {
        name: "client hints with numbers",
        headers: &[
            ("Device-Memory", "1"),
            ("Downlink", "1"),
            ("DPR", "2.0"),
            ("RTT", "1"),
            ("Viewport-Width", "1"),
            ("Width", "1"),
        ],
        standard: "device-memory,downlink,dpr,rtt,viewport-width,width",
        chromium: "",
    },
    Deviation {
        name: "client hints with words",
        headers: &[("ECT", "4g")],
        standard: "ect",
        chromium: "",
    },
    Deviation {
        name: "client hints with values of another kind",
        headers: &[("DPR", "x"), ("ECT", "4g"), ("Save-Data", "off")],
        standard: "dpr,ect,save-data",
        chromium: "dpr,save-data",
    },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_departs_from_the_standard_as_it_is_known_to() {
    let Some(bench) = Bench::start().await else {
        return;
    };
    let mut wrong = Vec::new();
    for deviation in DEVIATIONS {
        let name = deviation.name;
        let mut call = Call::new(Page::At("127.0.0.1"), "/");
        let lines = deviation.headers.iter();
        let lines = lines.map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
        call.headers = lines.collect();
        let group = Group {
            cors: None,
            host: "localhost",
            calls: vec![call],
        };
        let (_, pairs) = bench.run(name, "axum-app", &group).await;
        let [pair] = pairs.as_slice() else {
            panic!("{name}: one call");
        };
        let model = asked_for(&pair.fetch);
        let preflight = pair
            .observed
            .arrived
            .iter()
            .find(|arrived| arrived.is_preflight());
        let asked = preflight.and_then(|sent| sent.header("access-control-request-headers"));
        let chromium = String::from_utf8_lossy(&asked.unwrap_or_default()).into_owned();
        if model != deviation.standard {
            let standard = deviation.standard;
            wrong.push(format!(
                "{name}: the model asks for {model:?}, not {standard:?}"
            ));
        }
        if chromium != deviation.chromium {
            let known = deviation.chromium;
            wrong.push(format!(
                "{name}: Chromium asks for {chromium:?}, not {known:?}"
            ));
        }
    }
    let wrong = wrong.join("\n");
    assert!(
        wrong.is_empty(),
        "what Chromium does by now goes into the table:\n{wrong}"
    );
}

fn asked_for(fetch: &Fetch) -> String {
    let preflight = fetch.plan().preflight;
    let asked = preflight
        .as_ref()
        .and_then(|preflight| preflight.request.header("access-control-request-headers"));
    String::from_utf8_lossy(asked.unwrap_or_default()).into_owned()
}

/// A preflight's answer that allows everything as far as `*` goes, and an answer.
fn step(answer: Response) -> Step {
    let preflight = Response::new(200)
        .header("Access-Control-Allow-Origin", "*")
        .header("Access-Control-Allow-Methods", "*")
        .header("Access-Control-Allow-Headers", "*");
    Step {
        host: "127.0.0.1",
        server: 0,
        preflight,
        answer: answer.header("Access-Control-Allow-Origin", "*"),
        astray: None,
    }
}

/// Runs a call on `localhost`, and returns what the model and the browser disagree about.
async fn disagreements(call: Call, steps: Vec<Step>) -> Option<String> {
    let bench = Bench::start().await?;
    let mut tally = Tally::default();
    let page = call.page;
    answers::judge(&bench, "deviation", page, &[(call, steps)], &mut tally).await;
    let found = tally.found.concat();
    let lines = found.lines().filter(|line| line.contains(": model "));
    Some(lines.map(str::trim).collect::<Vec<_>>().join("\n"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_star_stands_for_authorization_only_in_chromium() {
    let mut call = Call::new(Page::At("localhost"), "/");
    call.headers = vec![("Authorization".into(), b"Bearer secret".to_vec())];
    if let Some(found) = disagreements(call, vec![step(Response::new(200))]).await {
        assert_eq!(
            found,
            "requests: model 0, browser 1\noutcome: model blocked, browser cors 200 {\"content-length\": \"0\"}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_without_a_location_is_none_only_in_chromium() {
    let mut call = Call::new(Page::At("localhost"), "/");
    call.redirect = Some(Redirect::Error);
    if let Some(found) = disagreements(call, vec![step(Response::new(302))]).await {
        let (model, browser) = ("blocked", r#"cors 302 {"content-length": "0"}"#);
        assert_eq!(found, format!("outcome: model {model}, browser {browser}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_to_what_is_no_url_fails_where_the_script_wants_to_see_it_only_in_chromium() {
    let mut call = Call::new(Page::At("localhost"), "/");
    call.redirect = Some(Redirect::Manual);
    let answer = Response::new(302).header("Location", "http://[");
    if let Some(found) = disagreements(call, vec![step(answer)]).await {
        assert_eq!(found, "outcome: model opaque 0 {}, browser blocked");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_to_an_empty_location_is_none_only_in_chromium() {
    let call = Call::new(Page::At("localhost"), "/");
    let nowhere = step(Response::new(302).header("Location", ""));
    let next = step(Response::new(200));
    if let Some(found) = disagreements(call, vec![nowhere, next]).await {
        // By the standard, it leads back to where it comes from.
        let (model, browser) = found.split_once(", browser ").unwrap_or_default();
        assert!(
            model.starts_with("redirect: model to http://127.0.0.1:"),
            "{found}"
        );
        assert_eq!(browser, r#"cors 302 {"content-length": "0"}"#);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preflight_with_a_negative_age_is_not_cached_only_in_chromium() {
    let Some(bench) = Bench::start().await else {
        return;
    };
    // The age, for how long the standard has it cached, and how many of two calls, one after the
    // other, send a preflight in Chromium.
    for (age, standard, chromium) in [("600", 600, 1), ("-1", 5, 2)] {
        let mut call = Call::new(Page::At("localhost"), "/");
        call.method = Some("PUT".into());
        let Step {
            preflight, answer, ..
        } = step(Response::new(200));
        let preflight = preflight.header("Access-Control-Max-Age", age);
        let target = &bench.pages[0];
        let url = target.url_for("127.0.0.1", &call.path);
        target.answer_to(&url, preflight.clone(), answer.clone());
        let ports = Ports {
            pages: [target.port, bench.pages[1].port],
            target: target.port,
        };
        for _ in 0..2 {
            let page = call.page.url("localhost", ports);
            let seen = script::run(&bench.browser, &page, &[(url.clone(), &call)]).await;
            let seen = seen.unwrap_or_else(|error| panic!("{age}: {error}"));
            assert!(matches!(seen[..], [Seen::Gets { .. }]), "{age}: {seen:?}");
        }
        let page = call.page.of_model("localhost", ports);
        let fetch = call.of_model(&url, &page).expect("valid URLs");
        let verdict = fetch.verdict(Some(&preflight), &answer);
        assert_eq!(verdict.preflight_max_age, Some(standard), "{age}");
        let arrived = target.arrived(&url);
        let preflights = arrived.iter().filter(|one| one.is_preflight()).count();
        assert_eq!(
            (preflights, arrived.len() - preflights),
            (chromium, 2),
            "{age}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_without_cors_loses_its_origin_at_the_first_foreign_server_only_in_chromium() {
    let mut call = Call::new(Page::At("localhost"), "/");
    call.method = Some("POST".into());
    call.mode = Some(Mode::NoCors);
    let own = Step {
        host: "localhost",
        ..step(Response::new(307).header("Location", "$next"))
    };
    if let Some(found) = disagreements(call, vec![own, step(Response::new(200))]).await {
        let (model, browser) = found.split_once(", browser ").unwrap_or_default();
        assert!(
            model.starts_with("origin: model Some(\"http://localhost:"),
            "{found}"
        );
        assert_eq!(browser, "Some(\"null\")");
    }
}
