//! Files that are not there, and changes that are hard to see.

use std::fs::{self, File};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::Duration;

use conformance_sources::configurations::{good, good_text};
use conformance_sources::folder::Folder;
use conformance_sources::wait::{until_failing, until_version};
use s3_cors::SharedPolicy;
use s3_cors_sources::FileSource;

use crate::{Finding, source};

async fn check_missing(path: &str, finding: Finding) {
    let folder = Folder::new();
    let file = folder.join(path);
    let policy = SharedPolicy::pending();
    let handle = source(&file, finding).follow(&policy);
    let error = handle.first_attempt().await.expect_err("no file");
    assert!(error.to_string().contains("check the path"), "{error}");
    assert!(policy.status().is_pending());

    // One directory after the other, as people and programs make them.
    for directory in file
        .parent()
        .expect("a folder")
        .ancestors()
        .collect::<Vec<_>>()
        .iter()
        .rev()
    {
        if !directory.is_dir() {
            fs::create_dir(directory).expect("a directory");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
    fs::write(&file, good_text("one")).expect("a file");
    handle.first_load().await.expect("it is followed");
    assert_eq!(policy.status().configuration(), Some(&good("one")));
    fs::write(&file, good_text("two")).expect("a file");
    until_version(&policy, 2).await;
}

#[tokio::test]
async fn a_file_that_is_not_there_at_the_start_may_come_later() {
    check_missing("cors.json", Finding::Notified).await;
    check_missing("cors.json", Finding::Polled).await;
}

#[tokio::test]
async fn a_directory_that_is_not_there_at_the_start_may_come_later() {
    check_missing("a/b/cors.json", Finding::Notified).await;
    check_missing("a/b/cors.json", Finding::Polled).await;
}

#[tokio::test]
async fn a_file_that_is_gone_leaves_its_rules_in_force_until_it_returns() {
    for finding in [Finding::Notified, Finding::Polled] {
        let folder = Folder::new();
        let file = folder.join("cors.json");
        fs::write(&file, good_text("one")).expect("a file");
        let policy = SharedPolicy::pending();
        let handle = source(&file, finding).follow(&policy);
        handle.first_load().await.expect("it is followed");
        fs::remove_file(&file).expect("a file");
        let status = until_failing(&policy).await;
        assert_eq!(
            (status.version(), status.configuration()),
            (1, Some(&good("one")))
        );
        // The same again: no new version, and no failure any more.
        fs::write(&file, good_text("one")).expect("a file");
        assert_eq!(until_version(&policy, 1).await.version(), 1);
        fs::write(&file, good_text("two")).expect("a file");
        until_version(&policy, 2).await;
    }
}

/// A directory above is swapped. Nothing below it has changed, so nothing is told of it.
#[tokio::test]
async fn what_the_operating_system_does_not_tell_is_found_by_polling_besides() {
    let folder = Folder::new();
    let file = folder.join("a/b/cors.json");
    fs::create_dir_all(folder.join("a/b")).expect("a directory");
    fs::write(&file, good_text("one")).expect("a file");
    let policy = SharedPolicy::pending();
    let source = FileSource::new(&file).poll_interval(Duration::from_millis(50));
    let handle = source.follow(&policy);
    handle.first_load().await.expect("it is followed");
    fs::create_dir_all(folder.join("new/b")).expect("a directory");
    fs::write(folder.join("new/b/cors.json"), good_text("two")).expect("a file");
    fs::rename(folder.join("a"), folder.join("old")).expect("the same folder");
    fs::rename(folder.join("new"), folder.join("a")).expect("the same folder");
    let status = until_version(&policy, 2).await;
    assert_eq!(status.configuration(), Some(&good("two")));
}

#[tokio::test]
async fn the_content_decides_and_not_the_time_of_change() {
    for finding in [Finding::Notified, Finding::Polled] {
        let folder = Folder::new();
        let file = folder.join("cors.json");
        fs::write(&file, good_text("one")).expect("a file");
        let time = fs::metadata(&file)
            .and_then(|file| file.modified())
            .expect("a time");
        let policy = SharedPolicy::pending();
        let handle = source(&file, finding).follow(&policy);
        handle.first_load().await.expect("it is followed");

        // Another time and other white space, the same rules.
        fs::write(&file, format!("{}\n\n", good_text("one"))).expect("a file");
        assert!(!handle.refresh().await.expect("a good file").changed());

        // Another content of the same length, and the time it had before.
        let staged = folder.join("staged");
        fs::write(&staged, good_text("two")).expect("a file");
        let open = File::options().write(true).open(&staged).expect("a file");
        open.set_modified(time).expect("a time");
        drop(open);
        fs::rename(&staged, &file).expect("the same folder");
        let status = until_version(&policy, 2).await;
        assert_eq!(status.configuration(), Some(&good("two")));
    }
}

#[tokio::test]
async fn a_policy_that_has_rules_keeps_them_while_the_file_is_not_there() {
    let folder = Folder::new();
    let policy = SharedPolicy::new(good("shipped"), "the program").expect("good rules");
    let handle = source(&folder.join("cors.json"), Finding::Notified).follow(&policy);
    handle.first_attempt().await.expect_err("no file");
    let status = policy.status();
    assert_eq!(
        (status.version(), status.source()),
        (1, Some("the program"))
    );
    assert!(status.is_failing());
}

/// Whoever opens a named pipe to read waits for somebody who writes.
fn named_pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.expect("mkfifo").success());
}

#[tokio::test]
async fn what_is_no_regular_file_is_refused_before_it_is_opened() {
    let folder = Folder::new();
    let file = folder.join("cors.json");
    named_pipe(&file);
    let socket = folder.join("socket");
    let _listener = UnixListener::bind(&socket).expect("a socket");
    let link = folder.join("link");
    std::os::unix::fs::symlink("cors.json", &link).expect("a link");
    for (path, expected) in [
        (
            &*file,
            "it is a named pipe; give the path of a regular file",
        ),
        (&link, "it is a named pipe; give the path of a regular file"),
        (&socket, "it is a socket; give the path of a regular file"),
        (
            Path::new("/dev/zero"),
            "it is a device; give the path of a regular file",
        ),
        (&folder.join("."), "give the path of a file inside it"),
    ] {
        for finding in [Finding::Notified, Finding::Polled] {
            let policy = SharedPolicy::pending();
            // Not a matter of time.
            let source = source(path, finding).timeout(Duration::from_secs(3600));
            let handle = source.follow(&policy);
            let error = handle.first_attempt().await.expect_err("no file");
            assert!(error.to_string().ends_with(expected), "{error}");
        }
    }
}

#[tokio::test]
async fn a_good_file_in_place_of_a_pipe_is_seen() {
    for finding in [Finding::Notified, Finding::Polled] {
        let folder = Folder::new();
        let file = folder.join("cors.json");
        named_pipe(&file);
        let policy = SharedPolicy::pending();
        let handle = source(&file, finding).follow(&policy);
        handle.first_attempt().await.expect_err("a pipe");
        fs::remove_file(&file).expect("a pipe");
        fs::write(&file, good_text("one")).expect("a file");
        handle.first_load().await.expect("it is followed");
        assert_eq!(policy.status().configuration(), Some(&good("one")));
    }
}
