//! Whether a response allows the page to read it.

use crate::plan::Preflight;
use crate::safelist::{self, tokens};
use crate::{CorsFailure, Credentials, Failure, Fetch, Response};

/// How long browsers cache a preflight response without `Access-Control-Max-Age`, in seconds.
const DEFAULT_MAX_AGE: u64 = 5;

/// [Fetch, "CORS check"](https://fetch.spec.whatwg.org/#concept-cors-check).
pub(crate) fn cors(fetch: &Fetch, response: &Response) -> Result<(), CorsFailure> {
    let Some(allowed) = response.get("access-control-allow-origin") else {
        return Err(CorsFailure::NoAllowOrigin);
    };
    let include = fetch.credentials == Credentials::Include;
    if !include && allowed == b"*" {
        return Ok(());
    }
    let origin = fetch.page_origin();
    if allowed != origin.as_bytes() {
        return Err(match allowed.as_slice() {
            b"*" => CorsFailure::WildcardWithCredentials,
            _ if allowed.contains(&b',') => CorsFailure::MultipleOrigins { found: allowed },
            _ => CorsFailure::OtherOrigin {
                found: allowed,
                origin: origin.to_owned(),
            },
        });
    }
    let credentials = response.get("access-control-allow-credentials");
    if !include || credentials.as_deref() == Some(b"true") {
        return Ok(());
    }
    Err(CorsFailure::NoCredentials { found: credentials })
}

/// [Fetch, "CORS-preflight fetch"], step 7: whether the response to the preflight allows the
/// request, and for how many seconds it may be cached.
///
/// [Fetch, "CORS-preflight fetch"]: https://fetch.spec.whatwg.org/#cors-preflight-fetch
pub(crate) fn preflight(
    fetch: &Fetch,
    method: &str,
    preflight: &Preflight,
    response: &Response,
) -> Result<u64, Failure> {
    cors(fetch, response).map_err(Failure::PreflightCors)?;
    let status = response.status;
    if !(200..300).contains(&status) {
        return Err(Failure::PreflightStatus { status });
    }
    let list = |name: &'static str| {
        let value = response.get(name).unwrap_or_default();
        match tokens(&value) {
            Some(tokens) => Ok(tokens.into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>()),
            None => Err(Failure::PreflightList { name }),
        }
    };
    let methods = list("access-control-allow-methods")?;
    let names = list("access-control-allow-headers")?;
    let has_wildcard = |list: &[Vec<u8>]| list.iter().any(|item| item == b"*");
    let include = fetch.credentials == Credentials::Include;
    let has_method = methods.iter().any(|item| item == method.as_bytes());
    let any_method = !include && has_wildcard(&methods);
    if !has_method && !safelist::is_method(method) && !any_method {
        let method = method.to_owned();
        return Err(Failure::PreflightMethod { method });
    }
    let wildcard = has_wildcard(&names);
    for reason in &preflight.reasons {
        let Some(name) = reason.header() else {
            continue;
        };
        let is_named = names
            .iter()
            .any(|item| item.eq_ignore_ascii_case(name.as_bytes()));
        // Fetch, "CORS non-wildcard request-header name".
        let by_wildcard = wildcard && !include && name != "authorization";
        if !is_named && !by_wildcard {
            let name = name.to_owned();
            return Err(Failure::PreflightHeader { name, wildcard });
        }
    }
    let max_age = response.get("access-control-max-age").unwrap_or_default();
    let digits = !max_age.is_empty() && max_age.iter().all(u8::is_ascii_digit);
    let seconds = digits.then(|| {
        let digits = max_age.iter().map(|digit| u64::from(digit - b'0'));
        digits.fold(0_u64, |all, digit| {
            all.saturating_mul(10).saturating_add(digit)
        })
    });
    Ok(seconds.unwrap_or(DEFAULT_MAX_AGE))
}

/// The header names that the response exposes in addition to the safelisted ones, in lower case;
/// `None` means all.
///
/// Source: [Fetch, "main fetch"](https://fetch.spec.whatwg.org/#concept-main-fetch), step 14.
pub(crate) fn exposed(fetch: &Fetch, response: &Response) -> Option<Vec<Vec<u8>>> {
    let list = response
        .get("access-control-expose-headers")
        .unwrap_or_default();
    let names = tokens(&list).unwrap_or_default();
    if fetch.credentials != Credentials::Include && names.iter().any(|name| *name == b"*") {
        return None;
    }
    Some(names.into_iter().map(<[u8]>::to_ascii_lowercase).collect())
}
