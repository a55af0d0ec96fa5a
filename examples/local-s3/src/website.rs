//! Static websites: index document, error document, and errors as HTML.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, LOCATION};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::Empty;
use s3_cors::Refusal;
use s3_cors::adapter::host_id;
use s3s::Body;
use s3s::service::S3Service;
use tower::ServiceExt;
use tower_s3_cors::RefusalBody;

use crate::store::{Document, Store};

/// A `WebsiteConfiguration`, as far as it is understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Website {
    index: String,
    error: Option<String>,
}

impl Website {
    pub(crate) fn of(xml: &[u8]) -> Option<Self> {
        let document = roxmltree::Document::parse(std::str::from_utf8(xml).ok()?).ok()?;
        let root = document.root_element();
        let text = |parent: &str, child: &str| {
            let parent = root
                .children()
                .find(|node| node.tag_name().name() == parent)?;
            let child = parent
                .children()
                .find(|node| node.tag_name().name() == child)?;
            child.text().map(str::to_owned)
        };
        let is_website = root.tag_name().name() == "WebsiteConfiguration";
        let index = text("IndexDocument", "Suffix").filter(|_| is_website)?;
        let error = text("ErrorDocument", "Key");
        Some(Self { index, error })
    }
}

/// Answers a request to a bucket's website.
pub(crate) async fn answer(
    store: &Store,
    s3: &S3Service,
    bucket: &str,
    request: &Request<hyper::body::Incoming>,
) -> Response<Body> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let message = "The specified method is not allowed against this resource.";
        return page(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message);
    }
    if !store.exists(bucket) {
        let message = "The specified bucket does not exist";
        return page(StatusCode::NOT_FOUND, "NoSuchBucket", message);
    }
    let stored = store.read(bucket, Document::Website).ok().flatten();
    let Some(website) = stored.and_then(|xml| Website::of(&xml)) else {
        let message = "The specified bucket does not have a website configuration";
        return page(StatusCode::NOT_FOUND, "NoSuchWebsiteConfiguration", message);
    };
    let path = request.uri().path();
    let object = match path.ends_with('/') {
        true => format!("{path}{}", website.index),
        false => path.to_owned(),
    };
    let found = get(s3, bucket, &object, request).await;
    if !found.status().is_client_error() {
        return found;
    }
    let status = found.status();
    if status == StatusCode::NOT_FOUND && !path.ends_with('/') {
        // A folder without its slash.
        let index = format!("{path}/{}", website.index);
        if get(s3, bucket, &index, request).await.status() == StatusCode::OK {
            let mut redirect = Response::new(Body::empty());
            *redirect.status_mut() = StatusCode::FOUND;
            if let Ok(location) = HeaderValue::from_str(&format!("{path}/")) {
                redirect.headers_mut().insert(LOCATION, location);
            }
            return redirect;
        }
    }
    if let Some(error) = website.error {
        let mut document = get(s3, bucket, &format!("/{error}"), request).await;
        if document.status() == StatusCode::OK {
            *document.status_mut() = status;
            return document;
        }
    }
    match status {
        StatusCode::NOT_FOUND => page(status, "NoSuchKey", "The specified key does not exist."),
        _ => page(status, "AccessDenied", "Access Denied"),
    }
}

/// An object as everybody may see it.
async fn get(
    s3: &S3Service,
    bucket: &str,
    path: &str,
    request: &Request<hyper::body::Incoming>,
) -> Response<Body> {
    let failed = || {
        page(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalError",
            "Please try again.",
        )
    };
    let Ok(uri) = format!("/{bucket}{path}").parse::<Uri>() else {
        return failed();
    };
    let mut inner = Request::new(Empty::<Bytes>::new());
    *inner.method_mut() = request.method().clone();
    *inner.uri_mut() = uri;
    *inner.headers_mut() = request.headers().clone();
    inner.headers_mut().remove(AUTHORIZATION);
    // An address, for which the bucket stands in the path.
    inner
        .headers_mut()
        .insert(HOST, HeaderValue::from_static("127.0.0.1"));
    s3.clone().oneshot(inner).await.unwrap_or_else(|_| failed())
}

fn page(status: StatusCode, code: &str, message: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(html(
        status,
        &[("Code", code), ("Message", message)],
    )));
    *response.status_mut() = status;
    let media_type = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}

/// A refused preflight, as a website shows errors (F131).
pub(crate) fn refusal(refusal: &Refusal<'_>, request_id: &str) -> RefusalBody {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::FORBIDDEN);
    let message = refusal.message();
    let rows = [
        ("Code", Some(refusal.code())),
        ("Message", Some(&*message)),
        ("Method", refusal.method()),
        (
            "ResourceType",
            refusal.resource_type().map(|kind| kind.as_str()),
        ),
        ("RequestId", Some(request_id)),
        ("HostId", Some(host_id())),
    ];
    let rows: Vec<_> = rows
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    RefusalBody::new(
        HeaderValue::from_static("text/html; charset=utf-8"),
        Bytes::from(html(status, &rows)),
    )
}

fn html(status: StatusCode, rows: &[(&str, &str)]) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let rows: String = rows
        .iter()
        .map(|(name, value)| format!("<li>{name}: {}</li>\n", escaped(value)))
        .collect();
    let title = format!(
        "{} {}",
        status.as_u16(),
        status.canonical_reason().unwrap_or_default()
    );
    format!(
        "<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n<ul>\n{rows}</ul>\n\
         <hr/>\n</body>\n</html>\n"
    )
}
