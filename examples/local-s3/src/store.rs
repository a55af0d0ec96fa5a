//! What is kept of buckets besides their objects: a folder `.local-s3` beside the buckets, in it a
//! folder for each bucket, in that one document for each sub-resource.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use s3_cors::CorsConfiguration;
use s3_cors::adapter::{BucketPolicies, bucket_cors};

/// A sub-resource of a bucket that is a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Document {
    Cors,
    Website,
    Policy,
}

impl Document {
    const fn file(self) -> &'static str {
        match self {
            Self::Cors => "cors.xml",
            Self::Website => "website.xml",
            Self::Policy => "policy.json",
        }
    }
}

/// Cheap to clone: clones share the same buckets.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    root: Arc<Path>,
    policies: BucketPolicies,
    /// Held while documents and policies change, so that the two agree.
    changing: Arc<Mutex<()>>,
}

impl Store {
    /// Opens a root, which is created if it is not there.
    pub(crate) fn open(root: &Path) -> Result<Self, String> {
        let shown = root.display();
        fs::create_dir_all(root.join(".local-s3"))
            .map_err(|error| format!("{shown}: cannot be made: {error}"))?;
        let probe = root.join(format!(".local-s3/.probe-{}", std::process::id()));
        File::create(&probe)
            .and_then(|_| fs::remove_file(&probe))
            .map_err(|error| format!("{shown}: cannot be written to: {error}"))?;
        let store = Self {
            root: root.into(),
            policies: BucketPolicies::new(),
            changing: Arc::default(),
        };
        let entries = fs::read_dir(root).map_err(|error| format!("{shown}: {error}"))?;
        let mut broken = Vec::new();
        for entry in entries {
            let name = entry
                .map_err(|error| format!("{shown}: {error}"))?
                .file_name();
            if let Some(name) = name.to_str().filter(|name| store.has_folder(name)) {
                broken.extend(store.load(name).err());
            }
        }
        match broken.is_empty() {
            true => Ok(store),
            false => Err(format!(
                "{}\nnothing was changed; mend or remove what is broken, and start again",
                broken.join("\n")
            )),
        }
    }

    /// The policies of all buckets.
    pub(crate) fn policies(&self) -> &BucketPolicies {
        &self.policies
    }

    pub(crate) fn exists(&self, bucket: &str) -> bool {
        self.policies.get(bucket).is_some()
    }

    /// Notices a bucket that has come or gone.
    pub(crate) fn look_at(&self, bucket: &str) {
        let _alone = self.alone();
        match (self.has_folder(bucket), self.exists(bucket)) {
            (true, false) => {
                // It was not there at the start: what is broken then is not in force.
                if let Err(error) = self.load(bucket) {
                    eprintln!("{error}");
                    let _ = self.policies.create(bucket);
                }
            }
            (false, true) => {
                self.policies.remove(bucket);
                let _ = fs::remove_dir_all(self.folder(bucket));
            }
            _ => {}
        }
    }

    /// A bucket's document, if it has it.
    pub(crate) fn read(&self, bucket: &str, document: Document) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.folder(bucket).join(document.file())) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn set_cors(&self, bucket: &str, rules: CorsConfiguration) -> io::Result<()> {
        let _alone = self.alone();
        self.write(bucket, Document::Cors, bucket_cors::get(&rules).as_bytes())?;
        self.policies
            .set(bucket, rules, "PutBucketCors")
            .map(drop)
            .map_err(io::Error::other)
    }

    pub(crate) fn set(&self, bucket: &str, document: Document, bytes: &[u8]) -> io::Result<()> {
        let _alone = self.alone();
        self.write(bucket, document, bytes)
    }

    pub(crate) fn remove(&self, bucket: &str, document: Document) -> io::Result<()> {
        let _alone = self.alone();
        match fs::remove_file(self.folder(bucket).join(document.file())) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if document == Document::Cors {
            let policy = self.policies.create(bucket);
            policy.set_without_configuration("DeleteBucketCors");
        }
        Ok(())
    }

    /// Whoever reads sees the old document or the new one, even after a crash: the new one is
    /// complete and on the disk before it takes the old one's name.
    fn write(&self, bucket: &str, document: Document, bytes: &[u8]) -> io::Result<()> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let folder = self.folder(bucket);
        fs::create_dir_all(&folder)?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let temporary = folder.join(format!(".new-{}-{number}", std::process::id()));
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, folder.join(document.file()))?;
        File::open(&folder)?.sync_all()
    }

    /// A bucket with the rules that are stored for it.
    fn load(&self, bucket: &str) -> Result<(), String> {
        let path = self.folder(bucket).join(Document::Cors.file());
        let stored = self.read(bucket, Document::Cors);
        let stored = stored.map_err(|error| format!("{}: {error}", path.display()))?;
        let policy = self.policies.create(bucket);
        if let Some(bytes) = stored {
            let rules = CorsConfiguration::from_slice(&bytes);
            let rules = rules.map_err(|error| error.in_file(&path).to_string())?;
            let source = path.display().to_string();
            policy
                .set(rules, source)
                .map_err(|error| error.in_file(&path).to_string())?;
        }
        Ok(())
    }

    fn has_folder(&self, bucket: &str) -> bool {
        s3s::path::check_bucket_name(bucket) && self.root.join(bucket).is_dir()
    }

    fn folder(&self, bucket: &str) -> PathBuf {
        self.root.join(".local-s3").join(bucket)
    }

    fn alone(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
