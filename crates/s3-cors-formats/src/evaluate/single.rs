//! Services with one policy: one list of origins, one of methods, one of headers.

use serde_json::Value;

use super::texts;
use crate::compare::{Request, RequestKind, Response};
use crate::pattern::Pattern;

#[derive(Debug, Default)]
pub(super) struct Policy {
    pub(super) origins: Vec<Origin>,
    pub(super) methods: String,
    pub(super) headers: String,
    pub(super) expose: String,
    pub(super) max_age: String,
    pub(super) credentials: bool,
    pub(super) vary: bool,
    /// Of a preflight; `None` if the backend responds to it and the service adds the headers.
    pub(super) preflight_status: Option<u16>,
    pub(super) to_actual: ToActual,
}

#[derive(Debug)]
pub(super) enum Origin {
    Any,
    Exactly(String),
    Matching(Pattern),
    /// Sent whatever the request's origin is.
    Always(String),
}

/// What is done with the responses to other requests than preflights.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum ToActual {
    /// They get the headers.
    #[default]
    Headers,
    /// They get those of preflights, too.
    AllHeaders,
    /// The backend has to send them.
    Nothing,
}

impl Policy {
    /// Lambda: only `*` is more than an origin.
    pub(super) fn of_function_url(value: &Value) -> Self {
        Self {
            preflight_status: Some(200),
            ..Self::of_six(value, |_| false)
        }
    }

    /// API Gateway: `https://*` and `http://*` are patterns, too.
    pub(super) fn of_http_api(value: &Value) -> Self {
        Self {
            preflight_status: Some(204),
            ..Self::of_six(value, |origin| matches!(origin, "https://*" | "http://*"))
        }
    }

    fn of_six(value: &Value, is_pattern: fn(&str) -> bool) -> Self {
        let list = |key: &str| texts(value.get(key));
        Self {
            origins: list("AllowOrigins")
                .into_iter()
                .map(|o| origin(o, is_pattern))
                .collect(),
            methods: list("AllowMethods").join(","),
            headers: list("AllowHeaders").join(","),
            expose: list("ExposeHeaders").join(","),
            max_age: value
                .get("MaxAge")
                .map(ToString::to_string)
                .unwrap_or_default(),
            credentials: value
                .get("AllowCredentials")
                .and_then(Value::as_bool)
                .unwrap_or(false),
            ..Self::default()
        }
    }

    /// CloudFront: a `*` may stand at the beginning of the domain. The origin responds to
    /// preflights.
    pub(super) fn of_headers_policy(value: &Value) -> Option<Self> {
        let cors = value.get("CorsConfig")?;
        let list = |key: &str| texts(cors.get(key).and_then(|list| list.get("Items")));
        let flag = |key: &str| cors.get(key).and_then(Value::as_bool).unwrap_or(false);
        let max_age = cors.get("AccessControlMaxAgeSec").map(ToString::to_string);
        let is_pattern = |entry: &str| {
            let domain = entry.split_once("://").map_or(entry, |(_, domain)| domain);
            domain.starts_with("*.")
        };
        Some(Self {
            origins: list("AccessControlAllowOrigins")
                .into_iter()
                .map(|one| origin(one, is_pattern))
                .collect(),
            methods: list("AccessControlAllowMethods").join(", "),
            headers: list("AccessControlAllowHeaders").join(", "),
            expose: list("AccessControlExposeHeaders").join(", "),
            max_age: max_age.unwrap_or_default(),
            credentials: flag("AccessControlAllowCredentials"),
            ..Self::default()
        })
    }

    pub(super) fn response(&self, request: &Request) -> Response {
        let preflight = request.kind == RequestKind::Preflight;
        if !preflight && self.to_actual == ToActual::Nothing {
            return Response::backend();
        }
        let response = Response::new(if preflight {
            self.preflight_status
        } else {
            None
        });
        let mut response = match self.allow_origin(&request.origin) {
            Some(origin) => response.with("access-control-allow-origin", origin),
            None => return response,
        };
        if self.credentials {
            response = response.with("access-control-allow-credentials", "true");
        }
        if self.vary {
            response = response.with("vary", "Origin");
        }
        if preflight || self.to_actual == ToActual::AllHeaders {
            response = response
                .with("access-control-allow-methods", self.methods.as_str())
                .with("access-control-allow-headers", self.headers.as_str())
                .with("access-control-max-age", self.max_age.as_str());
        }
        response.with("access-control-expose-headers", self.expose.as_str())
    }

    fn allow_origin(&self, asking: &str) -> Option<String> {
        self.origins.iter().find_map(|origin| match origin {
            Origin::Any => Some("*".to_owned()),
            Origin::Exactly(known) => (known == asking).then(|| asking.to_owned()),
            Origin::Matching(pattern) => pattern.matches(asking).then(|| asking.to_owned()),
            Origin::Always(known) => Some(known.clone()),
        })
    }
}

fn origin(entry: String, is_pattern: fn(&str) -> bool) -> Origin {
    match entry.as_str() {
        "*" => Origin::Any,
        pattern if is_pattern(pattern) => Origin::Matching(Pattern::of_origin(pattern)),
        _ => Origin::Exactly(entry),
    }
}
