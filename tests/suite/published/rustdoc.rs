//! What rustdoc has written, looked at as docs.rs shows it. `S3_CORS_DOCS` names the folder, which
//! `just docs` fills: without it, these tests say that they are skipped, and do nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::repository::{files, published, short, text};

fn docs() -> Option<PathBuf> {
    let docs = std::env::var_os("S3_CORS_DOCS").map(PathBuf::from);
    if docs.is_none() {
        eprintln!("skipped: S3_CORS_DOCS does not name what `just docs` has written");
    }
    docs
}

/// Links that are none of ours: rustdoc's scripts fill in the first, and the second is in what tracing says
/// of its trait on the page of every type.
const FOREIGN: &[&str] = &[
    "static.files/${f}",
    "dispatcher#setting-the-default-subscriber",
];

/// Whether a page and, in it, a place exist.
fn exists(page: &Path, fragment: &str) -> bool {
    let page = match page.is_dir() {
        true => page.join("index.html"),
        false => page.to_owned(),
    };
    let Ok(html) = fs::read_to_string(&page) else {
        return page.exists() && fragment.is_empty();
    };
    // What is exported from a private module has a page there that sends the reader on.
    if let Some((_, rest)) = html.split_once("http-equiv=\"refresh\" content=\"0;URL=") {
        let target = rest.split('"').next().unwrap_or_default();
        let folder = page.parent().expect("a folder");
        return exists(&folder.join(target), fragment);
    }
    // Lines of sources are numbered by a script.
    let is_source = page.components().any(|part| part.as_os_str() == "src");
    fragment.is_empty() || is_source || html.contains(&format!("id=\"{fragment}\""))
}

#[test]
fn links_to_docs_rs_lead_to_pages_that_rustdoc_writes() {
    let Some(docs) = docs() else {
        return;
    };
    let mut faults = Vec::new();
    let mut looked_at = 0;
    for file in files(&[".md", ".rs"]) {
        let text = text(&file);
        for (at, _) in text.match_indices("https://docs.rs/") {
            let end = |c: char| c.is_whitespace() || matches!(c, ')' | '>' | '"' | '`' | ']' | '|');
            let address = text[at..].split(end).next().unwrap_or_default();
            let mut parts = address["https://docs.rs/".len()..].splitn(3, '/');
            let name = parts.next().unwrap_or_default();
            let Some(package) = published().find(|package| package.name() == name) else {
                // Another project's, or only a name in a sentence.
                continue;
            };
            looked_at += 1;
            let path = match (package.library(), parts.next(), parts.next()) {
                (Some(library), None | Some("latest"), None) => format!("{library}/"),
                (Some(library), Some("latest"), Some(path)) if path.starts_with(library) => {
                    path.to_owned()
                }
                _ => "no such page".to_owned(),
            };
            let (page, fragment) = path.split_once('#').unwrap_or((&path, ""));
            if !exists(&docs.join(page), fragment) {
                let line = 1 + text[..at].matches('\n').count();
                faults.push(format!("{}:{line}: {address}", short(&file)));
            }
        }
    }
    assert!(looked_at > 20, "only {looked_at} links were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn relative_links_on_the_pages_of_rustdoc_lead_somewhere() {
    let Some(docs) = docs() else {
        return;
    };
    let mut faults = BTreeSet::new();
    let mut looked_at = 0;
    for library in published().filter_map(|package| package.library()) {
        let mut folders = vec![docs.join(library)];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder)
                .unwrap_or_else(|error| panic!("{}: {error}; run `just docs`", folder.display()));
            for entry in entries {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path
                    .extension()
                    .is_some_and(|extension| extension == "html")
                {
                    looked_at += 1;
                    let html = text(&path);
                    for rest in html.split("href=\"").skip(1) {
                        let target = rest.split('"').next().unwrap_or_default();
                        let relative = !target.contains(':') && !target.starts_with('/');
                        let (page, fragment) = target.split_once('#').unwrap_or((target, ""));
                        let aim = match page {
                            "" => path.clone(),
                            page => folder.join(page),
                        };
                        let ours = !FOREIGN.iter().any(|end| target.ends_with(end));
                        if relative && ours && !exists(&aim, fragment) {
                            let at = path.strip_prefix(&docs).expect("a page").display();
                            faults.insert(format!("{at}: {target}"));
                        }
                    }
                }
            }
        }
    }
    assert!(looked_at > 100, "only {looked_at} pages were found");
    let faults: Vec<_> = faults.into_iter().collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
