//! What `Cargo.toml` and the pages say of a crate: what crates.io takes, and the same everywhere.

use std::collections::BTreeSet;

use crate::repository::{files, package, packages, published, repository, root, short, text};

/// Those of crates.io's categories that fit; it ignores a name that it does not know.
const CATEGORIES: &[&str] = &[
    "asynchronous",
    "command-line-utilities",
    "config",
    "development-tools",
    "development-tools::debugging",
    "network-programming",
    "parser-implementations",
    "web-programming",
    "web-programming::http-server",
];

#[test]
fn every_published_crate_says_what_crates_io_shows() {
    let mut names = BTreeSet::new();
    for package in published() {
        let name = package.name();
        names.insert(name);
        assert!(!package.text("description").is_empty(), "{name}");
        assert!(package.text("description").len() < 1000, "{name}");
        assert_eq!(package.text("license"), "MIT OR Apache-2.0", "{name}");
        assert_eq!(package.text("readme"), "README.md", "{name}");
        assert_eq!(package.text("repository"), repository(), "{name}");
        let homepage = format!("{}#readme", repository());
        assert_eq!(package.text("homepage"), homepage, "{name}");
        let keywords = package.texts("keywords");
        assert!((1..=5).contains(&keywords.len()), "{name}: {keywords:?}");
        for keyword in keywords {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+".contains(&byte);
            let fits = keyword.len() <= 20 && keyword.bytes().all(allowed);
            assert!(fits, "{name}: {keyword}");
        }
        let categories = package.texts("categories");
        assert!((1..=5).contains(&categories.len()), "{name}");
        for category in categories {
            assert!(CATEGORIES.contains(&category), "{name}: {category}");
        }
    }
    let folders = std::fs::read_dir(root().join("crates")).expect("crates");
    assert_eq!(
        names.len(),
        folders.count(),
        "one of crates/ is not published"
    );
}

#[test]
fn every_published_library_has_its_page_on_docs_rs_with_all_features() {
    for package in published() {
        let name = package.name();
        let is_library = package.library().is_some();
        let documentation = match is_library {
            true => format!("https://docs.rs/{name}"),
            // docs.rs has no page of a program: its README is what there is.
            false => String::new(),
        };
        assert_eq!(package.text("documentation"), documentation, "{name}");
        let all = &package.field("metadata")["docs"]["rs"]["all-features"];
        assert_eq!(all.as_bool().unwrap_or_default(), is_library, "{name}");
    }
}

#[test]
fn nothing_outside_the_folder_of_crates_is_published() {
    for package in packages() {
        let inside = package.folder().starts_with(root().join("crates"));
        assert_eq!(package.is_published(), inside, "{}", package.name());
    }
    // Workspaces of their own.
    for file in files(&["Cargo.toml"]) {
        let path = short(&file);
        if path.contains("fuzz") || path.contains("local-s3") {
            assert!(text(&file).contains("publish = false"), "{path}");
        }
    }
}

#[test]
fn the_pages_name_the_rust_versions_that_the_crates_name() {
    let readme = text(&root().join("README.md"));
    let paragraph = readme
        .split("\n\n")
        .find(|text| text.starts_with("Rust 1."));
    let paragraph = paragraph.expect("a paragraph on Rust versions in README.md");
    for package in published() {
        let version = package.text("rust_version");
        assert!(!version.is_empty(), "{}", package.name());
        let named = paragraph.split(';').any(|group| {
            group.trim_start().starts_with(&format!("Rust {version} "))
                || group.trim_start().starts_with(&format!("{version} "))
        });
        assert!(named, "{} {version}: {paragraph}", package.name());
    }
    let tool = package("s3-cors-cli");
    let readme = text(&tool.folder().join("README.md"));
    let named = format!("\nRust {}. ", tool.text("rust_version"));
    assert!(readme.contains(&named), "{named}");
}

#[test]
fn every_page_and_file_names_the_same_repository_and_version() {
    let address = repository().strip_prefix("https://").expect("an address");
    let (_, path) = address.split_once('/').expect("a host and a path");
    let project = address.rsplit('/').next().expect("a name");
    let version = package("s3-cors").text("version");
    let mut seen = 0;
    for file in files(&[".md", ".rs", ".toml", ".yml", ".yaml", ".html", "check"]) {
        let text = text(&file);
        for (number, line) in text.lines().enumerate() {
            let at = format!("{}:{}: {line}", short(&file), number + 1);
            for rest in line.split("github.com/").skip(1) {
                let mut parts = rest.split(['/', '#', ' ', '"', ')', '>', '`', '.']);
                let named = (parts.next(), parts.next());
                if named.1 == Some(project) {
                    seen += 1;
                    assert!(rest.starts_with(path), "{at}");
                }
            }
            // How others' files name a release of the action and of the hook.
            let uses = line.split(&format!("uses: {path}@v")).nth(1);
            let hook = line.trim_start().strip_prefix("rev: v");
            for named in uses.into_iter().chain(hook) {
                seen += 1;
                assert_eq!(named.trim(), version, "{at}");
            }
        }
    }
    assert!(seen > 3, "only {seen} were found");
}
