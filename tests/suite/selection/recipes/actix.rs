use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use actix_s3_cors::{
    Addressing, BucketPolicies, CorsConfiguration, PolicyProvider, S3Cors, Selection, SharedPolicy,
};

/// Two buckets by path: `/photos/…` and `/videos/…`, on every host. Their rules are in a folder.
pub fn by_path(folder: &Path) -> Result<S3Cors, Box<dyn Error>> {
    let buckets = BucketPolicies::new();
    for name in ["photos", "videos"] {
        let file = folder.join(format!("{name}.json"));
        let rules = CorsConfiguration::from_path(&file)?;
        buckets.set(name, rules, file.display().to_string())?;
    }
    Ok(S3Cors::new(buckets.addressed(Addressing::path_style())))
}

/// The same by host: `photos.s3.example.com`, and a host name of one bucket's own. Requests to
/// other hosts pass through unchanged.
pub fn by_host(buckets: &BucketPolicies) -> Result<S3Cors, Box<dyn Error>> {
    let addressing = Addressing::new()
        .domain("s3.example.com")?
        .host("cdn.example.com", "photos")?;
    Ok(S3Cors::new(buckets.addressed(addressing)))
}

/// A policy for each tenant, by the first label of the host.
pub fn by_tenant(tenants: HashMap<String, SharedPolicy>) -> S3Cors {
    S3Cors::new(PolicyProvider::selected_by(move |request| {
        let tenant = request.host().and_then(|host| host.split('.').next());
        match tenant.and_then(|tenant| tenants.get(tenant)) {
            Some(policy) => Selection::by(policy),
            None => Selection::without_bucket(),
        }
    }))
}

/// Buckets below a path, for the app or for the scope `/s3`: both see the whole path.
pub fn below_a_path(buckets: &BucketPolicies) -> Result<S3Cors, Box<dyn Error>> {
    let policies = buckets.addressed(Addressing::path_style().prefix("/s3")?);
    Ok(S3Cors::new(policies))
}
