//! One endpoint of all parts: S3's API and the websites, each inside the CORS layer.

use std::convert::Infallible;
use std::io;
use std::path::Path;

use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use s3_cors::adapter::Addressing;
use s3s::Body;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;
use tower::{ServiceExt, service_fn};
use tower_s3_cors::{PolicyProvider, S3CorsLayer};

use crate::access::{Access, Hosts};
use crate::operations::Operations;
use crate::store::Store;
use crate::website;

pub(crate) const ACCESS_KEY: &str = "local";
pub(crate) const SECRET_KEY: &str = "local-secret";

#[derive(Clone)]
struct Endpoint {
    store: Store,
    addressing: Addressing,
    s3: S3Service,
    /// Outside of authentication: browsers send preflights without a signature.
    layer: S3CorsLayer,
    website_layer: S3CorsLayer,
}

/// Serves until the process ends.
pub(crate) async fn serve(
    listener: TcpListener,
    root: &Path,
    store: Store,
    addressing: Addressing,
) -> Result<Infallible, String> {
    let files = s3s_fs::FileSystem::new(root).map_err(|error| format!("{error:?}"))?;
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    builder.set_access(Access(store.clone()));
    builder.set_host(Hosts(addressing.clone()));
    builder.set_route(Operations {
        store: store.clone(),
        addressing: addressing.clone(),
    });
    let policies: PolicyProvider = store.policies().addressed(addressing.clone());
    let endpoint = Endpoint {
        s3: builder.build(),
        layer: S3CorsLayer::new(policies.clone()),
        website_layer: S3CorsLayer::new(policies).refusal_body(website::refusal),
        store,
        addressing,
    };
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                eprintln!("a connection was not accepted: {error}");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let endpoint = endpoint.clone();
        let service = service_fn(move |request| endpoint.clone().answer(request));
        tokio::spawn(async move {
            let mut http = hyper::server::conn::http1::Builder::new();
            http.timer(TokioTimer::new());
            let stream = TokioIo::new(stream);
            // A client that goes away is no news.
            let _ = http
                .serve_connection(stream, TowerToHyperService::new(service))
                .await;
        });
    }
}

impl Endpoint {
    async fn answer(self, request: Request<Incoming>) -> Result<Response<Body>, io::Error> {
        let address = self.addressing.of(&request);
        let bucket = address
            .as_ref()
            .and_then(|address| address.bucket())
            .map(str::to_owned);
        let is_website = address.as_ref().is_some_and(|address| address.is_website());
        let is_bucket = address.is_some_and(|address| address.key().is_empty());
        if let Some(bucket) = &bucket
            && !self.store.exists(bucket)
        {
            // A folder may have been made by hand.
            self.store.look_at(bucket);
        }
        // A bucket comes with its CreateBucket and goes with its DeleteBucket.
        let changes = is_bucket && matches!(*request.method(), Method::PUT | Method::DELETE);
        let response = if is_website {
            let (store, s3, name) = (self.store.clone(), self.s3, bucket.clone());
            let site = service_fn(move |request: Request<Incoming>| {
                let (store, s3) = (store.clone(), s3.clone());
                let name = name.clone().unwrap_or_default();
                async move { Ok::<_, Infallible>(website::answer(&store, &s3, &name, &request).await) }
            });
            self.website_layer
                .wrap(site)
                .oneshot(request)
                .await
                .unwrap_or_else(|never| match never {})
        } else {
            match self.layer.wrap(self.s3).oneshot(request).await {
                Ok(response) => response,
                Err(error) => {
                    eprintln!("a request failed: {error:?}");
                    let mut response = Response::new(Body::empty());
                    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                    response
                }
            }
        };
        if let Some(bucket) = bucket.filter(|_| changes) {
            self.store.look_at(&bucket);
        }
        Ok(response)
    }
}
