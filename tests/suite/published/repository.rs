//! The repository as the pages about it see it: its packages and its files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// The folder that holds everything.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the root of the repository")
}

#[track_caller]
pub(crate) fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What cargo says of a package of this workspace.
pub(crate) struct Package(Value);

impl Package {
    pub(crate) fn field(&self, name: &str) -> &Value {
        &self.0[name]
    }

    /// A field that is a text, and an empty text where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_default()
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        let values = self.0[name].as_array().into_iter().flatten();
        values.filter_map(Value::as_str).collect()
    }

    pub(crate) fn name(&self) -> &str {
        self.text("name")
    }

    pub(crate) fn folder(&self) -> &Path {
        let manifest = Path::new(self.text("manifest_path"));
        manifest.parent().expect("a folder")
    }

    pub(crate) fn is_published(&self) -> bool {
        self.0["publish"].is_null()
    }

    /// The name of its library in code, if it has one.
    pub(crate) fn library(&self) -> Option<&str> {
        let targets = self.0["targets"].as_array().expect("targets");
        let is_library = |target: &&Value| target["kind"] == serde_json::json!(["lib"]);
        targets.iter().find(is_library)?["name"].as_str()
    }
}

pub(crate) fn packages() -> &'static [Package] {
    static PACKAGES: OnceLock<Vec<Package>> = OnceLock::new();
    PACKAGES.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["metadata", "--format-version=1", "--no-deps", "--offline"]);
        let output = cargo.current_dir(root()).output().expect("cargo");
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let packages = said["packages"].as_array().expect("packages");
        packages.iter().cloned().map(Package).collect()
    })
}

pub(crate) fn published() -> impl Iterator<Item = &'static Package> {
    packages().iter().filter(|package| package.is_published())
}

pub(crate) fn package(name: &str) -> &'static Package {
    let mut packages = packages().iter();
    let found = packages.find(|package| package.name() == name);
    found.unwrap_or_else(|| panic!("{name} is no package"))
}

/// Where the repository lives, as `[workspace.package]` says.
pub(crate) fn repository() -> &'static str {
    let repository = package("s3-cors").text("repository");
    assert!(
        repository.starts_with("https://github.com/"),
        "{repository}"
    );
    repository
}

/// The files below the root with one of these extensions, but for those that are built.
pub(crate) fn files(extensions: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !matches!(&*name, "target" | ".git" | "node_modules" | "corpus") {
                    folders.push(path);
                }
            } else if extensions.iter().any(|extension| name.ends_with(extension)) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// How a message names a file: with `/` on every system.
pub(crate) fn short(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
        .replace('\\', "/")
}
