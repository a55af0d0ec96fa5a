//! What a browser makes of a response, after the Fetch standard.

use super::difference::DifferenceCode;
use super::exchange::{Request, RequestKind, Response};

/// Whether the response lets the script go on: after a preflight with the request, after the
/// request with reading its response.
///
/// Stricter than Fetch in one point: a preflight for GET, HEAD or POST needs the method in
/// `Access-Control-Allow-Methods`, which browsers do not look for. What the service says is
/// compared, not what browsers forgive.
pub(super) fn permits(request: &Request, response: &Response, credentials: bool) -> bool {
    let origin = match response.header("access-control-allow-origin") {
        Some("*") => !credentials,
        Some(origin) => {
            let allowed = response.header("access-control-allow-credentials") == Some("true");
            origin == request.origin && (!credentials || allowed)
        }
        None => false,
    };
    if !origin || request.kind != RequestKind::Preflight {
        return origin;
    }
    let status = response
        .status
        .is_none_or(|status| (200..300).contains(&status));
    let methods = response
        .header("access-control-allow-methods")
        .unwrap_or_default();
    let mut methods = methods.split(',').map(str::trim);
    let method = methods.any(|one| one == request.method || (one == "*" && !credentials));
    let names = response.list("access-control-allow-headers");
    let headers = request.headers.iter().all(|name| {
        let name = name.to_ascii_lowercase();
        let any = !credentials && name != "authorization";
        names
            .iter()
            .any(|listed| *listed == name || (listed == "*" && any))
    });
    status && method && headers
}

/// What else is different between two responses that both let the script go on.
pub(super) fn changes(
    request: &Request,
    before: &Response,
    after: &Response,
) -> Vec<DifferenceCode> {
    use DifferenceCode as Code;
    let mut changes = Vec::new();
    let mut changed = |code, differs: bool| {
        if differs {
            changes.push(code);
        }
    };
    let star = |response: &Response| response.header("access-control-allow-origin") == Some("*");
    changed(Code::AllowOriginValue, star(before) != star(after));
    let varies = |response: &Response| {
        let vary = response.list("vary");
        vary.iter().any(|name| name == "origin" || name == "*")
    };
    // What caches keep.
    let cached =
        request.kind != RequestKind::Preflight && matches!(request.method.as_str(), "GET" | "HEAD");
    changed(Code::Vary, cached && varies(before) && !varies(after));
    if request.kind == RequestKind::Preflight {
        let max_age =
            |response: &Response| response.header("access-control-max-age").map(str::to_owned);
        changed(Code::MaxAge, max_age(before) != max_age(after));
        match after.status {
            None => changed(Code::PreflightLeftToBackend, true),
            status => changed(Code::PreflightStatus, status != before.status),
        }
    } else {
        let exposed = |response: &Response| {
            let mut names = response.list("access-control-expose-headers");
            names.sort();
            names.dedup();
            names
        };
        changed(Code::ExposeHeaders, exposed(before) != exposed(after));
    }
    changes
}
