//! Google Cloud Storage's XML API.

use serde_json::Value;

use super::texts;
use crate::compare::{Request, RequestKind, Response};

#[derive(Debug)]
pub(super) struct Gcs(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    origins: Vec<String>,
    methods: Vec<String>,
    headers: Vec<String>,
    max_age: i64,
}

/// What is sent where nothing is set.
const DEFAULT_MAX_AGE: i64 = 3600;

impl Gcs {
    pub(super) fn read(value: &Value) -> Option<Self> {
        let entries = value.as_array()?.iter().map(|entry| Entry {
            origins: texts(entry.get("origin")),
            methods: texts(entry.get("method")),
            headers: texts(entry.get("responseHeader")),
            max_age: entry
                .get("maxAgeSeconds")
                .and_then(Value::as_i64)
                .unwrap_or(DEFAULT_MAX_AGE),
        });
        Some(Self(entries.collect()))
    }

    /// The first entry for the origin and the method decides; a header that it does not have makes
    /// it none.
    pub(super) fn response(&self, request: &Request) -> Response {
        let preflight = request.kind == RequestKind::Preflight;
        let status = preflight.then_some(200);
        let mut entries = self.0.iter().filter(|entry| {
            let origin = |origin: &String| *origin == request.origin || origin == "*";
            let method = |method: &String| *method == request.method || method == "*";
            entry.origins.iter().any(origin) && entry.methods.iter().any(method)
        });
        let allowed = entries.next().filter(|entry| {
            request.headers.iter().all(|name| {
                entry
                    .headers
                    .iter()
                    .any(|header| header.eq_ignore_ascii_case(name))
            })
        });
        let Some(entry) = allowed else {
            return Response::new(status);
        };
        let headers = entry.headers.join(",");
        let response =
            Response::new(status).with("access-control-allow-origin", request.origin.as_str());
        if preflight {
            response
                .with("access-control-allow-methods", entry.methods.join(","))
                .with("access-control-allow-headers", headers)
                .with("access-control-max-age", entry.max_age.to_string())
        } else {
            response.with("access-control-expose-headers", headers)
        }
    }
}
