//! The floor: S3's behaviour, written by hand for exactly the policies measured here. It sends byte
//! for byte what this project sends; a test compares them.
//!
//! One hash look-up finds the origin, each rule's header values are prepared, the requested names
//! are echoed in lower case with one allocation, and a refusal's body is a copy of a prepared one
//! into which the request id is written. It knows that all rules of a policy allow the same
//! methods and headers, that no origin is in two rules, and that wildcards start with `https://*`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use s3_cors::CorsConfiguration;

use crate::refusal::Refused;
use crate::subjects::{Asked, RequestHeader, Verdict};

/// A policy as the floor keeps it; `V` is the header value of a generation of the `http` crate,
/// `P` what a rule keeps ready for preflights.
#[derive(Debug)]
pub struct Floor<V, P> {
    exact: Table<Arc<Values<V, P>>>,
    wildcards: Table<Arc<Values<V, P>>>,
    /// The lengths of the parts after the wildcards, ascending.
    wildcard_lengths: Vec<usize>,
    any_header: bool,
}

type Table<T> = HashMap<Box<[u8]>, T, FixedState>;

/// The prepared values of a rule.
#[derive(Debug)]
pub struct Values<V, P> {
    /// `Access-Control-Allow-Methods`
    pub allow_methods: V,
    /// `Access-Control-Expose-Headers`
    pub expose_headers: V,
    /// `Access-Control-Max-Age`
    pub max_age: V,
    /// What is ready for preflights.
    pub preflight: P,
}

/// The headers of a response.
#[derive(Debug)]
pub struct Headers<V, P> {
    /// The rule's values.
    pub values: Arc<Values<V, P>>,
    /// `Access-Control-Allow-Origin`
    pub origin: V,
    /// `Access-Control-Allow-Headers`
    pub requested: Option<Requested<V>>,
}

/// The names to echo.
#[derive(Debug)]
pub enum Requested<V> {
    /// The request's own value.
    Line(V),
    /// Built from its lines.
    Built(Vec<u8>),
}

const WILDCARD: &str = "https://*";

impl<V: AsRef<[u8]> + Clone + FromBytes, P> Floor<V, P> {
    /// Prepares a policy of this package.
    pub fn new(
        configuration: &CorsConfiguration,
        value: impl Fn(&str) -> V,
        preflight: impl Fn(&Values<V, ()>) -> P,
    ) -> Self {
        let mut floor = Self {
            exact: Table::default(),
            wildcards: Table::default(),
            wildcard_lengths: Vec::new(),
            any_header: false,
        };
        for rule in &configuration.cors_rules {
            floor.any_header = rule.allowed_headers.iter().any(|header| header == "*");
            let values = Values {
                allow_methods: value(&rule.allowed_methods.join(", ")),
                expose_headers: value(&rule.expose_headers.join(", ")),
                max_age: value(&rule.max_age_seconds.unwrap_or_default().to_string()),
                preflight: (),
            };
            let values = Arc::new(Values {
                preflight: preflight(&values),
                allow_methods: values.allow_methods,
                expose_headers: values.expose_headers,
                max_age: values.max_age,
            });
            for origin in &rule.allowed_origins {
                if let Some(ending) = origin.strip_prefix(WILDCARD) {
                    floor.wildcard_lengths.push(ending.len());
                    floor
                        .wildcards
                        .insert(ending.as_bytes().into(), Arc::clone(&values));
                } else {
                    let values = Arc::clone(&values);
                    floor.exact.insert(origin.as_bytes().into(), values);
                }
            }
        }
        floor.wildcard_lengths.sort_unstable();
        floor.wildcard_lengths.dedup();
        floor
    }

    /// Decides as S3 does.
    #[inline]
    pub fn decide<'a>(&self, request: &impl Asked<'a, V>) -> Verdict<Headers<V, P>>
    where
        V: 'a,
    {
        let preflight = request.method() == "OPTIONS";
        let mut joined = None;
        let origin = one_value(request, RequestHeader::Origin, &mut joined);
        let Some(origin) = origin.filter(|origin| !origin.as_ref().is_empty()) else {
            return match preflight {
                true => Verdict::Refused(Refused::NoOrigin),
                false => Verdict::Nothing,
            };
        };
        if !preflight {
            let Some(values) = self.rule(origin) else {
                return Verdict::Nothing;
            };
            let mut joined = None;
            let method = one_value(request, RequestHeader::Method, &mut joined);
            let method = match method.map(AsRef::as_ref) {
                Some(method) if !method.is_empty() => method,
                _ => request.method().as_bytes(),
            };
            if known_method(method).is_none_or(|method| method == "OPTIONS") {
                return Verdict::Nothing;
            }
            return match self.requested(request) {
                Some(requested) => Verdict::Allowed(Headers {
                    values: Arc::clone(values),
                    origin: origin.clone(),
                    requested,
                }),
                None => Verdict::Nothing,
            };
        }
        let mut joined = None;
        let method = one_value(request, RequestHeader::Method, &mut joined);
        let method = match method.map(AsRef::as_ref) {
            Some(method) if !method.is_empty() => method,
            _ => b"OPTIONS",
        };
        let Some(method) = known_method(method) else {
            return Verdict::Refused(Refused::UnknownMethod(method.to_vec()));
        };
        let allowed = self.rule(origin).filter(|_| method != "OPTIONS");
        let allowed = allowed.and_then(|values| Some((values, self.requested(request)?)));
        match allowed {
            Some((values, requested)) => Verdict::Preflight(Headers {
                values: Arc::clone(values),
                origin: origin.clone(),
                requested,
            }),
            None => Verdict::Refused(Refused::NotAllowed(method, request.is_bucket())),
        }
    }

    /// The requested names, if there are any; `None` if one of them is not allowed.
    #[inline]
    fn requested<'a>(&self, request: &impl Asked<'a, V>) -> Option<Option<Requested<V>>>
    where
        V: 'a,
    {
        let mut lines = request.lines(RequestHeader::Headers);
        let Some(first) = lines.next() else {
            return Some(None);
        };
        let line = one_line(first, lines);
        if !self.any_header && !names(&line).all(is_allowed) {
            return None;
        }
        let Some(name) = names(&line).next() else {
            return Some(None);
        };
        let single = matches!(line, Cow::Borrowed(_));
        if single && name.len() == first.as_ref().len() && !name.iter().any(u8::is_ascii_uppercase)
        {
            return Some(Some(Requested::Line(first.clone())));
        }
        Some(Some(Requested::Built(echo(&line))))
    }

    fn rule(&self, origin: &V) -> Option<&Arc<Values<V, P>>> {
        if let Some(values) = self.exact.get(origin.as_ref()) {
            return Some(values);
        }
        if self.wildcards.is_empty() {
            return None;
        }
        let rest = origin.as_ref().strip_prefix(b"https://")?;
        for &length in &self.wildcard_lengths {
            let ending = rest.get(rest.len().checked_sub(length)?..)?;
            if let Some(values) = self.wildcards.get(ending) {
                return Some(values);
            }
        }
        None
    }
}

