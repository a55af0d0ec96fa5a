//! Permission lost and regained. Root may read everything, so these run themselves again as
//! somebody else.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use conformance_sources::configurations::{good, good_text};
use conformance_sources::folder::Folder;
use conformance_sources::wait::{until_failing, until_version};
use s3_cors::SharedPolicy;

use crate::{Finding, source};

/// Nobody's, where nothing else is known.
const NOBODY: u32 = 65534;

/// Whether to go on here. If this is root, the test runs in a process without its rights instead.
fn has_no_rights(test: &str) -> bool {
    let folder = Folder::new();
    if fs::metadata(&*folder).expect("a folder").uid() != 0 {
        return true;
    }
    // Where this program stands, others may not be able to go.
    let program = folder.join("tests");
    let this = std::env::current_exe().expect("a program");
    fs::copy(this, &program).expect("space");
    for path in [&folder, &*program] {
        fs::set_permissions(path, Permissions::from_mode(0o755)).expect("one's own");
    }
    let output = Command::new(&program)
        .args(["--exact", test, "--nocapture"])
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .output();
    match output {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success(),
                "{said}{}",
                String::from_utf8_lossy(&output.stderr)
            );
            assert!(said.contains("1 passed"), "{said}");
        }
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            eprintln!("SKIPPED {test}: this is root, and it may not become anybody else: {error}");
        }
        Err(error) => panic!("{}: {error}", program.display()),
    }
    false
}

async fn check(name: &str, denied: &Path, mode: u32, finding: Finding, folder: &Path) {
    let file = folder.join("cors.json");
    let policy = SharedPolicy::pending();
    let handle = source(&file, finding).follow(&policy);
    handle.first_load().await.expect("it is followed");
    let chmod = |mode| fs::set_permissions(denied, Permissions::from_mode(mode)).expect("own");
    chmod(0);
    let status = until_failing(&policy).await;
    let error = status
        .last_failure()
        .expect("a failure")
        .error()
        .to_string();
    assert!(
        error.contains("give the program's user permission to read it"),
        "{name}: {error}"
    );
    assert_eq!(status.configuration(), Some(&good("one")), "{name}");
    chmod(mode);
    assert_eq!(until_version(&policy, 1).await.version(), 1, "{name}");
    fs::write(&file, good_text("two")).expect("a file");
    until_version(&policy, 2).await;
}

#[tokio::test]
async fn permission_to_read_the_file_can_be_lost_and_regained() {
    if !has_no_rights("permissions::permission_to_read_the_file_can_be_lost_and_regained") {
        return;
    }
    for finding in [Finding::Notified, Finding::Polled] {
        let folder = Folder::new();
        let file = folder.join("cors.json");
        fs::write(&file, good_text("one")).expect("a file");
        check("file", &file, 0o644, finding, &folder).await;
    }
}

#[tokio::test]
async fn permission_to_enter_the_folder_can_be_lost_and_regained() {
    if !has_no_rights("permissions::permission_to_enter_the_folder_can_be_lost_and_regained") {
        return;
    }
    for finding in [Finding::Notified, Finding::Polled] {
        let folder = Folder::new();
        let inner = folder.join("conf");
        fs::create_dir(&inner).expect("a directory");
        fs::write(inner.join("cors.json"), good_text("one")).expect("a file");
        check("folder", &inner, 0o755, finding, &inner).await;
    }
}
