//! Azure's blob service.

use crate::compare::{Request, RequestKind, Response};
use crate::engine::{self, RuleParts};
use crate::pattern::Pattern;
use crate::read::read;
use crate::variables::Variables;

#[derive(Debug)]
pub(super) struct Azure(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    parts: RuleParts,
    origins: Vec<Pattern>,
    headers: Vec<Pattern>,
}

impl From<RuleParts> for Rule {
    fn from(parts: RuleParts) -> Self {
        let origins = parts.allowed_origins.iter();
        let headers = parts.allowed_headers.iter();
        Self {
            origins: origins.map(|entry| Pattern::of_origin(entry)).collect(),
            headers: headers.map(|entry| Pattern::of_header(entry)).collect(),
            parts,
        }
    }
}

impl Azure {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let document = read("azure-cors", text.as_bytes(), &Variables::default())
            .map_err(|error| error.to_string())?;
        let bucket = document.buckets().first().ok_or("there are no rules")?;
        let rules = bucket
            .deployed()
            .map_err(|_| "not all is known".to_owned())?;
        Ok(Self(
            engine::parts(&rules).into_iter().map(Rule::from).collect(),
        ))
    }

    /// The first rule for the origin and the method decides; a header that it does not allow makes
    /// it fail, whatever comes after.
    pub(super) fn response(&self, request: &Request) -> Response {
        let preflight = request.kind == RequestKind::Preflight;
        let allowing = self.0.iter().find(|rule| {
            let origin = |entry: &Pattern| entry.matches(&request.origin);
            let method = |entry: &String| entry.eq_ignore_ascii_case(&request.method);
            rule.origins.iter().any(origin) && rule.parts.allowed_methods.iter().any(method)
        });
        let allowing = allowing.filter(|rule| {
            request.headers.iter().all(|name| {
                let name = name.to_ascii_lowercase();
                rule.headers.iter().any(|entry| entry.matches(&name))
            })
        });
        let Some(Rule { parts: rule, .. }) = allowing else {
            return Response::new(preflight.then_some(403));
        };
        let any = rule.allowed_origins.iter().any(|origin| origin == "*");
        let origin = if any { "*" } else { request.origin.as_str() };
        let mut response =
            Response::new(preflight.then_some(200)).with("access-control-allow-origin", origin);
        if !any {
            response = response.with("access-control-allow-credentials", "true");
        }
        if preflight {
            let max_age = rule.max_age_seconds.unwrap_or(0);
            return response
                .with("access-control-allow-methods", request.method.as_str())
                .with("access-control-allow-headers", request.headers.join(","))
                .with("access-control-max-age", max_age.to_string());
        }
        if !any && matches!(request.method.as_str(), "GET" | "HEAD") {
            response = response.with("vary", "Origin");
        }
        response.with(
            "access-control-expose-headers",
            rule.expose_headers.join(","),
        )
    }
}
