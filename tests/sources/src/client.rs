//! Real clients: the AWS SDK's.

use std::net::SocketAddr;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_s3::types::{CorsConfiguration, CorsRule};
use aws_smithy_http_client::Builder;

/// The access key and secret of whom the server's buckets belong to.
pub const OWNER: (&str, &str) = ("AKIAOWNEROWNEROWNER1", "a-secret-of-the-owner-alone");

/// The session token of the same.
pub const TOKEN: &str = "FwoGZXIvYXdzEsession/token+of=the-owner-alone";

/// Those of one who may do nothing there.
pub const STRANGER: (&str, &str) = ("AKIASTRANGERSTRANGE2", "a-secret-of-the-stranger-alone");

/// Those of one who may read two buckets, as an app that follows them.
pub const READER: (&str, &str) = ("AKIAREADERREADERREAD3", "a-secret-of-the-reader-alone");

/// The two buckets.
pub const READ: [&str; 2] = ["followed", "kept"];

/// Every captured text goes through this.
///
/// # Panics
///
/// If the text holds credentials of one of the tests' clients.
#[track_caller]
pub fn assert_no_credentials(text: &str) {
    for secret in [
        OWNER.0, OWNER.1, STRANGER.0, STRANGER.1, READER.0, READER.1, TOKEN,
    ] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

/// A client of the server at an address, as programs have it, but for shorter waits.
#[must_use]
pub fn client(address: SocketAddr, credentials: (&str, &str)) -> Client {
    client_with_token(address, credentials, None)
}

/// With credentials that are good for a session.
#[must_use]
pub fn client_with_token(
    address: SocketAddr,
    (key, secret): (&str, &str),
    token: Option<&str>,
) -> Client {
    let retry = RetryConfig::standard()
        .with_max_attempts(2)
        .with_initial_backoff(Duration::from_millis(5));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(Builder::new().build_http())
        .endpoint_url(format!("http://{address}"))
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(
            key,
            secret,
            token.map(Into::into),
            None,
            "test",
        ))
        .force_path_style(true)
        .retry_config(retry)
        .build();
    Client::from_conf(config)
}

/// Puts a configuration on a bucket.
///
/// # Panics
///
/// If the server refuses it.
pub async fn put(client: &Client, bucket: &str, configuration: &s3_cors::CorsConfiguration) {
    let list = |values: &Vec<String>| (!values.is_empty()).then(|| values.clone());
    let rules = configuration.cors_rules.iter().map(|rule| {
        CorsRule::builder()
            .set_id(rule.id.clone())
            .set_allowed_origins(Some(rule.allowed_origins.clone()))
            .set_allowed_methods(Some(rule.allowed_methods.clone()))
            .set_allowed_headers(list(&rule.allowed_headers))
            .set_expose_headers(list(&rule.expose_headers))
            .set_max_age_seconds(rule.max_age_seconds.and_then(|age| age.try_into().ok()))
            .build()
            .expect("all that is required")
    });
    let rules = CorsConfiguration::builder()
        .set_cors_rules(Some(rules.collect()))
        .build()
        .expect("all that is required");
    let request = client.put_bucket_cors().bucket(bucket);
    let put = request.cors_configuration(rules).send().await;
    put.unwrap_or_else(|error| panic!("{bucket}: {error:?}"));
}

/// Makes a bucket of its own for a test.
///
/// # Panics
///
/// If the server does not become ready to make one within a minute.
pub async fn make_bucket(client: &Client, bucket: &str) {
    let begun = std::time::Instant::now();
    while let Err(error) = client.create_bucket().bucket(bucket).send().await {
        assert!(begun.elapsed().as_secs() < 60, "{bucket}: {error:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
