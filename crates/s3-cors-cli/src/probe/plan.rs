//! Derives the requests worth sending from a configuration, the most informative first.

use std::collections::HashSet;

use s3_cors::{CorsConfiguration, CorsRule};

use super::origins::{self, STRANGER, Sample};
use super::telltales;

/// The method and headers of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    /// Header lines; a name may occur several times.
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// A request and why it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    /// The index of the rule it was derived from.
    pub(crate) rule: Option<usize>,
    pub(crate) why: String,
    pub(crate) request: Request,
}

/// The requests, and their number without the limit.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) requests: Vec<Planned>,
    pub(crate) possible: usize,
}

pub(crate) const ORIGIN: &str = "Origin";
pub(crate) const METHOD: &str = "Access-Control-Request-Method";
pub(crate) const HEADERS: &str = "Access-Control-Request-Headers";

/// The methods that S3 knows in a preflight; rules can allow the first five.
const METHODS: [&str; 7] = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"];
/// The methods of actual requests that only read, and of those that write.
const READS: [&str; 2] = ["GET", "HEAD"];
const WRITES: [&str; 3] = ["PUT", "POST", "DELETE"];
/// A header that hardly any rule allows.
const UNKNOWN_HEADER: &str = "x-s3-cors-probe";

/// The order in which requests are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// Requests that reveal caches and proxies, and one for each rule.
    First,
    /// Requests for each entry of each rule.
    Entries,
    /// Requests just outside the rules.
    Edges,
    /// Requests that S3 treats in its own way.
    Oddities,
}

/// Derives at most `most` requests.
pub(crate) fn plan(configuration: &CorsConfiguration, writes: bool, most: usize) -> Plan {
    let mut draft = Draft {
        rule: None,
        requests: Vec::new(),
    };
    draft.without_origin();
    for (index, rule) in configuration.cors_rules.iter().enumerate() {
        draft.rule = Some(index);
        draft.rule(rule, writes);
    }
    draft.rule = None;
    draft.stranger(configuration);

    draft.requests.sort_by_key(|(turn, _)| *turn);
    let mut seen = HashSet::new();
    let mut requests: Vec<Planned> = draft
        .requests
        .into_iter()
        .map(|(_, planned)| planned)
        .filter(|planned| seen.insert(planned.request.clone()))
        .collect();
    let possible = requests.len();
    requests.truncate(most);
    Plan { requests, possible }
}

struct Draft {
    rule: Option<usize>,
    requests: Vec<(Turn, Planned)>,
}

