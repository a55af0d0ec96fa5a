//! Good content is taken, bad content never, whatever the way.

use std::fs;
use std::path::Path;

use conformance_sources::configurations::{bad, good, good_text};
use conformance_sources::folder::Folder;
use conformance_sources::wait::{until_failing, until_version};
use s3_cors::SharedPolicy;
use tokio::task::JoinSet;

use crate::ways::{self, Put, Way, file};
use crate::{Finding, source};

/// From good to bad and back, for each kind of bad, all at once.
async fn check(way: Way, finding: Finding) {
    let mut bads: Vec<(&str, Option<Vec<u8>>, &str)> = bad()
        .into_iter()
        .map(|(name, bytes, part)| (name, Some(bytes), part))
        .collect();
    bads.push(("a directory", None, "directory"));
    let mut all = JoinSet::new();
    for (name, bytes, part) in bads {
        all.spawn(async move {
            let folder = Folder::new();
            let bytes = bytes.as_deref();
            check_one(way, finding, &folder.join("conf"), name, bytes, part).await;
        });
    }
    while let Some(checked) = all.join_next().await {
        if let Err(error) = checked {
            std::panic::resume_unwind(error.into_panic());
        }
    }
}

async fn check_one(
    way: Way,
    finding: Finding,
    folder: &Path,
    name: &str,
    bytes: Option<&[u8]>,
    part: &str,
) {
    fs::create_dir_all(folder).expect("a directory");
    let put = |word: &str| way(folder, Put::Bytes(good_text(word).as_bytes()));
    if way as usize == ways::rename_away_and_write as *const () as usize {
        fs::write(file(folder), "[]").expect("a file");
    }
    put("one");
    let policy = SharedPolicy::pending();
    let handle = source(&file(folder), finding).follow(&policy);
    handle.first_load().await.expect("it is followed");

    put("two");
    let status = until_version(&policy, 2).await;
    assert_eq!(status.configuration(), Some(&good("two")), "{name}");

    way(folder, bytes.map_or(Put::Directory, Put::Bytes));
    let status = until_failing(&policy).await;
    let error = status
        .last_failure()
        .expect("a failure")
        .error()
        .to_string();
    assert!(error.contains(part), "{name}: {error}");
    assert!(error.contains("cors.json"), "{name}: {error}");
    assert_eq!(
        (status.version(), status.configuration()),
        (2, Some(&good("two"))),
        "{name}"
    );

    put("three");
    let status = until_version(&policy, 3).await;
    assert_eq!(
        (status.version(), status.configuration()),
        (3, Some(&good("three"))),
        "{name}"
    );
    assert!(handle.is_running());
}

macro_rules! ways {
    ($($(#[$attribute:meta])* $way:ident: $notified:ident, $polled:ident;)*) => {$(
        $(#[$attribute])*
        #[tokio::test]
        async fn $notified() {
            check(ways::$way, Finding::Notified).await;
        }

        $(#[$attribute])*
        #[tokio::test]
        async fn $polled() {
            check(ways::$way, Finding::Polled).await;
        }
    )*};
}

ways! {
    truncate_and_write: a_file_that_is_written_is_followed, polling_follows_a_file_that_is_written;
    overwrite_piece_by_piece: a_file_that_is_overwritten_is_followed, polling_follows_a_file_that_is_overwritten;
    rename_over: a_file_that_is_renamed_over_is_followed, polling_follows_a_file_that_is_renamed_over;
    rename_away_and_write: a_file_that_is_renamed_away_and_written_is_followed, polling_follows_a_file_that_is_renamed_away_and_written;
    remove_and_return: a_file_that_is_removed_and_returns_is_followed, polling_follows_a_file_that_is_removed_and_returns;
    folder_swap: a_folder_that_is_swapped_is_followed, polling_follows_a_folder_that_is_swapped;
    #[cfg(unix)]
    config_map: a_config_map_is_followed, polling_follows_a_config_map;
    #[cfg(unix)]
    link_swap: a_link_that_is_swapped_is_followed, polling_follows_a_link_that_is_swapped;
    #[cfg(unix)]
    write_behind_a_link: a_file_behind_a_link_is_followed, polling_follows_a_file_behind_a_link;
}
