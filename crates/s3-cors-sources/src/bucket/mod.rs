//! Follows the rules of a bucket.

mod cause;
mod error;
mod follower;
mod parsed;
mod response;
mod secrets;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use s3_cors::SharedPolicy;

pub use self::error::{BucketError, BucketErrorKind};
use self::follower::Follower;
use crate::follow_handle::{FollowHandle, follow};
use crate::schedule::Schedule;

/// Follows the CORS configuration of a bucket with `GetBucketCors`: every minute, unless another
/// [`interval`](Self::interval) is set, and whenever [`FollowHandle::refresh`] is called.
///
/// If S3 responds with `NoSuchCORSConfiguration`, that is not a failure: the policy then behaves as
/// a bucket without a CORS configuration. Anything else but a configuration is a failure: access
/// denied, no such bucket, throttling, a timeout, an error of S3, a truncated response, an HTML
/// page, an empty list of rules, rules that S3 would reject. After a failure the rules in force stay
/// in force, and the next attempt follows with back-off.
///
/// The engine's strict reader parses the response, not the SDK, which ignores what it does not know.
/// The client's own retries come first: the source counts one failure after the client's last
/// attempt.
///
/// The caller needs the permission `s3:GetBucketCORS` on the bucket. Source: [`GetBucketCors`] in
/// the S3 API reference.
///
/// [`GetBucketCors`]: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html
///
/// ```no_run
/// use std::time::Duration;
/// use s3_cors::SharedPolicy;
/// use s3_cors_sources::BucketSource;
/// use s3_cors_sources::aws_sdk_s3::{Client, Config, config::Region};
///
/// # async fn example(config: Config) -> Result<(), s3_cors_sources::SourceError> {
/// // The client's own credentials, region, endpoint, path style, retries and timeouts apply.
/// let client = Client::from_conf(config);
/// let policy = SharedPolicy::pending();
/// let handle = BucketSource::new(client, "my-bucket").follow(&policy);
/// handle.first_load_within(Duration::from_secs(10)).await?;
/// // Pass `&policy` to an adapter, and keep `handle` as long as the app runs.
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is followed until `follow` is called"]
pub struct BucketSource {
    client: Client,
    bucket: Arc<str>,
    expected_owner: Option<Arc<str>>,
    schedule: Schedule,
    timeout: Duration,
}

impl BucketSource {
    /// Creates a source for a bucket, given by its name or by the ARN of an access point, that sends
    /// its requests with a client.
    ///
    /// The client needs a sleep implementation, which the SDK's feature `rt-tokio` provides, and an
    /// HTTP client, which its feature `default-https-client` provides.
    pub fn new(client: Client, bucket: impl Into<String>) -> Self {
        Self {
            client,
            bucket: bucket.into().into(),
            expected_owner: None,
            schedule: Schedule::default(),
            timeout: Duration::from_secs(30),
        }
    }

    /// Creates a source for a bucket with a client configured from the environment, as the AWS CLI
    /// is: credentials, region and endpoint come from environment variables (`AWS_REGION`,
    /// `AWS_ENDPOINT_URL_S3`, …), the profile, web identity, the container or the instance.
    ///
    /// If something is missing, the first load fails and says so. For profiles with single sign-on
    /// or a `credential_process`, and for path-style requests to an endpoint with a host name, create
    /// a client and use [`new`](Self::new). For endpoints that are IP addresses, the SDK uses path
    /// style by itself.
    #[cfg(feature = "aws-config")]
    pub async fn from_env(bucket: impl Into<String>) -> Self {
        let version = aws_config::BehaviorVersion::latest();
        let config = aws_config::defaults(version).load().await;
        Self::new(Client::new(&config), bucket)
    }

    /// Sets the longest time between two loads while loads succeed. Default: 60 s.
    ///
    /// A minute is about as long as people wait before they check whether a change has arrived, and
    /// it costs less than two cents per instance and month. S3 itself applies a new configuration
    /// only eventually. To load sooner, call [`FollowHandle::refresh`]. See the
    /// [fleet page](crate::fleet).
    pub fn interval(mut self, interval: Duration) -> Self {
        self.schedule = self.schedule.interval(interval);
        self
    }

    /// Sets the whole schedule: interval, jitter, spread of first loads and back-off. Replaces an
    /// earlier [`interval`](Self::interval).
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedule = schedule;
        self
    }

    /// Sets the account, as twelve digits, that must own the bucket. If another account owns it, for
    /// example because the bucket was deleted and its name was taken, S3 responds with
    /// `AccessDenied`.
    pub fn expected_bucket_owner(mut self, account: impl Into<String>) -> Self {
        self.expected_owner = Some(account.into().into());
        self
    }

    /// Sets how long a load may take, including the client's own retries. Default: 30 s.
    ///
    /// The client has timeouts of its own, but by default none for a response that never arrives.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Spawns a task on the current tokio runtime that keeps a policy up to date with the bucket
    /// until the handle is dropped.
    ///
    /// The policy can be [pending](SharedPolicy::pending) or have initial rules, such as rules built
    /// into the program. Outside a runtime the bucket is not followed; the handle, the policy's
    /// status and the log say so.
    pub fn follow(self, policy: &SharedPolicy) -> FollowHandle {
        follow(Follower::new(self), policy.clone())
    }
}

impl fmt::Debug for BucketSource {
    /// Omits the client, which holds credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BucketSource")
            .field("bucket", &self.bucket)
            .field("expected_owner", &self.expected_owner)
            .field("schedule", &self.schedule)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