impl Draft {
    fn add(
        &mut self,
        turn: Turn,
        method: &'static str,
        headers: &[(&'static str, &str)],
        why: impl Into<String>,
    ) {
        let headers = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        let planned = Planned {
            rule: self.rule,
            why: why.into(),
            request: Request {
                method,
                headers: headers.collect(),
            },
        };
        self.requests.push((turn, planned));
    }

    /// The first `GET` has no `Origin`: a cache may reuse its response for the next request.
    fn without_origin(&mut self) {
        self.add(Turn::First, "GET", &[], "no Origin: not a CORS request");
        self.add(Turn::First, "OPTIONS", &[(METHOD, "GET")], "no Origin");
        self.add(
            Turn::Edges,
            "OPTIONS",
            &[],
            "no Origin, no requested method",
        );
        self.add(Turn::Edges, "HEAD", &[], "no Origin: not a CORS request");
    }

    fn stranger(&mut self, configuration: &CorsConfiguration) {
        let method = configuration.cors_rules.iter().find_map(first_method);
        let method = method.unwrap_or("GET");
        let origin = (ORIGIN, STRANGER);
        let why = "an origin that no entry lists";
        self.add(Turn::First, "GET", &[origin], why);
        self.add(Turn::First, "OPTIONS", &[origin, (METHOD, method)], why);
        for telltale in telltales::of_everybody() {
            let origin = (ORIGIN, &telltale.origin[..]);
            let why = "an origin that anybody can have";
            self.add(Turn::Entries, "GET", &[origin], why);
        }
    }

    fn rule(&mut self, rule: &CorsRule, writes: bool) {
        let origins = &rule.allowed_origins;
        let Some((entry, inside)) = origins
            .iter()
            .enumerate()
            .find_map(|(index, entry)| Some((index, origins::inside(entry)?)))
        else {
            return;
        };
        let Some(method) = first_method(rule) else {
            return;
        };
        self.origins(rule, entry, method);
        let origin = (ORIGIN, &inside.origin[..]);
        self.methods(rule, origin, writes);
        self.requested_headers(rule, origin, method);
        self.oddities(rule, origin, method);
    }

    fn origins(&mut self, rule: &CorsRule, first: usize, method: &'static str) {
        for (index, entry) in rule.allowed_origins.iter().enumerate() {
            let name = format!("AllowedOrigins[{index}]");
            if let Some(Sample { origin, how }) = origins::inside(entry) {
                let turn = if index == first {
                    Turn::First
                } else {
                    Turn::Entries
                };
                let why = format!("{name}: {how}");
                self.add(turn, "GET", &[(ORIGIN, &origin)], &*why);
                self.add(turn, "OPTIONS", &[(ORIGIN, &origin), (METHOD, method)], why);
            }
            for telltale in telltales::of_entry(entry) {
                let origin = (ORIGIN, &telltale.origin[..]);
                let why = format!("{name}: an origin that a faulty comparison lets in");
                self.add(Turn::Edges, "OPTIONS", &[origin, (METHOD, method)], &*why);
                self.add(Turn::Oddities, "GET", &[origin], why);
            }
            for Sample { origin, how } in origins::around(entry) {
                let why = format!("{name}: {how}");
                let preflight = [(ORIGIN, &origin[..]), (METHOD, method)];
                self.add(Turn::Edges, "OPTIONS", &preflight, &*why);
                self.add(Turn::Oddities, "GET", &[(ORIGIN, &origin)], why);
            }
        }
    }

    fn methods(&mut self, rule: &CorsRule, origin: (&'static str, &str), writes: bool) {
        let listed = |method: &str| rule.allowed_methods.iter().any(|m| m == method);
        for method in METHODS {
            let (turn, why) = if listed(method) {
                (Turn::Entries, "a method of AllowedMethods")
            } else {
                (Turn::Edges, "a method outside AllowedMethods")
            };
            self.add(turn, "OPTIONS", &[origin, (METHOD, method)], why);
        }
        for method in READS {
            self.add(Turn::Entries, method, &[origin], "an actual request");
        }
        if writes {
            for method in WRITES {
                self.add(
                    Turn::Entries,
                    method,
                    &[origin],
                    "an actual request that writes",
                );
            }
        }
        self.add(Turn::Edges, "OPTIONS", &[origin], "no requested method");
    }

    fn requested_headers(
        &mut self,
        rule: &CorsRule,
        origin: (&'static str, &str),
        method: &'static str,
    ) {
        let method = (METHOD, method);
        let inside: Vec<String> = rule
            .allowed_headers
            .iter()
            .map(|entry| entry.replace('*', "probe"))
            .filter(|name| cors_fetch::is_token(name))
            .collect();
        for (index, name) in inside.iter().enumerate() {
            let why = format!("AllowedHeaders[{index}]");
            self.add(
                Turn::Entries,
                "OPTIONS",
                &[origin, method, (HEADERS, name)],
                why,
            );
            let why = format!("AllowedHeaders[{index}] with a character more");
            let more = format!("{name}x");
            self.add(
                Turn::Edges,
                "OPTIONS",
                &[origin, method, (HEADERS, &more)],
                why,
            );
        }
        let Some(first) = inside.first() else {
            let why = "a requested header, and no AllowedHeaders";
            let content_type = (HEADERS, "content-type");
            self.add(
                Turn::Entries,
                "OPTIONS",
                &[origin, method, content_type],
                why,
            );
            return;
        };
        let all: Vec<&str> = inside.iter().map(String::as_str).take(20).collect();
        let last = all.last().copied().unwrap_or_default();
        let mut ask = |turn, value: &str, why: &str| {
            self.add(turn, "OPTIONS", &[origin, method, (HEADERS, value)], why);
        };
        ask(
            Turn::Entries,
            &all.join(", "),
            "every entry of AllowedHeaders",
        );
        let mixed = format!("{first},{UNKNOWN_HEADER}");
        ask(
            Turn::Entries,
            &mixed,
            "an allowed header and an unlikely one",
        );
        ask(
            Turn::Edges,
            UNKNOWN_HEADER,
            "a header that is unlikely to be allowed",
        );
        let upper = first.to_ascii_uppercase();
        ask(Turn::Edges, &upper, "an allowed header in upper case");
        let commas = format!("{first},,{last} ,");
        ask(Turn::Oddities, &commas, "empty elements in the list");
        self.add(
            Turn::Edges,
            "OPTIONS",
            &[origin, method, (HEADERS, first), (HEADERS, last)],
            "the list of headers on two lines",
        );
        self.add(
            Turn::Oddities,
            "OPTIONS",
            &[origin, method, (HEADERS, first), (HEADERS, UNKNOWN_HEADER)],
            "the list of headers on two lines, with an unlikely header on the second",
        );
    }

    /// S3 evaluates the `Access-Control-Request-*` headers of any request; few others do.
    fn oddities(&mut self, rule: &CorsRule, origin: (&'static str, &str), method: &'static str) {
        let turn = Turn::Oddities;
        let outside = METHODS
            .into_iter()
            .find(|method| rule.allowed_methods.iter().all(|m| m != method))
            .unwrap_or("PATCH");
        let asked = "GET with a requested method, which S3 evaluates instead of GET";
        self.add(turn, "GET", &[origin, (METHOD, method)], asked);
        self.add(turn, "GET", &[origin, (METHOD, outside)], asked);
        let why = "GET with requested headers, which S3 evaluates";
        let unknown = (HEADERS, UNKNOWN_HEADER);
        self.add(turn, "GET", &[origin, unknown], why);
        if let Some(name) = rule.allowed_headers.first() {
            let name = name.replace('*', "probe");
            if cors_fetch::is_token(&name) {
                self.add(turn, "GET", &[origin, (HEADERS, &name)], why);
            }
        }
        let lower = method.to_ascii_lowercase();
        self.add(
            turn,
            "OPTIONS",
            &[origin, (METHOD, &lower)],
            "the method in lower case",
        );
        self.add(
            turn,
            "OPTIONS",
            &[origin, (METHOD, "TRACE")],
            "a method S3 does not know",
        );
    }
}

fn first_method(rule: &CorsRule) -> Option<&'static str> {
    let first = rule.allowed_methods.first()?;
    METHODS.into_iter().find(|method| method == first)
}