fn known_method(method: &[u8]) -> Option<&'static str> {
    Some(match method {
        b"GET" => "GET",
        b"HEAD" => "HEAD",
        b"PUT" => "PUT",
        b"POST" => "POST",
        b"DELETE" => "DELETE",
        b"OPTIONS" => "OPTIONS",
        _ => return None,
    })
}

/// The only line of a header, or its lines joined.
#[inline]
fn one_value<'b, 'a: 'b, V: AsRef<[u8]> + FromBytes + 'a>(
    request: &impl Asked<'a, V>,
    header: RequestHeader,
    joined: &'b mut Option<V>,
) -> Option<&'b V> {
    let mut lines = request.lines(header);
    let first = lines.next()?;
    let Some(second) = lines.next() else {
        return Some(first);
    };
    let lines: Vec<&[u8]> = [first, second]
        .into_iter()
        .chain(lines)
        .map(AsRef::as_ref)
        .collect();
    Some(joined.insert(V::of(lines.join(&b", "[..]))))
}

/// A value built from others.
pub trait FromBytes {
    /// The value.
    fn of(bytes: Vec<u8>) -> Self;
}

impl FromBytes for http::HeaderValue {
    fn of(bytes: Vec<u8>) -> Self {
        Self::try_from(bytes).expect("made of values")
    }
}

impl FromBytes for actix_web::http::header::HeaderValue {
    fn of(bytes: Vec<u8>) -> Self {
        Self::try_from(bytes).expect("made of values")
    }
}

fn one_line<'a, V: AsRef<[u8]> + 'a>(
    first: &'a V,
    mut others: impl Iterator<Item = &'a V>,
) -> Cow<'a, [u8]> {
    let first = first.as_ref();
    let Some(second) = others.next() else {
        return Cow::Borrowed(first);
    };
    let mut joined = first.to_vec();
    for line in [second].into_iter().chain(others) {
        joined.push(b',');
        joined.extend_from_slice(line.as_ref());
    }
    Cow::Owned(joined)
}

fn names(mut list: &[u8]) -> impl Iterator<Item = &[u8]> {
    const COMMAS: [u8; 64] = [b','; 64];
    while let Some(rest) = list.strip_prefix(&COMMAS) {
        list = rest;
    }
    list.split(|&byte| byte == b',')
        .map(<[u8]>::trim_ascii)
        .filter(|name| !name.is_empty())
}

fn echo(line: &[u8]) -> Vec<u8> {
    let commas: usize = line
        .chunks(128)
        .map(|bytes| usize::from(bytes.iter().map(|&b| u8::from(b == b',')).sum::<u8>()))
        .sum();
    let mut echo = Vec::with_capacity(line.len() + commas);
    for name in names(line) {
        if !echo.is_empty() {
            echo.extend_from_slice(b", ");
        }
        echo.extend_from_slice(name);
    }
    echo.make_ascii_lowercase();
    echo
}

fn is_allowed(name: &[u8]) -> bool {
    // Browsers send names in lower case.
    is_allowed_in_lower_case(name) || {
        let mut lower = [0; 24];
        let lower = lower.get_mut(..name.len());
        lower.is_some_and(|lower| {
            lower.copy_from_slice(name);
            lower.make_ascii_lowercase();
            is_allowed_in_lower_case(lower)
        })
    }
}

/// [`ALLOWED_HEADERS`](crate::policies::ALLOWED_HEADERS), which the compiler tells apart by their
/// lengths.
fn is_allowed_in_lower_case(name: &[u8]) -> bool {
    matches!(
        name,
        b"authorization"
            | b"content-type"
            | b"content-md5"
            | b"cache-control"
            | b"x-amz-date"
            | b"x-amz-content-sha256"
            | b"x-amz-user-agent"
            | b"x-requested-with"
    )
}
