//! Who may do what, and which bucket a host names.

use s3_cors::adapter::Addressing;
use s3s::S3Result;
use s3s::access::{S3Access, S3AccessContext};
use s3s::host::{S3Host, VirtualHost};
use serde_json::Value;

use crate::store::{Document, Store};

/// With the keys everything; without, objects that the bucket's policy lets everybody read.
pub(crate) struct Access(pub(crate) Store);

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let reads = matches!(context.s3_op().name(), "GetObject" | "HeadObject");
        let bucket = context.s3_path().get_bucket_name().unwrap_or_default();
        if context.credentials().is_some() || (reads && self.is_public(bucket)) {
            Ok(())
        } else {
            Err(s3s::s3_error!(AccessDenied, "Access Denied"))
        }
    }
}

impl Access {
    /// Whether a statement of the bucket's policy allows everybody to get every object of it. That is
    /// all that is understood of policies.
    fn is_public(&self, bucket: &str) -> bool {
        let policy = self.0.read(bucket, Document::Policy).ok().flatten();
        let policy = policy.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        let Some(policy) = policy else { return false };
        let resource = format!("arn:aws:s3:::{bucket}/*");
        listed(&policy["Statement"]).any(|statement| {
            let principal = &statement["Principal"];
            statement["Effect"] == "Allow"
                && listed(principal)
                    .chain(listed(&principal["AWS"]))
                    .any(|who| who == "*")
                && listed(&statement["Action"])
                    .any(|action| action == "s3:GetObject" || action == "s3:*" || action == "*")
                && listed(&statement["Resource"]).any(|known| known == resource.as_str())
                && statement["Condition"].is_null()
        })
    }
}

/// The entries of a list; a single value counts as a list of one.
fn listed(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(entries) => entries.iter(),
        single => std::slice::from_ref(single).iter(),
    }
}

/// The same hosts as those that CORS goes by.
pub(crate) struct Hosts(pub(crate) Addressing);

impl S3Host for Hosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let address = self.0.resolve(Some(host), "/");
        let bucket = address.and_then(|address| address.bucket().map(str::to_owned));
        Ok(match bucket {
            Some(bucket) => VirtualHost::new(host).with_bucket(bucket),
            None => VirtualHost::new(host),
        })
    }
}
