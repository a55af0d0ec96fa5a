//! An app that follows a bucket, as a process of its own, with a key that may only read.

use conformance::apps::{ACTIX_BUCKET, App};
use conformance::health;
use conformance::raw_http::{exchange, request};
use conformance_sources::client::{OWNER, READ, READER, client, make_bucket, put};
use conformance_sources::proxy::{Fault, Proxy};
use s3_cors::{CorsConfiguration, CorsRule};

use crate::server;

const ORIGIN: &str = "https://www.example.com";

fn rules() -> CorsConfiguration {
    // SeaweedFS hands out 0 where no age was put.
    let rule = CorsRule::new(["https://*.example.com"], ["PUT"]).max_age_seconds(60);
    CorsConfiguration::new([rule])
}

fn start(bucket: &str, proxy: &Proxy) -> App {
    let (key, secret) = READER;
    App::start_with(ACTIX_BUCKET, |command| {
        command
            .args(["--bucket", bucket, "--interval", "1"])
            .args(["--listen", "127.0.0.1:0"])
            .env("AWS_ENDPOINT_URL", format!("http://{}", proxy.address()))
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", key)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("NO_COLOR", "1");
    })
}

/// The origin a preflight allows, or the message of its refusal.
#[track_caller]
fn preflight(app: &App) -> Result<String, String> {
    let headers: [(&str, &[u8]); 2] = [
        ("Origin", ORIGIN.as_bytes()),
        ("Access-Control-Request-Method", b"PUT"),
    ];
    let response = exchange(app.address(), &request("OPTIONS", "/key", headers));
    let response = response.expect("a response");
    match response.header("access-control-allow-origin") {
        Some(origin) => Ok(origin.to_owned()),
        None => Err(response.error().expect("S3's XML")["Message"].clone()),
    }
}

#[track_caller]
fn assert_without_rules(app: &App) {
    let message = preflight(app).expect_err("there are no rules");
    assert_eq!(
        message,
        "CORSResponse: CORS is not enabled for this bucket."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_starts_before_its_server_follows_its_bucket() {
    let Some(server) = server() else { return };
    let [bucket, _] = READ;
    let owner = client(server.address(), OWNER);
    let proxy = Proxy::to(server.address()).await;
    proxy.set(Fault::Refused).await;
    let app = start(bucket, &proxy);

    // Nothing has arrived: as a bucket without CORS, and the failure is to be seen.
    let health = health::until_failing(&app);
    assert_eq!(health["version"], 0);
    let error = health["last_failure"]["error"].as_str().expect("a text");
    assert!(error.contains("cannot be reached"), "{error}");
    assert_without_rules(&app);

    // A bucket without CORS, and known to be.
    make_bucket(&owner, bucket).await;
    proxy.set(Fault::None).await;
    let health = health::until_version(&app, 1);
    assert_eq!(health["source"], format!("s3://{bucket}"));
    assert_without_rules(&app);

    put(&owner, bucket, &rules()).await;
    let health = health::until_version(&app, 2);
    assert_eq!(
        (&health["rules"], &health["followed"]),
        (&1.into(), &true.into())
    );
    assert_eq!(preflight(&app).as_deref(), Ok(ORIGIN));
    let changed = format!("CORS rules changed from s3://{bucket}");
    health::until(&app, &changed, |_| app.logged().contains(&changed));

    let deleted = owner.delete_bucket_cors().bucket(bucket).send().await;
    deleted.expect("the server deletes it");
    let health = health::until_version(&app, 3);
    assert_eq!(health["rules"], 0);
    assert_without_rules(&app);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_keeps_its_rules_while_the_server_is_gone_and_prints_no_key() {
    let Some(server) = server() else { return };
    let [_, bucket] = READ;
    let owner = client(server.address(), OWNER);
    make_bucket(&owner, bucket).await;
    put(&owner, bucket, &rules()).await;
    let proxy = Proxy::to(server.address()).await;
    let app = start(bucket, &proxy);
    health::until_version(&app, 1);
    assert_eq!(preflight(&app).as_deref(), Ok(ORIGIN));

    proxy.set(Fault::Refused).await;
    let health = health::until_failing(&app);
    assert_eq!(
        (&health["version"], &health["rules"]),
        (&1.into(), &1.into())
    );
    assert_eq!(preflight(&app).as_deref(), Ok(ORIGIN));
    let kept = "still in force";
    health::until(&app, kept, |_| app.logged().contains(kept));

    let printed = app.said() + &app.logged();
    for secret in [READER.0, READER.1] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
