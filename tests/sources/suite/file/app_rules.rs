//! Rules of an app's own are followed beside the bucket's, into the same policy.

use std::fs;

use conformance_sources::configurations::{good, good_text};
use conformance_sources::folder::Folder;
use conformance_sources::wait::{until_failing, until_version};
use s3_cors::SharedPolicy;

use crate::{Finding, source};

#[tokio::test]
async fn a_file_of_the_apps_own_rules_is_followed_beside_the_buckets() {
    let folder = Folder::new();
    let (bucket, app) = (folder.join("cors.json"), folder.join("app-cors.json"));
    let patch = |word: &str| good_text(word).replace("\"GET\"", "\"PATCH\"");
    fs::write(&bucket, good_text("one")).expect("a file");
    fs::write(&app, patch("app")).expect("a file");
    let policy = SharedPolicy::pending();
    let following = source(&bucket, Finding::Polled).follow(&policy);
    following.first_attempt().await.expect("it is followed");
    let following_app = source(&app, Finding::Polled).follow_app_rules(&policy);
    following_app.first_attempt().await.expect("it is followed");

    let status = until_version(&policy, 2).await;
    assert_eq!(status.configuration(), Some(&good("one")));
    assert_eq!(status.policy().rule_count(), 2);
    assert!(
        status
            .app_source()
            .is_some_and(|source| source.ends_with("app-cors.json"))
    );

    fs::write(&app, patch("other")).expect("a file");
    let status = until_version(&policy, 3).await;
    assert_eq!(
        status.app_rules().rules()[0].allowed_origins,
        ["https://other.example"]
    );

    // What S3 has no word for is no rule of the bucket's.
    fs::write(&bucket, patch("two")).expect("a file");
    let status = until_failing(&policy).await;
    let error = status.last_failure().expect("a failure").to_string();
    assert!(
        error.contains("S3 does not support the method \"PATCH\""),
        "{error}"
    );
    assert_eq!((status.version(), status.policy().rule_count()), (3, 2));

    fs::write(&bucket, good_text("two")).expect("a file");
    let status = until_version(&policy, 4).await;
    assert_eq!(status.configuration(), Some(&good("two")));
    assert!(!status.is_failing());
}
