//! The operations that `s3s-fs` lacks: CORS, website and policy of a bucket. The route sees the body
//! as it was sent, so that what S3 refuses is refused with S3's own error.

use http::header::CONTENT_TYPE;
use http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri};
use s3_cors::adapter::bucket_cors::{self, ApiError};
use s3_cors::adapter::{Addressing, RequestId, host_id};
use s3s::route::S3Route;
use s3s::{Body, S3Request, S3Response, S3Result};

use crate::store::{Document, Store};

/// No document is longer; S3's limit for CORS is 64 KB.
const MOST_BYTES: usize = 1024 * 1024;

pub(crate) struct Operations {
    pub(crate) store: Store,
    pub(crate) addressing: Addressing,
}

/// What the query names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resource {
    Document(Document),
    /// Nothing is blocked here; the AWS CLI may say so.
    PublicAccessBlock,
}

fn resource(uri: &Uri) -> Option<Resource> {
    let mut names = uri
        .query()?
        .split('&')
        .map(|pair| pair.split('=').next().unwrap_or(pair));
    names.find_map(|name| match name {
        "cors" => Some(Resource::Document(Document::Cors)),
        "website" => Some(Resource::Document(Document::Website)),
        "policy" => Some(Resource::Document(Document::Policy)),
        "publicAccessBlock" => Some(Resource::PublicAccessBlock),
        _ => None,
    })
}

#[async_trait::async_trait]
impl S3Route for Operations {
    fn is_match(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        _: &mut Extensions,
    ) -> bool {
        let is_bucket = || self.bucket(uri, headers).is_some();
        matches!(*method, Method::GET | Method::PUT | Method::DELETE)
            && resource(uri).is_some()
            && is_bucket()
    }

    async fn call(&self, mut request: S3Request<Body>) -> S3Result<S3Response<Body>> {
        let bucket = self
            .bucket(&request.uri, &request.headers)
            .unwrap_or_default();
        let Some(resource) = resource(&request.uri) else {
            return Err(s3s::s3_error!(NotImplemented));
        };
        if !self.store.exists(&bucket) {
            return Ok(error(&ApiError::no_such_bucket(bucket)));
        }
        let Resource::Document(document) = resource else {
            return Ok(empty(StatusCode::NO_CONTENT));
        };
        if request.method == Method::PUT {
            if document == Document::Cors && !has_checksum(&request.headers) {
                return Err(s3s::s3_error!(
                    InvalidRequest,
                    "Missing required header for this request: Content-MD5"
                ));
            }
            let body = request.input.store_all_limited(MOST_BYTES).await;
            let Ok(body) = body else {
                return Err(s3s::s3_error!(
                    MaxMessageLengthExceeded,
                    "Your request was too big."
                ));
            };
            return self.put(&bucket, document, &body);
        }
        if request.method == Method::DELETE {
            self.store.remove(&bucket, document).map_err(failed)?;
            return Ok(empty(StatusCode::NO_CONTENT));
        }
        match self.store.read(&bucket, document).map_err(failed)? {
            Some(bytes) => Ok(content(StatusCode::OK, document, bytes)),
            None => match document {
                Document::Cors => Ok(error(&ApiError::no_such_cors_configuration(bucket))),
                Document::Website => Err(s3s::s3_error!(NoSuchWebsiteConfiguration)),
                Document::Policy => Err(s3s::s3_error!(NoSuchBucketPolicy)),
            },
        }
    }
}

impl Operations {
    fn put(&self, bucket: &str, document: Document, body: &[u8]) -> S3Result<S3Response<Body>> {
        match document {
            Document::Cors => match bucket_cors::put(body) {
                Ok(rules) => self.store.set_cors(bucket, rules).map_err(failed)?,
                Err(refused) => return Ok(error(&refused)),
            },
            Document::Website => {
                if crate::website::Website::of(body).is_none() {
                    return Err(s3s::s3_error!(MalformedXML));
                }
                self.store.set(bucket, document, body).map_err(failed)?;
            }
            Document::Policy => {
                if serde_json::from_slice::<serde_json::Value>(body).is_err() {
                    return Err(s3s::s3_error!(
                        MalformedPolicy,
                        "Policies must be valid JSON"
                    ));
                }
                self.store.set(bucket, document, body).map_err(failed)?;
            }
        }
        Ok(empty(match document {
            Document::Policy => StatusCode::NO_CONTENT,
            _ => StatusCode::OK,
        }))
    }

    /// The bucket, if the URL names no object in it.
    fn bucket(&self, uri: &Uri, headers: &HeaderMap) -> Option<String> {
        let host = match uri.authority() {
            Some(authority) => Some(authority.as_str()),
            None => headers
                .get(http::header::HOST)
                .and_then(|host| host.to_str().ok()),
        };
        let address = self.addressing.resolve(host, uri.path())?;
        let bucket = address.bucket().filter(|_| address.key().is_empty())?;
        Some(bucket.to_owned())
    }
}

/// S3 takes no CORS configuration without one (F87).
fn has_checksum(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| {
        let name = name.as_str();
        name == "content-md5" || name == "x-amz-trailer" || name.starts_with("x-amz-checksum-")
    })
}

fn failed(error: std::io::Error) -> s3s::S3Error {
    eprintln!("the store cannot be used: {error}");
    s3s::s3_error!(InternalError)
}

fn empty(status: StatusCode) -> S3Response<Body> {
    S3Response::with_status(Body::empty(), status)
}

fn content(status: StatusCode, document: Document, bytes: Vec<u8>) -> S3Response<Body> {
    let mut response = S3Response::with_status(Body::from(bytes), status);
    let media_type = match document {
        Document::Policy => "application/json",
        _ => "application/xml",
    };
    response
        .headers
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

fn error(error: &ApiError) -> S3Response<Body> {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let id = RequestId::of(None);
    let mut response = content(
        status,
        Document::Cors,
        error.to_xml(id.as_str(), host_id()).into_bytes(),
    );
    for (name, value) in [("x-amz-request-id", id.as_str()), ("x-amz-id-2", host_id())] {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers.insert(name, value);
        }
    }
    response
}
