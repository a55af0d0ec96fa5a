//! Compares two responses as far as CORS goes: the expected one with a real one, or those of two
//! endpoints.

use std::collections::{BTreeMap, BTreeSet};

use s3_cors::VARY;
use serde::Serialize;

use super::client::Response;
use super::expected::Expected;

/// Something in which two responses differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Difference {
    /// `status`, `redirect`, `error code`, or a header's name.
    pub(crate) item: String,
    /// The value in the expected or first response; `None` if there is none.
    pub(crate) expected: Option<String>,
    /// The value in the other response.
    pub(crate) found: Option<String>,
    /// Whether a browser can tell the difference. By the Fetch standard, it reads different headers
    /// in the response to a preflight than in the response to an actual request, and it reads the
    /// items of a list, not their order or spacing.
    pub(crate) matters: bool,
}

impl Difference {
    /// Whether a header differs, rather than the status, redirect or error code.
    pub(crate) fn is_header(&self) -> bool {
        !matches!(self.item.as_str(), "status" | "redirect" | "error code")
    }
}

/// The parts of a response that are compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Side {
    /// The status, for preflights only: CORS does not determine that of other responses.
    status: Option<u16>,
    redirect: Option<String>,
    error_code: Option<String>,
    headers: BTreeMap<String, String>,
}

impl From<&Expected> for Side {
    fn from(expected: &Expected) -> Self {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers = expected.headers.iter();
        Self {
            status: expected.status,
            redirect: None,
            error_code: expected.error_code.map(Into::into),
            headers: headers
                .map(|(name, value)| (name.clone(), text(value)))
                .collect(),
        }
    }
}

impl Side {
    /// The compared parts of a response to a request with a method.
    pub(crate) fn of(response: &Response, method: &str) -> Self {
        let preflight = method == "OPTIONS";
        let names: BTreeSet<&str> = response
            .headers
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| name.starts_with("access-control-") || *name == "vary")
            .collect();
        Self {
            status: preflight.then_some(response.status),
            redirect: redirect(response),
            error_code: preflight.then(|| response.error("Code")).flatten(),
            headers: names
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), response.text(name)?)))
                .collect(),
        }
    }

    fn succeeds(&self) -> bool {
        self.status
            .is_none_or(|status| (200..300).contains(&status))
    }
}

/// The status and location of a redirect.
pub(crate) fn redirect(response: &Response) -> Option<String> {
    matches!(response.status, 301 | 302 | 303 | 307 | 308).then(|| {
        let location = response.text("location");
        let location = location.map_or_else(String::new, |location| format!(" to {location}"));
        format!("{}{location}", response.status)
    })
}

/// All differences between two responses to one request.
pub(crate) fn compare(expected: &Side, found: &Side) -> Vec<Difference> {
    let preflight = expected.status.is_some() || found.status.is_some();
    let mut differences = Vec::new();
    let mut differ = |item: &str, expected: Option<&str>, found: Option<&str>, matters| {
        differences.push(Difference {
            item: item.into(),
            expected: expected.map(Into::into),
            found: found.map(Into::into),
            matters,
        });
    };
    if expected.redirect != found.redirect {
        differ(
            "redirect",
            expected.redirect.as_deref(),
            found.redirect.as_deref(),
            true,
        );
    }
    if let (Some(left), Some(right)) = (expected.status, found.status)
        && left != right
    {
        let odd = |status| (300..400).contains(&status) || status >= 500;
        let matters = expected.succeeds() != found.succeeds() || odd(left) || odd(right);
        differ(
            "status",
            Some(&left.to_string()),
            Some(&right.to_string()),
            matters,
        );
    }
    // An app's own body need not be an S3 error document.
    if let (Some(left), Some(right)) = (&expected.error_code, &found.error_code)
        && left != right
    {
        differ("error code", Some(left), Some(right), false);
    }
    let names: BTreeSet<&String> = expected
        .headers
        .keys()
        .chain(found.headers.keys())
        .collect();
    let both_fail = !expected.succeeds() && !found.succeeds();
    for name in names {
        let left = expected.headers.get(name).map(String::as_str);
        let right = found.headers.get(name).map(String::as_str);
        if left == right {
            continue;
        }
        let meaning = |value: Option<&str>| value.map(|value| meaning(name, value));
        let matters = if name == "vary" {
            let allowed = expected.headers.contains_key("access-control-allow-origin");
            // Only S3's three names matter for CORS.
            if varies(left) == varies(right) {
                continue;
            }
            allowed
        } else {
            !both_fail && seen_by_browsers(name, preflight) && meaning(left) != meaning(right)
        };
        differ(name, left, right, matters);
    }
    differences
}

/// Whether a browser reads a header: Fetch, sections "CORS check", "CORS-preflight fetch" and
/// "CORS-exposed header-name list".
fn seen_by_browsers(name: &str, preflight: bool) -> bool {
    match name {
        "access-control-allow-origin" | "access-control-allow-credentials" => true,
        "access-control-expose-headers" => !preflight,
        "access-control-allow-methods"
        | "access-control-allow-headers"
        | "access-control-max-age" => preflight,
        _ => false,
    }
}

