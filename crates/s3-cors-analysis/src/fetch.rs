//! What a browser does with the responses of a policy: the model of [`cors_fetch`] with the
//! responses that an S3 bucket sends.
//!
//! ```
//! use cors_fetch::{Credentials, Fetch, Response};
//! use s3_cors::CorsPolicy;
//! use s3_cors_analysis::fetch::verdict;
//!
//! let policy = CorsPolicy::from_text(
//!     r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#,
//! )?;
//! let fetch = Fetch::new("https://a.example", "https://b.example/")?;
//! let response = Response::new(200);
//! assert!(verdict(&fetch, &policy, &response).outcome.is_readable());
//! let with_cookies = fetch.credentials(Credentials::Include);
//! assert!(!verdict(&with_cookies, &policy, &response).outcome.is_readable());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use cors_fetch;

use cors_fetch::{Fetch, Request, Response, Verdict};
use s3_cors::{CorsHeaders, CorsPolicy, Decision, RequestParts, ResourceType};

/// What a script gets from a bucket with this policy. `ordinary` is the response apart from CORS:
/// its CORS headers are replaced with those of the policy.
#[must_use]
pub fn verdict(fetch: &Fetch, policy: &CorsPolicy, ordinary: &Response) -> Verdict {
    let plan = fetch.plan();
    let path = ResourceType::of_path(fetch.path());
    let response = |request| response(policy, request, path, ordinary);
    let preflight = plan.preflight.as_ref();
    let to_preflight = preflight.map(|preflight| response(&preflight.request));
    let request = plan.request.as_ref();
    let to_request = request.map_or_else(|| ordinary.clone(), response);
    fetch.verdict(to_preflight.as_ref(), &to_request)
}

/// S3's response to a request: for any `OPTIONS`, S3's own; otherwise the ordinary response with
/// exactly the CORS headers of the decision.
fn response(
    policy: &CorsPolicy,
    request: &Request,
    resource_type: ResourceType,
    ordinary: &Response,
) -> Response {
    let headers: Vec<(&str, &[u8])> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_slice()))
        .collect();
    let request = RequestParts::new(&request.method, &headers).resource_type(resource_type);
    match policy.decide(&request) {
        Decision::Refused(refusal) => Response::new(refusal.status()),
        Decision::Preflight(headers) => with_cors(Response::new(200), &headers),
        Decision::Allowed(headers) => with_cors(without_cors(ordinary), &headers),
        Decision::NotCors | Decision::NotAllowed(_) => without_cors(ordinary),
    }
}

fn without_cors(response: &Response) -> Response {
    let mut response = response.clone();
    response
        .headers
        .retain(|(name, _)| !name.to_ascii_lowercase().starts_with("access-control-"));
    response
}

fn with_cors(mut response: Response, headers: &CorsHeaders<'_>) -> Response {
    let lines = headers.iter();
    let lines = lines.map(|(name, value)| (name.to_owned(), value.to_vec()));
    response.headers.extend(lines);
    response
}

#[cfg(test)]
mod tests {
    use cors_fetch::{Fetch, Outcome, Response};
    use s3_cors::CorsPolicy;

    use super::verdict;

    #[test]
    fn s3_responds_to_options_itself_even_for_its_own_origin() {
        let policy = CorsPolicy::without_configuration();
        let fetch = Fetch::new("https://a.example", "/")
            .unwrap()
            .method("OPTIONS");
        let own = Response::new(204).header("Allow", "GET");
        let found = verdict(&fetch, &policy, &own).outcome;
        let Outcome::Readable {
            status,
            headers,
            hidden,
        } = found
        else {
            panic!("same-origin responses are readable: {found:?}");
        };
        assert_eq!((status, headers.len(), hidden.len()), (403, 0, 0));
    }
}
