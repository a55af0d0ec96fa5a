//! What a conversion changes: the requests that show it, found by asking both sides.

mod browser;
mod difference;
mod exchange;
mod probes;

pub use difference::{Difference, DifferenceCode, DifferenceKind};
pub use exchange::{Request, RequestKind, Response};

use s3_cors::CorsPolicy;
use s3_cors::limits::SUPPORTED_METHODS;

use crate::engine::{self, RuleParts};
use crate::evaluate::Deployment;
use difference::Differences;

/// What S3 responds to a request by its rules.
pub(crate) fn of_s3(policy: &CorsPolicy, request: &Request) -> Response {
    let names = request.headers.join(",");
    let mut headers = vec![("origin", request.origin.as_str())];
    let method = match request.kind {
        RequestKind::Preflight => {
            headers.push(("access-control-request-method", request.method.as_str()));
            if !request.headers.is_empty() {
                headers.push(("access-control-request-headers", names.as_str()));
            }
            "OPTIONS"
        }
        RequestKind::Actual | RequestKind::ActualError => request.method.as_str(),
    };
    let (status, headers) = engine::decide(policy, method, &headers);
    Response {
        status,
        headers,
        left_to_backend: false,
    }
}

/// All differences that the probes of the rules show, each with the first request that shows it, and
/// whether all of them were tried.
pub(crate) fn differences(
    rules: &[RuleParts],
    policy: &CorsPolicy,
    deployment: &Deployment,
) -> (Vec<Difference>, bool) {
    let mut differences = Differences::default();
    let probes = probes::of(rules);
    for request in probes.requests {
        let before = of_s3(policy, &request);
        let responses = deployment.responses(&request);
        // A failure is only of interest where its response is another one.
        if request.kind == RequestKind::ActualError {
            let succeeding = Request::actual(&request.origin, &request.method);
            if deployment.responses(&succeeding) == responses {
                continue;
            }
        }
        for after in responses {
            for (kind, code) in between(policy, &request, &before, &after) {
                differences.add(kind, code, &request, &before, &after);
            }
        }
    }
    (differences.in_order(), probes.complete)
}

/// What is different between two responses to one request.
pub(crate) fn between(
    policy: &CorsPolicy,
    request: &Request,
    before: &Response,
    after: &Response,
) -> Vec<(DifferenceKind, DifferenceCode)> {
    use DifferenceCode as Code;
    use DifferenceKind::{Changed, Denied, Widened};
    if after.left_to_backend {
        return vec![(Changed, Code::LeftToBackend)];
    }
    let permits = |response, credentials| browser::permits(request, response, credentials);
    let (was, is) = (permits(before, false), permits(after, false));
    if is && !was {
        // Whoever needs a preflight has been refused by it.
        return match request.kind {
            RequestKind::Preflight => vec![(Widened, widening(policy, request))],
            _ if !request.is_simple_method() => Vec::new(),
            _ if allows_origin(policy, &request.origin) => vec![match request.method.as_str() {
                // What is stored becomes readable.
                "GET" => (Widened, Code::MethodWidened),
                _ => (Changed, Code::MethodNotChecked),
            }],
            _ => vec![(Widened, Code::OriginWidened)],
        };
    }
    if was && !is {
        return match request.kind {
            RequestKind::ActualError => vec![(Denied, Code::ErrorWithoutHeaders)],
            _ => vec![(Denied, Code::Denied)],
        };
    }
    let mut found = Vec::new();
    let (was_with, is_with) = (permits(before, true), permits(after, true));
    if is_with && !was_with {
        found.push((Widened, Code::CredentialsGained));
    }
    if was_with && !is_with {
        found.push((Changed, Code::CredentialsLost));
    }
    if was {
        let changes = browser::changes(request, before, after);
        found.extend(changes.into_iter().map(|code| (Changed, code)));
    } else if request.kind == RequestKind::Preflight && before.status != after.status {
        found.push((Changed, Code::RefusalStatus));
    }
    found
}

/// Which of the three conditions kept S3 from allowing a preflight.
fn widening(policy: &CorsPolicy, request: &Request) -> DifferenceCode {
    let without_headers = Request {
        headers: Vec::new(),
        ..request.clone()
    };
    if of_s3(policy, &without_headers)
        .header("access-control-allow-origin")
        .is_some()
    {
        DifferenceCode::HeaderWidened
    } else if allows_origin(policy, &request.origin) {
        DifferenceCode::MethodWidened
    } else {
        DifferenceCode::OriginWidened
    }
}

fn allows_origin(policy: &CorsPolicy, origin: &str) -> bool {
    SUPPORTED_METHODS.iter().any(|method| {
        let request = Request::preflight(origin, method, &[]);
        of_s3(policy, &request)
            .header("access-control-allow-origin")
            .is_some()
    })
}
