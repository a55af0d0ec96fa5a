//! Against a real server, with a real client, over a real connection.

use std::time::Duration;

use conformance_sources::client::{OWNER, STRANGER, client, make_bucket, put};
use s3_cors::{CorsConfiguration, CorsRule, SharedPolicy};
use s3_cors_sources::BucketErrorKind;

use crate::{aged, bucket_error, eager, on_demand, server, well};

#[tokio::test]
async fn rules_arrive_change_and_go_at_the_interval() {
    let Some(server) = server() else { return };
    let owner = client(server.address(), OWNER);
    make_bucket(&owner, "interval").await;

    let policy = SharedPolicy::pending();
    let handle = eager(client(server.address(), OWNER), "interval").follow(&policy);
    let status = well(&policy, None).await;
    assert_eq!(
        (status.version(), status.source()),
        (1, Some("s3://interval"))
    );

    put(&owner, "interval", &aged("one")).await;
    assert_eq!(well(&policy, Some(&aged("one"))).await.version(), 2);
    put(&owner, "interval", &aged("two")).await;
    assert_eq!(well(&policy, Some(&aged("two"))).await.version(), 3);

    let deleted = owner.delete_bucket_cors().bucket("interval").send().await;
    deleted.expect("the server deletes it");
    let status = well(&policy, None).await;
    assert_eq!(status.version(), 4);
    assert!(
        status.last_failure().is_none(),
        "{:?}",
        status.last_failure()
    );
    assert!(handle.is_running());
}

#[tokio::test]
async fn a_refresh_brings_the_change_at_once() {
    let Some(server) = server() else { return };
    let owner = client(server.address(), OWNER);
    make_bucket(&owner, "refreshed").await;
    put(&owner, "refreshed", &aged("one")).await;

    let policy = SharedPolicy::pending();
    let handle = on_demand(client(server.address(), OWNER), "refreshed").follow(&policy);
    handle.first_load().await.expect("it is followed");
    assert_eq!(policy.status().configuration(), Some(&aged("one")));

    put(&owner, "refreshed", &aged("two")).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(policy.status().configuration(), Some(&aged("one")));
    let replaced = handle.refresh().await.expect("the server responds");
    assert_eq!(replaced.after.configuration(), Some(&aged("two")));
    assert!(
        !handle
            .refresh()
            .await
            .expect("the server responds")
            .changed()
    );
}

#[tokio::test]
async fn every_member_of_every_rule_arrives_as_it_was_put() {
    let Some(server) = server() else { return };
    let owner = client(server.address(), OWNER);
    make_bucket(&owner, "members").await;
    let full = CorsConfiguration::new([
        CorsRule::new(
            ["https://*.example.com", "http://münchen.example"],
            ["GET", "PUT", "HEAD"],
        )
        .id("a <first> & \"only\" one")
        .allowed_headers(["*"])
        .expose_headers(["ETag", "x-amz-request-id"])
        .max_age_seconds(3000),
        aged("second").cors_rules.remove(0),
    ]);
    put(&owner, "members", &full).await;
    let policy = SharedPolicy::pending();
    let handle = on_demand(client(server.address(), OWNER), "members").follow(&policy);
    handle.first_load().await.expect("it is followed");
    assert_eq!(policy.status().configuration(), Some(&full));
}

#[tokio::test]
async fn a_real_server_denies_access_and_knows_no_such_bucket() {
    let Some(server) = server() else { return };
    let owner = client(server.address(), OWNER);
    make_bucket(&owner, "denied").await;
    put(&owner, "denied", &aged("one")).await;

    let policy = SharedPolicy::pending();
    let stranger = client(server.address(), STRANGER);
    let handle = on_demand(stranger, "denied").follow(&policy);
    let error = handle.first_attempt().await.expect_err("he may not");
    assert_eq!(bucket_error(&error).kind(), BucketErrorKind::AccessDenied);
    assert!(policy.status().is_pending() && policy.status().is_failing());

    let handle = on_demand(owner, "no-such-bucket").follow(&SharedPolicy::pending());
    let error = handle.first_attempt().await.expect_err("nobody made it");
    assert_eq!(bucket_error(&error).kind(), BucketErrorKind::NoSuchBucket);
}
