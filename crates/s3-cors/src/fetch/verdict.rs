//! What the script gets.

use super::plan::{Plan, PlanKind, Sent};
use super::{Answer, Failure, Fetch, Redirect, check, redirect, safelist};
use crate::policy::CorsPolicy;
use crate::request::{PlainRequest, ResourceType};

/// What the browser does with a `fetch()` and the answers to it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// What is sent.
    pub plan: Plan,
    /// What the script gets.
    pub outcome: Outcome,
    /// How long the preflight's answer may be remembered, in seconds, if there was one and it
    /// allowed the request; browsers have limits of their own, 7200 in Chromium.
    pub preflight_max_age: Option<u64>,
    /// What the console says, in substance, if the request fails.
    pub console: Option<String>,
}

/// What the script gets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The answer.
    Readable {
        /// Its status.
        status: u16,
        /// The headers that the script can read, names in lower case.
        headers: Vec<(String, Vec<u8>)>,
        /// The names of those it cannot, in lower case.
        hidden: Vec<String>,
    },
    /// An answer that shows nothing, for it was fetched without CORS, or is a redirect that the
    /// script wanted to see itself.
    Opaque,
    /// A redirect, which the browser follows.
    Redirected {
        /// The fetch to go on with.
        to: Box<Fetch>,
    },
    /// A `TypeError`.
    Blocked(Failure),
}

impl Outcome {
    /// Whether the script can read the answer.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        matches!(self, Self::Readable { .. })
    }
}

impl Fetch {
    /// What the script gets for these answers. The preflight's is only looked at if there is a
    /// preflight; if it is missing then, the request fails, as it does if the network does.
    ///
    /// ```
    /// use s3_cors::fetch::{Answer, CorsFailure, Failure, Fetch, Outcome};
    ///
    /// let fetch = Fetch::new("https://a.example", "https://b.example/")?;
    /// let verdict = fetch.verdict(None, &Answer::new(200));
    /// let failure = Failure::AnswerCors(CorsFailure::NoAllowOrigin);
    /// assert_eq!(verdict.outcome, Outcome::Blocked(failure));
    /// # Ok::<(), s3_cors::fetch::FetchError>(())
    /// ```
    #[must_use]
    pub fn verdict(&self, preflight: Option<&Answer>, answer: &Answer) -> Verdict {
        let plan = self.plan();
        let mut preflight_max_age = None;
        let outcome = self
            .outcome(&plan, preflight, answer, &mut preflight_max_age)
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

    /// What the script gets from a server that answers preflights and adds CORS headers as this
    /// policy says, and else answers so. CORS headers in the answer are replaced.
    ///
    /// ```
    /// use s3_cors::CorsPolicy;
    /// use s3_cors::fetch::{Answer, Credentials, Fetch};
    ///
    /// let policy = CorsPolicy::from_text(
    ///     r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#,
    /// )?;
    /// let fetch = Fetch::new("https://a.example", "https://b.example/")?;
    /// let answer = Answer::new(200);
    /// assert!(fetch.verdict_of(&policy, &answer).outcome.is_readable());
    /// let with_cookies = fetch.credentials(Credentials::Include);
    /// assert!(!with_cookies.verdict_of(&policy, &answer).outcome.is_readable());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn verdict_of(&self, policy: &CorsPolicy, answer: &Answer) -> Verdict {
        let plan = self.plan();
        let path = ResourceType::of_path(self.url.path());
        let decided = |request| decided(policy, request, path, answer);
        let preflight = plan.preflight.as_ref().map(|asked| decided(&asked.request));
        let answer = plan
            .request
            .as_ref()
            .map_or_else(|| answer.clone(), decided);
        self.verdict(preflight.as_ref(), &answer)
    }

    /// [Fetch, "HTTP fetch"](https://fetch.spec.whatwg.org/#concept-http-fetch) and what follows
    /// it in "main fetch".
    fn outcome(
        &self,
        plan: &Plan,
        preflight: Option<&Answer>,
        answer: &Answer,
        max_age: &mut Option<u64>,
    ) -> Result<Outcome, Failure> {
        let request = match (&plan.kind, &plan.request) {
            (PlanKind::Fails(failure), _) => return Err(failure.clone()),
            (_, Some(request)) => request,
            (_, None) => return Err(Failure::NoAnswer),
        };
        if let Some(asked) = &plan.preflight {
            let answer = preflight.ok_or(Failure::NoAnswer)?;
            *max_age = Some(check::preflight(self, &request.method, asked, answer)?);
        }
        if plan.kind == PlanKind::Cors {
            check::cors(self, answer).map_err(Failure::AnswerCors)?;
        }
        if redirect::is_redirect(answer.status) {
            match self.redirect {
                Redirect::Error => return Err(Failure::Redirected),
                Redirect::Manual => return Ok(Outcome::Opaque),
                Redirect::Follow => {
                    let next = redirect::follow(self, &plan.kind, &request.method, answer)?;
                    if let Some(next) = next {
                        return Ok(Outcome::Redirected { to: Box::new(next) });
                    }
                }
            }
        }
        Ok(match plan.kind {
            PlanKind::NoCors => Outcome::Opaque,
            PlanKind::Cors => Self::readable(answer, check::exposed(self, answer).as_deref(), true),
            _ => Self::readable(answer, None, false),
        })
    }

    /// [Fetch, "CORS filtered response"] or [Fetch, "basic filtered response"].
    ///
    /// [Fetch, "CORS filtered response"]: https://fetch.spec.whatwg.org/#concept-filtered-response-cors
    /// [Fetch, "basic filtered response"]: https://fetch.spec.whatwg.org/#concept-filtered-response-basic
    fn readable(answer: &Answer, exposed: Option<&[Vec<u8>]>, cors: bool) -> Outcome {
        let mut headers = Vec::new();
        let mut hidden: Vec<String> = Vec::new();
        for (name, value) in &answer.headers {
            let name = name.to_ascii_lowercase();
            let is_exposed = match exposed {
                None => true,
                Some(names) => names.iter().any(|exposed| *exposed == name.as_bytes()),
            };
            let shown = is_exposed || (cors && safelist::is_readable(&name));
            if shown && !safelist::is_never_readable(&name) {
                headers.push((name, value.clone()));
            } else if !hidden.contains(&name) {
                hidden.push(name);
            }
        }
        Outcome::Readable {
            status: answer.status,
            headers,
            hidden,
        }
    }
}

fn decided(
    policy: &CorsPolicy,
    request: &Sent,
    resource_type: ResourceType,
    own: &Answer,
) -> Answer {
    let headers: Vec<(&str, &[u8])> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_slice()))
        .collect();
    let request = PlainRequest {
        method: &request.method,
        resource_type,
        headers: &headers,
    };
    own.decided(&policy.decide(&request))
}

#[cfg(test)]
mod tests {
    use super::Outcome;
    use crate::CorsPolicy;
    use crate::fetch::{Answer, Fetch};

    #[test]
    fn s3_answers_options_itself_even_to_its_own_origin() {
        let policy = CorsPolicy::without_configuration();
        let fetch = Fetch::new("https://a.example", "/")
            .unwrap()
            .method("OPTIONS");
        let own = Answer::new(204).header("Allow", "GET");
        let expected = Outcome::Readable {
            status: 403,
            headers: Vec::new(),
            hidden: Vec::new(),
        };
        assert_eq!(fetch.verdict_of(&policy, &own).outcome, expected);
    }
}
