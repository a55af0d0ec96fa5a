//! Two answers side by side, as far as CORS goes: what the configuration says and what came, or
//! what two endpoints say.

use std::collections::{BTreeMap, BTreeSet};

use s3_cors::VARY;
use serde::Serialize;

use super::client::Answer;
use super::expected::Expected;

/// Something two answers disagree about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Difference {
    /// `status`, `redirect`, `error code`, or a header's name.
    pub(crate) item: String,
    /// The value on the one side; `None` if there is none.
    pub(crate) expected: Option<String>,
    /// The value on the other.
    pub(crate) found: Option<String>,
    /// Whether a browser can tell: by the Fetch standard it looks at other headers in the answer
    /// to a preflight than in the answer to an actual request, and at what lists hold rather than
    /// at how they are written.
    pub(crate) matters: bool,
}

impl Difference {
    /// Whether it is about a header, not the answer's status or its error.
    pub(crate) fn is_header(&self) -> bool {
        !matches!(self.item.as_str(), "status" | "redirect" | "error code")
    }
}

/// What is compared of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Side {
    /// The status, for preflights: CORS does not decide that of other answers.
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
    /// What came back to a request with a method.
    pub(crate) fn of(answer: &Answer, method: &str) -> Self {
        let preflight = method == "OPTIONS";
        let names: BTreeSet<&str> = answer
            .headers
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| name.starts_with("access-control-") || *name == "vary")
            .collect();
        Self {
            status: preflight.then_some(answer.status),
            redirect: redirect(answer),
            error_code: preflight.then(|| answer.error("Code")).flatten(),
            headers: names
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), answer.text(name)?)))
                .collect(),
        }
    }

    fn succeeds(&self) -> bool {
        self.status
            .is_none_or(|status| (200..300).contains(&status))
    }
}

/// Where an answer sends its client, if it does.
pub(crate) fn redirect(answer: &Answer) -> Option<String> {
    matches!(answer.status, 301 | 302 | 303 | 307 | 308).then(|| {
        let location = answer.text("location");
        let location = location.map_or_else(String::new, |location| format!(" to {location}"));
        format!("{}{location}", answer.status)
    })
}

/// All differences between two answers to one request.
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
    // A body of an app's own is no error of S3's.
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
            // Other names than S3's are no business of CORS.
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

/// Which headers a browser looks at: Fetch, sections "CORS check", "CORS-preflight fetch" and
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

/// What a header says, however it is written.
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

/// Which of the names in S3's `Vary` a `Vary` holds.
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
                "order and blanks of methods",
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
                "methods on an actual answer",
                side(None, &[(ACAM, "GET")]),
                side(None, &[]),
                &[(ACAM, false)],
            ),
            (
                "exposed headers on an actual answer",
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
                "Vary that says everything",
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