/// What a header means, whatever its order, case and spacing.
fn meaning(name: &str, value: &str) -> Vec<String> {
    let list = || {
        value
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
    };
    let mut items: Vec<String> = match name {
        "access-control-allow-methods" => list().map(Into::into).collect(),
        "access-control-allow-headers" | "access-control-expose-headers" => {
            list().map(str::to_ascii_lowercase).collect()
        }
        _ => vec![value.into()],
    };
    items.sort();
    items.dedup();
    items
}

/// Which of the names in S3's `Vary` a `Vary` value covers.
fn varies(value: Option<&str>) -> [bool; 3] {
    let mut held = [false; 3];
    for name in value.unwrap_or_default().split(',').map(str::trim) {
        for (held, known) in held.iter_mut().zip(VARY.split(", ")) {
            *held |= name == "*" || name.eq_ignore_ascii_case(known);
        }
    }
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(status: Option<u16>, headers: &[(&str, &str)]) -> Side {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Side {
            status,
            headers: headers.iter().map(owned).collect(),
            ..Side::default()
        }
    }

    const ACAO: &str = "access-control-allow-origin";
    const ACAM: &str = "access-control-allow-methods";
    const ACAH: &str = "access-control-allow-headers";
    const ACEH: &str = "access-control-expose-headers";

    /// A reason, expected, found, the items that differ, and which of them matter.
    type Row<'a> = (&'a str, Side, Side, &'a [(&'a str, bool)]);

    #[test]
    fn what_a_browser_cannot_tell_does_not_matter() {
        let rows: &[Row<'_>] = &[
            (
                "order and spacing of methods",
                side(Some(200), &[(ACAM, "GET, PUT")]),
                side(Some(200), &[(ACAM, "PUT,GET")]),
                &[(ACAM, false)],
            ),
            (
                "case of methods",
                side(Some(200), &[(ACAM, "GET")]),
                side(Some(200), &[(ACAM, "get")]),
                &[(ACAM, true)],
            ),
            (
                "case of headers",
                side(Some(200), &[(ACAH, "content-type")]),
                side(Some(200), &[(ACAH, "Content-Type")]),
                &[(ACAH, false)],
            ),
            (
                "methods on an actual response",
                side(None, &[(ACAM, "GET")]),
                side(None, &[]),
                &[(ACAM, false)],
            ),
            (
                "exposed headers on an actual response",
                side(None, &[(ACEH, "ETag")]),
                side(None, &[]),
                &[(ACEH, true)],
            ),
            (
                "exposed headers on a preflight",
                side(Some(200), &[(ACEH, "ETag")]),
                side(Some(200), &[]),
                &[(ACEH, false)],
            ),
            (
                "204 for 200",
                side(Some(200), &[]),
                side(Some(204), &[]),
                &[("status", false)],
            ),
            (
                "200 for 403",
                side(Some(403), &[]),
                side(Some(200), &[]),
                &[("status", true)],
            ),
            (
                "500 for 403",
                side(Some(403), &[]),
                side(Some(500), &[]),
                &[("status", true)],
            ),
            (
                "headers on a refusal",
                side(Some(403), &[]),
                side(Some(403), &[(ACAO, "*")]),
                &[(ACAO, false)],
            ),
            (
                "another origin",
                side(None, &[(ACAO, "https://a.test")]),
                side(None, &[(ACAO, "https://b.test")]),
                &[(ACAO, true)],
            ),
            (
                "more in Vary",
                side(None, &[("vary", VARY)]),
                side(
                    None,
                    &[("vary", &format!("Accept-Encoding, {}", VARY.to_lowercase()))],
                ),
                &[],
            ),
            (
                "Vary that covers everything",
                side(None, &[("vary", VARY)]),
                side(None, &[("vary", "*")]),
                &[],
            ),
            (
                "less in Vary",
                side(None, &[(ACAO, "*"), ("vary", VARY)]),
                side(None, &[(ACAO, "*"), ("vary", "Origin")]),
                &[("vary", true)],
            ),
            (
                "Vary where S3 sends none",
                side(None, &[]),
                side(None, &[("vary", "Origin")]),
                &[("vary", false)],
            ),
            (
                "a Vary that is not about CORS",
                side(None, &[]),
                side(None, &[("vary", "Accept-Encoding")]),
                &[],
            ),
            (
                "a header of another mechanism",
                side(Some(200), &[]),
                side(
                    Some(200),
                    &[("access-control-allow-private-network", "true")],
                ),
                &[("access-control-allow-private-network", false)],
            ),
        ];
        for (reason, expected, found, differing) in rows {
            let found: Vec<(String, bool)> = compare(expected, found)
                .into_iter()
                .map(|difference| (difference.item, difference.matters))
                .collect();
            let differing: Vec<(String, bool)> = differing
                .iter()
                .map(|(item, matters)| ((*item).to_owned(), *matters))
                .collect();
            assert_eq!(found, differing, "{reason}");
        }
    }
}
