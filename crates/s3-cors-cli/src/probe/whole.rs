//! What the responses of an endpoint show together, and no single one does.

use std::collections::HashSet;

use super::compare::redirect;
use super::diagnosis::{Diagnosis, Seen};
use super::telltales::{self, FAULTS, Telltale};

const NONE_AT_ALL: &str = "no-cors-headers";
const NO_HEAD: &str = "head-not-handled";

/// What comes before all other diagnoses.
pub(super) fn diagnoses(seen: &[Seen<'_>]) -> Vec<Diagnosis> {
    none_at_all(seen).into_iter().chain(no_head(seen)).collect()
}

/// Whether a diagnosis already explains another one of a response.
pub(super) fn explains(said: &str, other: &str, seen: &Seen<'_>) -> bool {
    match said {
        NONE_AT_ALL => matches!(other, "options-not-handled" | "no-cors-on-reads"),
        NO_HEAD => is_missing_head(seen),
        _ => false,
    }
}

/// A server that knows nothing of CORS. S3 says so in words, which has a diagnosis of its own.
fn none_at_all(seen: &[Seen<'_>]) -> Option<Diagnosis> {
    // What S3 says where it sends no CORS headers.
    const S3_SAYS: [&str; 4] = [
        "CORSResponse",
        "CORS is not enabled for this bucket",
        "Origin request header needed",
        "NoSuchBucket",
    ];
    let speaks = |seen: &Seen<'_>| {
        seen.has_cors_headers()
            || S3_SAYS.iter().any(|words| seen.message_has(words))
            || redirect(seen.response).is_some()
    };
    let is_asked = seen.iter().any(Seen::is_expected_allowed);
    if !is_asked || seen.iter().any(speaks) {
        return None;
    }
    Some(Diagnosis {
        code: NONE_AT_ALL,
        note: false,
        responses: seen.len(),
        text: "this server sends no CORS headers at all".into(),
        help: "set up CORS on the server; if it is a proxy or CDN, ask the server behind it directly \
               whether that one sends any",
    })
}

fn is_missing_head(seen: &Seen<'_>) -> bool {
    seen.exchange.planned.request.method == "HEAD"
        && matches!(seen.response.status, 404 | 405 | 501)
}

/// An app with a route for `GET` but none for `HEAD`.
fn no_head(seen: &[Seen<'_>]) -> Option<Diagnosis> {
    let mut gets = seen
        .iter()
        .filter(|seen| seen.exchange.planned.request.method == "GET");
    let get = gets.find(|seen| (200..300).contains(&seen.response.status))?;
    let missing: Vec<&Seen<'_>> = seen.iter().filter(|seen| is_missing_head(seen)).collect();
    let first = missing.first()?;
    let differs = missing
        .iter()
        .any(|seen| seen.is_expected_allowed() && !seen.has_cors_headers());
    Some(Diagnosis {
        code: NO_HEAD,
        note: !differs,
        responses: missing.len(),
        text: format!(
            "HEAD gets status {}, although GET gets {}: the server has no route for HEAD",
            first.response.status, get.response.status
        ),
        help: "add a route for HEAD where there is one for GET: S3 has both",
    })
}

/// Faults in how the server compares origins with the entries that it should allow.
pub(super) fn faults(seen: &[Seen<'_>], entries: &[String]) -> Vec<Diagnosis> {
    let of_entries = entries.iter().flat_map(|entry| telltales::of_entry(entry));
    let telltales: Vec<Telltale> = telltales::of_everybody()
        .into_iter()
        .chain(of_entries)
        .collect();
    let fault = |fault: telltales::Fault| {
        let origins: HashSet<&str> = telltales
            .iter()
            .filter(|telltale| telltale.fault == fault)
            .map(|telltale| telltale.origin.as_str())
            .collect();
        let is_told = |seen: &&Seen<'_>| {
            is_let_in(seen) && seen.origin().is_some_and(|origin| origins.contains(origin))
        };
        let mut showing = seen.iter().filter(is_told);
        let first = showing.next()?;
        Some(Diagnosis {
            code: fault.code,
            note: false,
            responses: 1 + showing.count(),
            text: format!(
                "the endpoint allows \"{}\": {}",
                crate::paint::shown(first.origin().unwrap_or_default().as_bytes()),
                fault.text
            ),
            help: fault.help,
        })
    };
    FAULTS.into_iter().filter_map(fault).collect()
}

/// Whether an origin that should not be allowed is, by name.
fn is_let_in(seen: &Seen<'_>) -> bool {
    !seen.is_expected_allowed()
        && seen.origin().is_some()
        && seen.allow_origin().as_deref() == seen.origin()
        && (!seen.is_options() || seen.response.status < 300)
}
