//! The stage of an API, which is in the path of some events and in none of the app's routes.

use lambda_http::http::Uri;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};

/// The request as if the API were at the root: `/prod/photos` becomes `/photos`. Otherwise routes do
/// not match, and refused preflights name an object where the bucket's root was meant.
pub(crate) fn removed(mut request: Request) -> Request {
    let stage = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => context.stage.as_deref(),
        Some(RequestContext::ApiGatewayV2(context)) => context.stage.as_deref(),
        _ => None,
    };
    if let Some(uri) = stage.and_then(|stage| without(request.uri(), stage)) {
        *request.uri_mut() = uri;
    }
    request
}

/// `None` if the path does not begin with the stage.
fn without(uri: &Uri, stage: &str) -> Option<Uri> {
    let path_and_query = uri.path_and_query()?.as_str();
    let rest = path_and_query.strip_prefix('/')?.strip_prefix(stage)?;
    let rest = match rest.as_bytes().first() {
        Some(b'/') => rest.to_owned(),
        Some(b'?') | None => format!("/{rest}"),
        Some(_) => return None,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(rest.parse().ok()?);
    Uri::from_parts(parts).ok()
}
