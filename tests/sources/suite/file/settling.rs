//! Half a file, and bursts. Where times matter they are not those of the clock on the wall.

use std::fs;
use std::time::Duration;

use conformance_sources::configurations::{good, good_text};
use conformance_sources::folder::Folder;
use conformance_sources::wait::until;
use s3_cors::SharedPolicy;
use s3_cors_sources::{FileSource, FollowHandle};
use tokio::time::sleep;

use crate::{Finding, source};

/// Follows a file in a time that passes only while everything waits.
async fn started(folder: &Folder) -> (std::path::PathBuf, SharedPolicy, FollowHandle) {
    let file = folder.join("cors.json");
    fs::write(&file, good_text("one")).expect("a file");
    let policy = SharedPolicy::pending();
    let source = FileSource::new(&file)
        .poll_interval(Duration::from_millis(500))
        .polling_only();
    let handle = source.follow(&policy);
    handle.first_load().await.expect("it is followed");
    sleep(Duration::from_secs(2)).await;
    (file, policy, handle)
}

#[tokio::test(start_paused = true)]
async fn half_a_file_that_is_completed_soon_is_no_failure() {
    let folder = Folder::new();
    let (file, policy, _following) = started(&folder).await;
    let two = good_text("two");
    for part in ["", &two[..two.len() / 2], "[]", &two] {
        fs::write(&file, part).expect("a file");
        sleep(Duration::from_millis(600)).await;
        let status = policy.status();
        assert!(status.last_failure().is_none(), "{part:?}: {status:#?}");
        let word = if part == two { "two" } else { "one" };
        if part != two {
            assert_eq!(status.configuration(), Some(&good(word)), "{part:?}");
        }
    }
    sleep(Duration::from_secs(1)).await;
    assert_eq!(policy.status().configuration(), Some(&good("two")));
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_gone_for_a_moment_is_no_failure() {
    let folder = Folder::new();
    let (file, policy, _following) = started(&folder).await;
    fs::remove_file(&file).expect("a file");
    sleep(Duration::from_secs(1)).await;
    fs::write(&file, good_text("two")).expect("a file");
    sleep(Duration::from_secs(3)).await;
    let status = policy.status();
    assert!(status.last_failure().is_none(), "{status:#?}");
    assert_eq!(status.configuration(), Some(&good("two")));
}

#[tokio::test(start_paused = true)]
async fn half_a_file_that_stays_half_is_a_failure() {
    let folder = Folder::new();
    let (file, policy, _following) = started(&folder).await;
    let two = good_text("two");
    fs::write(&file, &two[..two.len() / 2]).expect("a file");
    sleep(Duration::from_secs(5)).await;
    let status = policy.status();
    assert!(status.is_failing());
    assert_eq!(status.configuration(), Some(&good("one")));
}

#[tokio::test(start_paused = true)]
async fn of_a_burst_only_the_last_is_taken() {
    let folder = Folder::new();
    let (file, policy, _following) = started(&folder).await;
    for number in 0..20 {
        fs::write(&file, good_text(&format!("n{number}"))).expect("a file");
        sleep(Duration::from_millis(30)).await;
    }
    sleep(Duration::from_secs(2)).await;
    let status = policy.status();
    assert_eq!(status.configuration(), Some(&good("n19")));
    assert_eq!(status.version(), 2);
}

/// Each version is whole, but none stays for as long as the debounce.
#[tokio::test]
async fn a_file_that_never_rests_is_taken_now_and_then_and_only_whole() {
    let folder = Folder::new();
    let file = folder.join("cors.json");
    fs::write(&file, good_text("n0")).expect("a file");
    let policy = SharedPolicy::pending();
    let source = source(&file, Finding::Notified).debounce(Duration::from_millis(50));
    let handle = source.follow(&policy);
    handle.first_load().await.expect("it is followed");
    let (path, staged) = (file.clone(), folder.join("staged"));
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let writer = tokio::spawn(async move {
        let mut number = 0;
        while stopped.try_recv() == Err(tokio::sync::oneshot::error::TryRecvError::Empty) {
            number += 1;
            fs::write(&staged, good_text(&format!("n{number}"))).expect("a file");
            fs::rename(&staged, &path).expect("the same folder");
            sleep(Duration::from_millis(5)).await;
        }
        number
    });
    let status = until(&policy, "a later version", |status| status.version() > 2).await;
    assert!(status.last_failure().is_none(), "{status:#?}");
    stop.send(()).expect("the writer");
    let last = good(&format!("n{}", writer.await.expect("no panic")));
    let settled = until(&policy, "the last", |status| {
        status.configuration() == Some(&last)
    })
    .await;
    assert!(settled.last_failure().is_none(), "{settled:#?}");
}

#[tokio::test]
async fn a_refresh_takes_a_change_at_once() {
    let folder = Folder::new();
    let file = folder.join("cors.json");
    fs::write(&file, good_text("one")).expect("a file");
    let policy = SharedPolicy::pending();
    let hourly = Duration::from_secs(3600);
    let handle = FileSource::new(&file)
        .poll_interval(hourly)
        .polling_only()
        .follow(&policy);
    handle.first_load().await.expect("it is followed");
    fs::write(&file, good_text("two")).expect("a file");
    let replaced = handle.refresh().await.expect("a good file");
    assert!(replaced.changed());
    fs::write(&file, "[").expect("a file");
    let error = handle.refresh().await.expect_err("a bad file");
    assert!(
        error.to_string().starts_with(&*file.to_string_lossy()),
        "{error}"
    );
    let status = policy.status();
    assert_eq!((status.version(), status.is_failing()), (2, true));
}
