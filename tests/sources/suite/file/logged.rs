//! What the log says of a file.

use std::fs;

use conformance_sources::configurations::good_text;
use conformance_sources::folder::Folder;
use conformance_sources::logs::Logs;
use s3_cors::SharedPolicy;
use tracing::Level;

use crate::{Finding, source};

#[tokio::test]
async fn the_log_says_what_changed_and_what_failed_and_what_stays_in_force() {
    let logs = Logs::default();
    let _guard = logs.hear();
    let folder = Folder::new();
    let file = folder.join("cors.json");
    fs::write(&file, good_text("one")).expect("a file");
    let policy = SharedPolicy::pending();
    let handle = source(&file, Finding::Notified).follow(&policy);
    handle.first_load().await.expect("it is followed");
    let name = file.display();
    assert_eq!(
        logs.messages(Level::INFO),
        [
            &*format!("CORS rules loaded from {name}, now in force: version 1, 1 rule"),
            r#"added CORSRules[0]: AllowedMethods ["GET"], AllowedOrigins ["https://one.example"], ExposeHeaders ["x-one"]"#,
        ]
    );

    fs::write(
        &file,
        good_text("one").replace("\"GET\"", "\"GET\", \"PUT\""),
    )
    .expect("a file");
    handle.refresh().await.expect("a good file");
    let logged = logs.messages(Level::INFO);
    assert_eq!(
        logged[2..],
        [
            &*format!("CORS rules changed from {name}, now in force: version 2, 1 rule"),
            r#"changed CORSRules[0]: AllowedMethods + "PUT""#,
        ]
    );

    fs::write(
        &file,
        r#"[{"AllowedOrigins": "*", "AllowedMethods": ["GET"]}]"#,
    )
    .expect("a file");
    for _ in 0..3 {
        handle.refresh().await.expect_err("a bad file");
    }
    // The first and the second; from then on only now and then.
    let warned = logs.messages(Level::WARN);
    assert_eq!(warned.len(), 2, "{warned:#?}");
    let (begin, end) = warned[0].split_once(". ").expect("two sentences");
    assert!(
        begin.starts_with("CORS rules not loaded; still in force: version 2, 1 rule"),
        "{begin}"
    );
    assert!(end.starts_with(&format!("{name}:1:")), "{end}");
    assert!(end.contains(r#"put it in a list: ["*"]"#), "{end}");

    fs::write(
        &file,
        good_text("one").replace("\"GET\"", "\"GET\", \"PUT\""),
    )
    .expect("a file");
    handle.refresh().await.expect("a good file");
    let logged = logs.messages(Level::INFO);
    let last = logged.last().expect("a message");
    assert!(
        last.contains("can be loaded again; its CORS rules are unchanged: version 2"),
        "{last}"
    );
    assert_eq!(logged.len(), 5, "{logged:#?}");
}
