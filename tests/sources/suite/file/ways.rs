//! The ways in which files get another content.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// What is put in a file's place.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Put<'a> {
    Bytes(&'a [u8]),
    Directory,
}

/// A way of changing `cors.json` in a folder.
pub(crate) type Way = fn(&Path, Put<'_>);

pub(crate) fn file(folder: &Path) -> PathBuf {
    folder.join("cors.json")
}

fn remove(path: &Path) {
    if path.symlink_metadata().is_ok_and(|file| file.is_dir()) {
        fs::remove_dir(path).expect("an empty directory");
    } else if path.symlink_metadata().is_ok() {
        fs::remove_file(path).expect("a file");
    }
}

fn make(path: &Path, put: Put<'_>) {
    match put {
        Put::Bytes(bytes) => fs::write(path, bytes).expect("a file"),
        Put::Directory => fs::create_dir(path).expect("a directory"),
    }
}

fn number() -> u32 {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// As the shell's `>` does: the file is emptied, then written.
pub(crate) fn truncate_and_write(folder: &Path, put: Put<'_>) {
    let file = file(folder);
    if matches!(put, Put::Directory) || file.is_dir() {
        remove(&file);
    }
    make(&file, put);
}

/// The new content over the old, piece by piece, and what is left of the old cut off last.
pub(crate) fn overwrite_piece_by_piece(folder: &Path, put: Put<'_>) {
    let file = file(folder);
    let Put::Bytes(bytes) = put else {
        return truncate_and_write(folder, put);
    };
    if file.is_dir() {
        remove(&file);
    }
    let mut open = OpenOptions::new();
    let open = open.write(true).create(true).truncate(false).open(file);
    let mut open = open.expect("a file");
    for piece in bytes.chunks(bytes.len() / 4 + 1) {
        open.write_all(piece).expect("space");
        open.sync_all().expect("a disk");
    }
    open.set_len(bytes.len() as u64).expect("a file");
}

/// As editors do: written elsewhere, then renamed over it.
pub(crate) fn rename_over(folder: &Path, put: Put<'_>) {
    let (file, temporary) = (file(folder), folder.join(format!(".{}~", number())));
    make(&temporary, put);
    if file.is_dir() || matches!(put, Put::Directory) {
        remove(&file);
    }
    fs::rename(temporary, file).expect("the same folder");
}

/// As other editors do: the old is renamed away for a backup, then the new is written.
pub(crate) fn rename_away_and_write(folder: &Path, put: Put<'_>) {
    let (file, backup) = (file(folder), folder.join("cors.json~"));
    remove(&backup);
    fs::rename(&file, backup).expect("the same folder");
    make(&file, put);
}

pub(crate) fn remove_and_return(folder: &Path, put: Put<'_>) {
    remove(&file(folder));
    make(&file(folder), put);
}

/// As Kubernetes does with a `ConfigMap`: `cors.json` is a link into `..data`, which is a link to
/// a directory that never changes; another takes its place.
#[cfg(unix)]
pub(crate) fn config_map(folder: &Path, put: Put<'_>) {
    use std::os::unix::fs::symlink;

    let name = format!("..2026_11_24_{}", number());
    let before = fs::read_link(folder.join("..data")).ok();
    fs::create_dir(folder.join(&name)).expect("a directory");
    make(&folder.join(&name).join("cors.json"), put);
    symlink(&name, folder.join("..data_tmp")).expect("a link");
    fs::rename(folder.join("..data_tmp"), folder.join("..data")).expect("the same folder");
    if file(folder).symlink_metadata().is_err() {
        symlink("..data/cors.json", file(folder)).expect("a link");
    }
    if let Some(before) = before {
        fs::remove_dir_all(folder.join(before)).expect("a directory");
    }
}

/// A link to a file elsewhere is renamed over by a link to another.
#[cfg(unix)]
pub(crate) fn link_swap(folder: &Path, put: Put<'_>) {
    let elsewhere = folder.join(format!("elsewhere-{}", number()));
    fs::create_dir(&elsewhere).expect("a directory");
    make(&elsewhere.join("real.json"), put);
    let temporary = elsewhere.join("link");
    std::os::unix::fs::symlink(elsewhere.join("real.json"), &temporary).expect("a link");
    fs::rename(temporary, file(folder)).expect("the same folder");
}

/// What a link in another directory leads to is written.
#[cfg(unix)]
pub(crate) fn write_behind_a_link(folder: &Path, put: Put<'_>) {
    let behind = folder.join("behind");
    if !behind.is_dir() {
        fs::create_dir(&behind).expect("a directory");
        std::os::unix::fs::symlink("behind/cors.json", file(folder)).expect("a link");
    }
    rename_over(&behind, put);
}

/// The whole folder goes, and another comes.
pub(crate) fn folder_swap(folder: &Path, put: Put<'_>) {
    let old = folder.with_extension(format!("old-{}", number()));
    if folder.is_dir() {
        fs::rename(folder, &old).expect("the same folder");
    }
    fs::create_dir_all(folder).expect("a directory");
    make(&file(folder), put);
    if old.is_dir() {
        fs::remove_dir_all(old).expect("a directory");
    }
}
