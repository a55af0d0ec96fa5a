//! The rules in a bucket.

mod answer;
mod cause;
mod error;
mod follower;
mod parsed;
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

/// Follows a bucket's own CORS configuration: asks S3 for it with `GetBucketCors`, every minute
/// unless another [`interval`](Self::interval) is set, and whenever
/// [`FollowHandle::refresh`] is called.
///
/// A bucket without a configuration, which S3 says with `NoSuchCORSConfiguration`, is no failure:
/// from then on requests are answered as by a bucket without one. Everything else but a
/// configuration is a failure, after which the rules in force stay, and the next attempt comes
/// with back-off: access denied, no such bucket, slow down, no answer in time, S3's own errors, an
/// answer that breaks off, a page of HTML, an empty list of rules, rules that S3 would not take.
///
/// The answer's bytes are read by the strict reader that files are read with, not by the SDK's,
/// which passes over what it does not know. The client's own retry comes first; what counts as a
/// failure here has failed there as often as the client is told to try.
///
/// It takes the permission `s3:GetBucketCORS` on the bucket. Source: [`GetBucketCors`] in the S3
/// API reference.
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
/// // Any client will do: its credentials, region, endpoint, path style, retry and time-outs hold.
/// let client = Client::from_conf(config);
/// let policy = SharedPolicy::pending();
/// let following = BucketSource::new(client, "my-bucket").follow(&policy);
/// following.first_load_within(Duration::from_secs(10)).await?;
/// // Now give `&policy` to an adapter, and keep `following` as long as the app runs.
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
    /// A bucket, by name or by the ARN of an access point, and a client to ask with.
    ///
    /// The client needs a way to sleep, as the SDK's feature `rt-tokio` gives it, and an HTTP
    /// client, as its feature `default-https-client` does.
    pub fn new(client: Client, bucket: impl Into<String>) -> Self {
        Self {
            client,
            bucket: bucket.into().into(),
            expected_owner: None,
            schedule: Schedule::default(),
            timeout: Duration::from_secs(30),
        }
    }

    /// A bucket, and a client from the environment, as the AWS CLI would make it: credentials,
    /// region and endpoint from environment variables (`AWS_REGION`, `AWS_ENDPOINT_URL_S3`, …),
    /// profile, web identity, container or instance.
    ///
    /// What is missing there is told by the first load. For profiles with single sign-on or a
    /// `credential_process`, and for path style with an endpoint that has a name, make a client
    /// and use [`new`](Self::new); endpoints that are IP addresses get path style from the SDK.
    #[cfg(feature = "aws-config")]
    pub async fn from_env(bucket: impl Into<String>) -> Self {
        let version = aws_config::BehaviorVersion::latest();
        let config = aws_config::defaults(version).load().await;
        Self::new(Client::new(&config), bucket)
    }

    /// The longest time between two loads as long as they succeed. Default: 60 s.
    ///
    /// A minute, because it is about as long as people wait before they look whether a change has
    /// arrived; S3 promises no less, since a bucket's configuration reaches its own servers
    /// eventually; and asking so often costs an instance less than two cents a month. Who cannot
    /// wait calls [`FollowHandle::refresh`]. See the [fleet page](crate::fleet).
    pub fn interval(mut self, interval: Duration) -> Self {
        self.schedule = self.schedule.interval(interval);
        self
    }

    /// When the bucket is asked: interval, jitter, spread of first loads, back-off. Replaces what
    /// [`interval`](Self::interval) has set.
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedule = schedule;
        self
    }

    /// The account, twelve digits, the bucket must belong to. S3 answers `AccessDenied` if it
    /// belongs to another, such as to whoever made a bucket of this name after it was deleted.
    pub fn expected_bucket_owner(mut self, account: impl Into<String>) -> Self {
        self.expected_owner = Some(account.into().into());
        self
    }

    /// How long a load may take, the client's own retries included. Default: 30 s.
    ///
    /// The client has time-outs of its own, but by default none for an answer that never comes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Follows the bucket, on a task of the tokio runtime this is called on, into a policy, until
    /// the handle is dropped.
    ///
    /// The policy may be [pending](SharedPolicy::pending), or have rules to begin with, such as
    /// those the program was built with. Outside of a runtime nothing is followed, which the
    /// handle, the policy's status and the log say.
    pub fn follow(self, policy: &SharedPolicy) -> FollowHandle {
        follow(Follower::new(self), policy.clone())
    }
}

impl fmt::Debug for BucketSource {
    /// Without the client, which holds credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BucketSource")
            .field("bucket", &self.bucket)
            .field("expected_owner", &self.expected_owner)
            .field("schedule", &self.schedule)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
