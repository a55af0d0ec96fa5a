//! A document that ends anywhere but at its end.

use conformance_sources::client::{OWNER, client};
use conformance_sources::configurations::good;
use conformance_sources::fake::{Fake, Response};
use s3_cors::{CorsConfiguration, Dialect, SharedPolicy};

use crate::on_demand;

/// Two rules, so that half of the document could pass for one rule.
fn document() -> String {
    let mut two = good("one");
    two.cors_rules.append(&mut good("two").cors_rules);
    CorsConfiguration::to_text(&two, Dialect::Xml)
        .trim_end()
        .to_owned()
}

#[tokio::test]
async fn a_document_that_ends_too_early_is_never_taken_wherever_it_ends() {
    let document = document();
    let fake = Fake::new(Response::xml(200, document.clone())).await;
    let policy = SharedPolicy::pending();
    let handle = on_demand(client(fake.address(), OWNER), "cut").follow(&policy);
    handle.first_load().await.expect("the whole is taken");
    let before = policy.status();
    assert_eq!(before.policy().rule_count(), 2);
    for end in 0..document.len() {
        let part = &document[..end];
        fake.set(Response::xml(200, part));
        let refreshed = handle.refresh().await;
        assert!(refreshed.is_err(), "taken for whole: {part:?}");
        assert_eq!(policy.status().configuration(), before.configuration());
    }
    fake.set(Response::xml(200, document));
    let refreshed = handle.refresh().await.expect("the whole is taken");
    assert!(!refreshed.changed());
    assert!(!policy.status().is_failing());
}

#[tokio::test]
async fn an_error_that_ends_too_early_never_passes_for_a_bucket_without_rules() {
    let whole = Response::error(404, "NoSuchBucket", "The specified bucket does not exist");
    let fake = Fake::new(Response::xml(200, document())).await;
    let policy = SharedPolicy::pending();
    let handle = on_demand(client(fake.address(), OWNER), "cut").follow(&policy);
    handle.first_load().await.expect("the whole is taken");
    for end in 0..=whole.body.len() {
        fake.set(Response::xml(404, &whole.body[..end]));
        handle
            .refresh()
            .await
            .expect_err("that is no bucket without rules");
        assert_eq!(policy.status().policy().rule_count(), 2);
    }
}
