//! Runs calls in a browser and puts what it does beside what the model says.

use std::collections::BTreeMap;
use std::fmt;

use conformance::apps::App;
use conformance::browser::{Browser, Screen};
use cors_fetch::{Fetch, Outcome, Response, Verdict};
use s3_cors::CorsPolicy;
use s3_cors_analysis::fetch::verdict as verdict_of;
use serde_json::Value;

use crate::call::{Call, PAGE, Ports};
use crate::compare::{self, Observed};
use crate::generate::Group;
use crate::script;
use crate::servers::{self, Server};

/// What has been compared.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) pairs: usize,
    /// How often what came out, so that one sees what a run is worth.
    pub(crate) outcomes: BTreeMap<String, usize>,
    /// The disagreements.
    pub(crate) found: Vec<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, verdict: &Verdict) {
        self.pairs += 1;
        // `ResponseCors NoAllowOrigin`, without what else is in it.
        let outcome = match &verdict.outcome {
            Outcome::Blocked(failure) => format!("{failure:?}").replace('(', " "),
            Outcome::Redirected { .. } => "Redirected to nowhere".into(),
            Outcome::Readable { .. } => "Readable".into(),
            outcome => format!("{outcome:?}"),
        };
        let name = outcome.split([')', '{']).next().unwrap_or_default().trim();
        let preflight = if verdict.plan.preflight.is_some() {
            "preflight, "
        } else {
            ""
        };
        *self
            .outcomes
            .entry(format!("{preflight}{name}"))
            .or_default() += 1;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} pairs, {} disagree", self.pairs, self.found.len())?;
        for (outcome, count) in &self.outcomes {
            write!(f, "; {outcome}: {count}")?;
        }
        Ok(())
    }
}

/// A browser, and servers with pages for it.
pub(crate) struct Bench {
    pub(crate) browser: Browser,
    pub(crate) pages: [Server; 2],
}

impl Bench {
    /// `None` if there is no browser.
    pub(crate) async fn start() -> Option<Self> {
        let browser = Browser::start(Screen::Desktop).await?;
        let pages = [Server::start().await, Server::start().await];
        Some(Self { browser, pages })
    }

    /// Runs the calls of a group, and compares what they come to with what the model says.
    pub(crate) async fn judge(&self, name: &str, app: &str, group: &Group, tally: &mut Tally) {
        let (cors, pairs) = self.run(name, app, group).await;
        let policy = policy(cors.as_ref());
        for Pair {
            call,
            fetch,
            own,
            observed,
        } in pairs
        {
            tally.add(&verdict_of(&fetch, &policy, &own));
            let found = compare::disagreements(&fetch, &policy, &own, &observed);
            if !found.is_empty() {
                let (page, url) = (fetch.page_origin(), fetch.url());
                let cors = cors.as_ref().unwrap_or(&Value::Null);
                let found = found.join("\n  ");
                tally.found.push(format!(
                    "{name}, {app}: {call:?}\n  from {page} to {url}, cors {cors}\n  {found}"
                ));
            }
        }
    }

    /// Runs the calls of a group against an app of its own, on a port of its own: no preflight of
    /// another group is still in the browser's cache. Returns the configuration, too.
    pub(crate) async fn run<'g>(
        &self,
        name: &str,
        app: &str,
        group: &'g Group,
    ) -> (Option<Value>, Vec<Pair<'g>>) {
        // The app wants its configuration, and in that the port that is asked may stand.
        let target = Server::start().await;
        let ports = Ports {
            pages: [self.pages[0].port, self.pages[1].port],
            target: target.port,
        };
        let cors = group.cors.as_ref().map(|cors| filled(cors, group, ports));
        let app = App::start(app, cors.as_ref());
        target.pass_on_to(app.address());
        let mut pairs = Vec::new();
        for calls in group.calls.chunk_by(|one, other| one.page == other.page) {
            let page = calls[0].page;
            let calls: Vec<(String, &Call)> = calls
                .iter()
                .map(|call| (target.url_for(group.host, &call.path), call))
                .collect();
            let opened = page.url(group.host, ports);
            let seen = script::run(&self.browser, &opened, &calls).await;
            let seen = seen.unwrap_or_else(|error| panic!("{name}, {opened}: {error}"));
            assert_eq!(seen.len(), calls.len(), "{name}, {opened}");
            for ((url, call), seen) in calls.into_iter().zip(seen) {
                let page_of_model = page.of_model(group.host, ports);
                let fetch = call.of_model(&url, &page_of_model).expect("valid URLs");
                let arrived = target.arrived(&url);
                let plan = fetch.plan();
                let own = servers::own_answer(app.address(), &call.path, &plan, &arrived).await;
                let observed = Observed {
                    seen,
                    arrived,
                    has_cookie: page.has_cookies_for(group.host, group.host),
                };
                pairs.push(Pair {
                    call,
                    fetch,
                    own,
                    observed,
                });
            }
        }
        (cors, pairs)
    }
}

/// A call, for the model and in the browser.
pub(crate) struct Pair<'g> {
    pub(crate) call: &'g Call,
    pub(crate) fetch: Fetch,
    /// What the app answers if CORS is left out of it.
    pub(crate) own: Response,
    pub(crate) observed: Observed,
}

/// A configuration with the origin of the group's first page, and with the ports.
fn filled(cors: &Value, group: &Group, ports: Ports) -> Value {
    let page = group.calls[0].page.of_model(group.host, ports);
    let origin = page.strip_suffix(PAGE).unwrap_or("null");
    let text = cors
        .to_string()
        .replace("$page", origin)
        .replace("$one", &ports.pages[0].to_string())
        .replace("$other", &ports.pages[1].to_string())
        .replace("$target", &ports.target.to_string());
    serde_json::from_str(&text).expect("still JSON")
}

fn policy(cors: Option<&Value>) -> CorsPolicy {
    let Some(cors) = cors else {
        return CorsPolicy::default();
    };
    CorsPolicy::from_text(&cors.to_string()).unwrap_or_else(|error| panic!("{cors}: {error}"))
}
