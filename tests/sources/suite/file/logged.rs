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

#[cfg(unix)]
#[tokio::test]
async fn what_files_and_their_names_hold_is_shown_harmlessly() {
    use conformance_sources::foreign;

    let logs = Logs::default();
    let _guard = logs.hear();
    let folder = Folder::new();
    let odd = foreign::bytes();
    let file = folder.join(&odd);
    let good = good_text("one");
    let in_json: String = odd
        .chars()
        .map(|c| format!("\\u{:04x}", u32::from(c)))
        .collect();
    let policy = SharedPolicy::pending();
    let following = source(&file, Finding::Notified).follow(&policy);
    following.first_attempt().await.expect_err("no file");
    for text in [
        &*good,
        &good.replace("one", &in_json),
        &format!("[{odd}"),
        &format!(r#"[{{"{in_json}": 1, "AllowedOrigins": ["{in_json}", "**"]}}]"#),
        &format!(
            "<a xmlns='{}'/>",
            odd.replace(|c| !s3_cors::is_xml_character(c), "")
        ),
        "",
    ] {
        fs::write(&file, text).expect("a file");
        let status = match following.refresh().await {
            Ok(replaced) => replaced.after,
            Err(error) => {
                foreign::check(text, &format!("{error} {error:?}"));
                policy.status()
            }
        };
        foreign::check(text, status.source().unwrap_or_default());
        foreign::check(text, following.source());
        if let Some(failure) = status.last_failure() {
            foreign::check(text, &format!("{failure} {}", failure.source()));
        }
    }
    for level in [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG] {
        for message in logs.messages(level) {
            foreign::check("the log", &message);
        }
    }
    let ours = logs.everything();
    let ours = ours
        .lines()
        .filter(|line| line.contains(" s3_cors_sources"));
    ours.for_each(|line| foreign::check("the log", line));
}
