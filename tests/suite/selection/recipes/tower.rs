use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use axum::Router;
use tower_s3_cors::{
    Addressing, BucketPolicies, CorsConfiguration, PolicyProvider, S3Cors, Selection, SharedPolicy,
};

/// Two buckets by path: `/photos/…` and `/videos/…`, on every host. Their rules are in a folder.
pub fn by_path(router: Router, folder: &Path) -> Result<Router, Box<dyn Error>> {
    let buckets = BucketPolicies::new();
    for name in ["photos", "videos"] {
        let file = folder.join(format!("{name}.json"));
        let rules = CorsConfiguration::from_path(&file)?;
        buckets.set(name, rules, file.display().to_string())?;
    }
    let policies = buckets.addressed(Addressing::path_style());
    Ok(Router::new().fallback_service(S3Cors::new(router, policies)))
}

/// The same by host: `photos.s3.example.com`, and a host name of one bucket's own. Requests to
/// other hosts pass through unchanged.
pub fn by_host(router: Router, buckets: &BucketPolicies) -> Result<Router, Box<dyn Error>> {
    let addressing = Addressing::new()
        .domain("s3.example.com")?
        .host("cdn.example.com", "photos")?;
    let policies = buckets.addressed(addressing);
    Ok(Router::new().fallback_service(S3Cors::new(router, policies)))
}

/// A policy for each tenant, by the first label of the host.
pub fn by_tenant(router: Router, tenants: HashMap<String, SharedPolicy>) -> Router {
    let policies = PolicyProvider::selected_by(move |request| {
        let tenant = request.host().and_then(|host| host.split('.').next());
        match tenant.and_then(|tenant| tenants.get(tenant)) {
            Some(policy) => Selection::by(policy),
            None => Selection::without_bucket(),
        }
    });
    Router::new().fallback_service(S3Cors::new(router, policies))
}

/// Buckets below a path of a larger app: outside of the router, the layer sees the whole path.
pub fn below_a_path(router: Router, buckets: &BucketPolicies) -> Result<Router, Box<dyn Error>> {
    let policies = buckets.addressed(Addressing::path_style().prefix("/s3")?);
    Ok(Router::new().fallback_service(S3Cors::new(router, policies)))
}
