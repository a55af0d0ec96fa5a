//! The directories that determine which file a path refers to.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};

/// The path from the root to a file, with all symbolic links resolved, as far as it exists.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trail {
    /// The directories whose entries determine where the path leads, each with its identity, because
    /// another directory may take its place.
    pub(super) directories: BTreeMap<PathBuf, Identity>,
    /// Those entries: links, the file itself, or the first entry that does not exist.
    pub(super) entries: BTreeSet<PathBuf>,
}

/// The limit of Linux.
const MOST_LINKS: usize = 40;

impl Trail {
    pub(super) fn of(path: &Path) -> Self {
        let mut trail = Self {
            directories: BTreeMap::new(),
            entries: BTreeSet::new(),
        };
        let mut links = 0;
        let mut here = PathBuf::new();
        let mut ahead: VecDeque<OsString> = components(path);
        while let Some(name) = ahead.pop_front() {
            match Path::new(&name).components().next() {
                Some(Component::Normal(_)) => {}
                Some(Component::ParentDir) => {
                    here.pop();
                    continue;
                }
                Some(Component::CurDir) | None => continue,
                // The target of an absolute link starts at the root again.
                Some(Component::RootDir | Component::Prefix(_)) => {
                    here.push(&name);
                    continue;
                }
            }
            let entry = here.join(&name);
            let target = fs::read_link(&entry).ok();
            let missing = target.is_none() && fs::symlink_metadata(&entry).is_err();
            if target.is_some() || missing || ahead.is_empty() {
                trail.add(&here, entry.clone());
            }
            match target {
                Some(target) if links < MOST_LINKS => {
                    links += 1;
                    let mut target = components(&target);
                    target.append(&mut ahead);
                    ahead = target;
                }
                Some(_) => break,
                None if missing => break,
                None => here = entry,
            }
        }
        trail
    }

    fn add(&mut self, directory: &Path, entry: PathBuf) {
        if let Ok(metadata) = fs::metadata(directory) {
            self.directories
                .insert(directory.to_owned(), Identity::of(&metadata));
        }
        // Changes of the directory itself matter as well.
        self.entries.insert(directory.to_owned());
        self.entries.insert(entry);
    }
}

fn components(path: &Path) -> VecDeque<OsString> {
    path.components()
        .map(|component| component.as_os_str().to_owned())
        .collect()
}

/// Distinguishes a directory from another of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    #[cfg(unix)]
    inode: (u64, u64),
    #[cfg(not(unix))]
    created: Option<std::time::SystemTime>,
}

impl Identity {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            inode: (metadata.dev(), metadata.ino()),
        }
    }

    #[cfg(not(unix))]
    fn of(metadata: &Metadata) -> Self {
        Self {
            created: metadata.created().ok(),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};

    use super::Trail;

    /// An empty directory whose path contains no links.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().canonicalize().unwrap();
        let folder = folder.join(format!("s3-cors-trail-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        folder
    }

    fn directories(path: &Path) -> Vec<PathBuf> {
        Trail::of(path).directories.into_keys().collect()
    }

    #[test]
    fn a_plain_file_depends_on_its_directory() {
        let folder = folder("plain");
        let file = folder.join("cors.json");
        for there in [false, true] {
            if there {
                fs::write(&file, "").unwrap();
            }
            assert_eq!(directories(&file), [&*folder], "{there}");
            assert!(Trail::of(&file).entries.contains(&file));
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_config_map_depends_on_both_directories() {
        let folder = folder("map");
        let data = folder.join("..2026_01");
        fs::create_dir(&data).unwrap();
        fs::write(data.join("cors.json"), "").unwrap();
        symlink("..2026_01", folder.join("..data")).unwrap();
        symlink("..data/cors.json", folder.join("cors.json")).unwrap();
        assert_eq!(directories(&folder.join("cors.json")), [&*folder, &*data]);
        let entries = Trail::of(&folder.join("cors.json")).entries;
        assert!(entries.contains(&folder.join("..data")));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_missing_directory_depends_on_the_nearest_that_exists() {
        let folder = folder("missing");
        let file = folder.join("a/b/cors.json");
        assert_eq!(directories(&file), [&*folder]);
        assert!(Trail::of(&file).entries.contains(&folder.join("a")));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn circular_links_end() {
        let folder = folder("circle");
        symlink("b", folder.join("a")).unwrap();
        symlink("a", folder.join("b")).unwrap();
        assert_eq!(directories(&folder.join("a")), [&*folder]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn links_lead_up_and_to_the_root() {
        let folder = folder("up");
        fs::create_dir_all(folder.join("a/b")).unwrap();
        fs::write(folder.join("a/real.json"), "").unwrap();
        symlink("../real.json", folder.join("a/b/up.json")).unwrap();
        symlink(folder.join("a/b/up.json"), folder.join("cors.json")).unwrap();
        let expected = [folder.clone(), folder.join("a"), folder.join("a/b")];
        assert_eq!(directories(&folder.join("cors.json")), expected);
        fs::remove_dir_all(folder).unwrap();
    }
}
