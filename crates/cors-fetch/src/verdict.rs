//! The result that the script gets.

use crate::plan::{Plan, PlanKind};
use crate::{Failure, Fetch, Redirect, Response, check, redirect, safelist};

/// What the browser does with a `fetch()` and the responses to it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// The requests that are sent.
    pub plan: Plan,
    /// What the script gets.
    pub outcome: Outcome,
    /// How long the preflight response may be cached, in seconds, if there was one and it allowed
    /// the request. Browsers have their own limits, for example 7200 in Chromium.
    pub preflight_max_age: Option<u64>,
    /// A console message for the failure, if the request fails. Not in the exact words of a
    /// browser.
    pub console: Option<String>,
}

/// What the script gets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The response.
    Readable {
        /// The status.
        status: u16,
        /// The headers that the script can read, names in lower case.
        headers: Vec<(String, Vec<u8>)>,
        /// The names of the headers that it cannot read, in lower case.
        hidden: Vec<String>,
    },
    /// A response that the script cannot inspect, because the mode is `no-cors`, or because it is a
    /// redirect and `redirect` is `manual`.
    Opaque,
    /// A redirect, which the browser follows.
    Redirected {
        /// The fetch to continue with.
        to: Box<Fetch>,
    },
    /// A `TypeError`.
    Blocked(Failure),
}

impl Outcome {
    /// Whether the script can read the response.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        matches!(self, Self::Readable { .. })
    }
}

impl Fetch {
    /// What the script gets for these responses. The response to the preflight is ignored if no
    /// preflight is needed. If it is needed but missing, the fetch fails as it does on a network
    /// error.
    ///
    /// ```
    /// use cors_fetch::{Response, CorsFailure, Failure, Fetch, Outcome};
    ///
    /// let fetch = Fetch::new("https://a.example", "https://b.example/")?;
    /// let verdict = fetch.verdict(None, &Response::new(200));
    /// let failure = Failure::ResponseCors(CorsFailure::NoAllowOrigin);
    /// assert_eq!(verdict.outcome, Outcome::Blocked(failure));
    /// # Ok::<(), cors_fetch::FetchError>(())
    /// ```
    #[must_use]
    pub fn verdict(&self, preflight: Option<&Response>, response: &Response) -> Verdict {
        let plan = self.plan();
        let mut preflight_max_age = None;
        let outcome = self
            .outcome(&plan, preflight, response, &mut preflight_max_age)
            .unwrap_or_else(Outcome::Blocked);
        let console = match &outcome {
            Outcome::Blocked(failure) => Some(failure.console(self)),
            _ => None,
        };
        Verdict {
            plan,
            outcome,
            preflight_max_age,
            console,
        }
    }

    /// [Fetch, "HTTP fetch"](https://fetch.spec.whatwg.org/#concept-http-fetch) and the rest of
    /// "main fetch".
    fn outcome(
        &self,
        plan: &Plan,
        preflight: Option<&Response>,
        response: &Response,
        max_age: &mut Option<u64>,
    ) -> Result<Outcome, Failure> {
        let request = match (&plan.kind, &plan.request) {
            (PlanKind::Fails(failure), _) => return Err(failure.clone()),
            (PlanKind::Data, _) => return Ok(Self::readable(response, None, false)),
            (_, Some(request)) => request,
            (_, None) => return Err(Failure::NoResponse),
        };
        if let Some(asked) = &plan.preflight {
            let response = preflight.ok_or(Failure::NoResponse)?;
            *max_age = Some(check::preflight(self, &request.method, asked, response)?);
        }
        if plan.kind == PlanKind::Cors {
            check::cors(self, response).map_err(Failure::ResponseCors)?;
        }
        if redirect::is_redirect(response.status) {
            match self.redirect {
                Redirect::Error => return Err(Failure::Redirected),
                Redirect::Manual => return Ok(Outcome::Opaque),
                Redirect::Follow => {
                    let next = redirect::follow(self, &plan.kind, &request.method, response)?;
                    if let Some(next) = next {
                        return Ok(Outcome::Redirected { to: Box::new(next) });
                    }
                }
            }
        }
        Ok(match plan.kind {
            PlanKind::NoCors => Outcome::Opaque,
            PlanKind::Cors => {
                Self::readable(response, check::exposed(self, response).as_deref(), true)
            }
            _ => Self::readable(response, None, false),
        })
    }

    /// [Fetch, "CORS filtered response"] or [Fetch, "basic filtered response"].
    ///
    /// [Fetch, "CORS filtered response"]: https://fetch.spec.whatwg.org/#concept-filtered-response-cors
    /// [Fetch, "basic filtered response"]: https://fetch.spec.whatwg.org/#concept-filtered-response-basic
    fn readable(response: &Response, exposed: Option<&[Vec<u8>]>, cors: bool) -> Outcome {
        let mut headers = Vec::new();
        let mut hidden: Vec<String> = Vec::new();
        for (name, value) in &response.headers {
            let name = name.to_ascii_lowercase();
            let is_exposed = match exposed {
                None => true,
                Some(names) => names.iter().any(|exposed| *exposed == name.as_bytes()),
            };
            let shown = is_exposed || (cors && safelist::is_safelisted_response_header(&name));
            if shown && !safelist::is_forbidden_response_header(&name) {
                headers.push((name, value.clone()));
            } else if !hidden.contains(&name) {
                hidden.push(name);
            }
        }
        Outcome::Readable {
            status: response.status,
            headers,
            hidden,
        }
    }
}
