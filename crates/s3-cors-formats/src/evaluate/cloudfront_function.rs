//! The CloudFront Function. What it does by its rules is what S3 does; tests run both.

use s3_cors::CorsPolicy;
use serde_json::Value;

use super::texts;
use crate::compare::{Request, RequestKind, Response, of_s3};
use crate::engine::{self, RuleParts};

#[derive(Debug)]
pub(super) struct Function(CorsPolicy);

impl Function {
    pub(super) fn read(program: &str) -> Option<Self> {
        let (_, rest) = program.split_once("var rules = ")?;
        let (rules, _) = rest.split_once("\n];\n")?;
        let rules: Vec<Value> = serde_json::from_str(&format!("{rules}\n]")).ok()?;
        let rules = rules.iter().map(|rule| RuleParts {
            id: None,
            allowed_origins: texts(rule.get("origins")),
            allowed_methods: texts(rule.get("methods")),
            allowed_headers: texts(rule.get("headers")),
            expose_headers: texts(rule.get("expose")),
            max_age_seconds: rule.get("maxAge").and_then(Value::as_i64),
        });
        CorsPolicy::new(&engine::configuration(rules))
            .ok()
            .map(Self)
    }

    /// CloudFront runs no function for a response of 400 and more.
    pub(super) fn response(&self, request: &Request) -> Response {
        match request.kind {
            RequestKind::ActualError => Response::new(None),
            RequestKind::Preflight | RequestKind::Actual => of_s3(&self.0, request),
        }
    }
}
