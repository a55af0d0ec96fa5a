//! `s3://BUCKET` as a FILE: the rules that the bucket has now.

use std::path::Path;

/// Why a bucket's rules cannot be read, and what to do.
#[derive(Debug)]
pub(crate) struct Unavailable {
    pub(crate) text: String,
    pub(crate) help: String,
}

/// The bucket that a FILE names, if it names one.
pub(crate) fn bucket(file: &Path) -> Option<&str> {
    let name = file.to_str()?.strip_prefix("s3://")?;
    Some(name.trim_end_matches('/'))
}

/// What `aws s3api get-bucket-cors` prints, read with the credentials, the region and the endpoint
/// that the AWS CLI would use.
#[cfg(feature = "s3")]
pub(crate) fn read(bucket: &str) -> Result<String, Unavailable> {
    use std::time::{Duration, Instant};

    use s3_cors::{Dialect, SharedPolicy};
    use s3_cors_sources::{BucketSource, SourceError};

    const PATIENCE: Duration = Duration::from_secs(30);
    // The source would try again; here the first failure is the result.
    const LOOK: Duration = Duration::from_millis(50);
    let unavailable = |text: String| Unavailable {
        text,
        help: format!("try `aws s3api get-bucket-cors --bucket {bucket}`, which asks the same"),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| unavailable(error.to_string()))?;
    runtime.block_on(async {
        let policy = SharedPolicy::pending();
        let handle = BucketSource::from_env(bucket).await.follow(&policy);
        let begin = Instant::now();
        loop {
            match handle.first_load_within(LOOK).await {
                Ok(()) => break,
                Err(SourceError::NotYet { .. }) if begin.elapsed() < PATIENCE => {}
                Err(error) => return Err(unavailable(error.to_string())),
            }
        }
        let status = policy.status();
        let configuration = status.configuration().ok_or_else(|| Unavailable {
            text: "the bucket has no CORS configuration, so S3 allows no other origin anything"
                .into(),
            help: "set one with `aws s3api put-bucket-cors`".into(),
        })?;
        Ok(configuration.to_text(Dialect::Cli))
    })
}

/// The SDK of AWS is large, and most people have the AWS CLI.
#[cfg(not(feature = "s3"))]
pub(crate) fn read(bucket: &str) -> Result<String, Unavailable> {
    Err(Unavailable {
        text: "this program was built without the feature that reads live buckets".into(),
        help: format!(
            "run `aws s3api get-bucket-cors --bucket {bucket} | s3-cors COMMAND -`, or build it with \
             `cargo install s3-cors-cli --features s3`"
        ),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::bucket;

    #[test]
    fn a_bucket_is_named_by_its_url() {
        assert_eq!(bucket(Path::new("s3://assets")), Some("assets"));
        assert_eq!(bucket(Path::new("s3://assets/")), Some("assets"));
        assert_eq!(bucket(Path::new("s3/assets")), None);
    }
}
