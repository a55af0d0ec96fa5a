//! Faults between the program and a real server: the old rules stay in force, the failure can be
//! seen, and when it ends the new rules arrive.

use std::time::Duration;

use conformance_sources::client::{OWNER, client, make_bucket, put};
use conformance_sources::proxy::{Fault, Proxy};
use conformance_sources::wait::{until, until_failing};
use s3_cors::SharedPolicy;
use s3_cors_sources::{BucketErrorKind, SourceError};

use crate::{aged, bucket_error, eager, failure, server, well};

/// Short, so that what takes longer is soon seen to; whatever is faster only has to be so once.
const PATIENCE: Duration = Duration::from_secs(1);

async fn check(bucket: &str, fault: Fault, expected: impl Fn(&SourceError)) {
    let Some(server) = server() else { return };
    let owner = client(server.address(), OWNER);
    make_bucket(&owner, bucket).await;
    put(&owner, bucket, &aged("one")).await;
    let proxy = Proxy::to(server.address()).await;
    let policy = SharedPolicy::pending();
    let handle = eager(client(proxy.address(), OWNER), bucket)
        .timeout(PATIENCE)
        .follow(&policy);
    well(&policy, Some(&aged("one"))).await;

    proxy.set(fault).await;
    put(&owner, bucket, &aged("two")).await;
    // Only the third, because the first may still have met the change from one fault to another.
    let status = until(&policy, "failing for long", |status| {
        status.is_failing()
            && status
                .last_failure()
                .is_some_and(|failure| failure.consecutive() >= 3)
    })
    .await;
    assert_eq!(
        (status.version(), status.configuration()),
        (1, Some(&aged("one")))
    );
    assert!(
        failure(&status)
            .to_string()
            .starts_with(&format!("s3://{bucket}"))
    );
    expected(failure(&status));

    proxy.set(Fault::None).await;
    let status = well(&policy, Some(&aged("two"))).await;
    assert_eq!(status.version(), 2);
    assert!(
        status.last_failure().is_some(),
        "kept for whoever looks later"
    );
    assert!(handle.is_running());
}

#[track_caller]
fn is(kind: BucketErrorKind) -> impl Fn(&SourceError) {
    move |error| assert_eq!(bucket_error(error).kind(), kind, "{error}")
}

#[tokio::test]
async fn a_refused_connection_changes_nothing() {
    check("refused", Fault::Refused, is(BucketErrorKind::Unreachable)).await;
}

#[tokio::test]
async fn an_answer_that_never_comes_changes_nothing() {
    check("silent", Fault::Silent, |error| {
        assert!(
            matches!(error, SourceError::TimedOut { after, .. } if *after == PATIENCE),
            "{error}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_first_byte_that_comes_too_late_changes_nothing() {
    check("late", Fault::SlowFirstByte(5 * PATIENCE), |error| {
        assert!(matches!(error, SourceError::TimedOut { .. }), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_server_error_changes_nothing() {
    check("error", Fault::ServerError, |error| {
        let error = bucket_error(error);
        assert_eq!(error.kind(), BucketErrorKind::ServerError);
        assert_eq!(
            (error.status(), error.code()),
            (Some(500), Some("InternalError"))
        );
        assert_eq!(error.request_id(), Some("PROXY500"));
    })
    .await;
}

#[tokio::test]
async fn half_a_document_changes_nothing() {
    check(
        "truncated",
        Fault::Truncated,
        is(BucketErrorKind::NotAConfiguration),
    )
    .await;
}

#[tokio::test]
async fn half_an_answer_changes_nothing() {
    check("cut-off", Fault::CutOff, is(BucketErrorKind::Truncated)).await;
}

#[tokio::test]
async fn a_first_byte_that_comes_slowly_is_waited_for_and_meanwhile_the_old_rules_answer() {
    let Some(server) = server() else { return };
    let owner = client(server.address(), OWNER);
    make_bucket(&owner, "slow").await;
    put(&owner, "slow", &aged("one")).await;
    let proxy = Proxy::to(server.address()).await;
    let policy = SharedPolicy::pending();
    let handle = eager(client(proxy.address(), OWNER), "slow").follow(&policy);
    well(&policy, Some(&aged("one"))).await;

    proxy
        .set(Fault::SlowFirstByte(Duration::from_millis(400)))
        .await;
    put(&owner, "slow", &aged("two")).await;
    assert_eq!(policy.status().configuration(), Some(&aged("one")));
    assert_eq!(well(&policy, Some(&aged("two"))).await.version(), 2);
    assert!(handle.is_running());
}

#[tokio::test]
async fn a_fault_from_the_beginning_leaves_a_bucket_without_rules_until_it_ends() {
    let Some(server) = server() else { return };
    let owner = client(server.address(), OWNER);
    make_bucket(&owner, "later").await;
    put(&owner, "later", &aged("one")).await;
    let proxy = Proxy::to(server.address()).await;
    proxy.set(Fault::Refused).await;
    let policy = SharedPolicy::pending();
    let handle = eager(client(proxy.address(), OWNER), "later").follow(&policy);
    let status = until_failing(&policy).await;
    assert!(status.is_pending());
    assert_eq!(status.policy().rule_count(), 0);
    proxy.set(Fault::None).await;
    handle.first_load().await.expect("it is followed");
    assert_eq!(policy.status().configuration(), Some(&aged("one")));
}
