//! The links of every page in Markdown, resolved as the site that shows the page resolves them.
//!
//! - The repository's own pages: a relative link is a path, from the folder of the page on.
//! - crates.io shows a crate's README: it puts `REPOSITORY/blob/HEAD/` and the crate's folder before
//!   a relative link, so a link leads to a file of the repository. Items of the crate are no links
//!   there.
//! - docs.rs shows the README of a library, and other pages that its sources include: it leaves a
//!   relative link as it is, so the link leads nowhere.
//!
//! Links to docs.rs itself lead to pages that exist once the crates are published: the module
//! `rustdoc` looks for them in what rustdoc has written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{BrokenLink, CowStr, Event, Options, Parser, Tag, TagEnd};

use crate::repository::{files, published, repository, root, short, text};

/// A page in Markdown.
struct Page {
    path: PathBuf,
    /// The line and target of each link and image.
    links: Vec<(usize, String)>,
    /// Each text in brackets that is marked as code, and leads nowhere.
    dangling: Vec<(usize, String)>,
    anchors: BTreeSet<String>,
}

impl Page {
    fn read(path: PathBuf) -> Self {
        let text = text(&path);
        let line = |offset: usize| 1 + text[..offset].matches('\n').count();
        let mut dangling = Vec::new();
        let note = |link: BrokenLink<'_>| {
            if link.reference.starts_with('`') {
                dangling.push((line(link.span.start), link.reference.into_string()));
            }
            None::<(CowStr<'_>, CowStr<'_>)>
        };
        let options = Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES;
        let parser = Parser::new_with_broken_link_callback(&text, options, Some(note));
        let mut links = Vec::new();
        let mut anchors = BTreeSet::new();
        let mut times = BTreeMap::new();
        let mut heading: Option<String> = None;
        for (event, span) in parser.into_offset_iter() {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    links.push((line(span.start), dest_url.into_string()));
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    for name in ["href", "src"] {
                        let targets = attributes(&html, name);
                        links.extend(targets.map(|target| (line(span.start), target.to_owned())));
                    }
                    anchors.extend(attributes(&html, "id").map(str::to_owned));
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let anchor = anchor(&heading.take().unwrap_or_default());
                    let seen = times.entry(anchor.clone()).or_insert(0);
                    anchors.insert(match *seen {
                        0 => anchor,
                        again => format!("{anchor}-{again}"),
                    });
                    *seen += 1;
                }
                Event::Text(text) | Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        Self {
            path,
            links,
            dangling,
            anchors,
        }
    }

    fn folder(&self) -> &Path {
        self.path.parent().expect("a folder")
    }

    fn at(&self, line: usize) -> String {
        format!("{}:{line}", short(&self.path))
    }
}

/// The values of all attributes with this name.
fn attributes<'h>(html: &'h str, name: &str) -> impl Iterator<Item = &'h str> {
    let parts = html
        .split(&format!(" {name}=\""))
        .skip(1)
        .collect::<Vec<_>>();
    let values = parts.into_iter();
    values.filter_map(|rest| Some(rest.split_once('"')?.0))
}

/// What a heading is called in the address of its page.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let kept = heading.trim().chars().filter(kept);
    let lower = kept.flat_map(char::to_lowercase);
    lower.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn pages() -> Vec<Page> {
    let pages: Vec<_> = files(&[".md"]).into_iter().map(Page::read).collect();
    assert!(pages.len() > 10, "the pages were not found");
    pages
}

fn is_absolute(target: &str) -> bool {
    target.contains("://") || target.starts_with("mailto:")
}

/// The path without `.` and `..`, as a browser shortens it.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

/// What is wrong with a link to `target`, followed by `#` and the name of a heading or not, in
/// `folder` of the repository.
fn fault(pages: &[Page], page: &Path, folder: &Path, target: &str) -> Option<String> {
    let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
    let aim = match path {
        "" => page.to_owned(),
        path => plain(&folder.join(path)),
    };
    if !aim.starts_with(root()) {
        return Some("leads out of the repository".to_owned());
    }
    if !aim.exists() {
        return Some("leads nowhere".to_owned());
    }
    let aimed = pages.iter().find(|page| page.path == aim);
    let has = aimed.is_none_or(|page| page.anchors.contains(fragment));
    (!fragment.is_empty() && !has).then(|| format!("{} has no such heading", short(&aim)))
}

#[track_caller]
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_relative_link_of_every_page_leads_to_a_file_and_a_heading() {
    let pages = pages();
    let mut faults = Vec::new();
    for page in &pages {
        for (line, target) in &page.links {
            if !is_absolute(target)
                && let Some(fault) = fault(&pages, &page.path, page.folder(), target)
            {
                faults.push(format!("{}: {target} {fault}", page.at(*line)));
            }
        }
        // An item in brackets is a link in rustdoc alone, and all of these pages are shown elsewhere.
        for (line, code) in &page.dangling {
            faults.push(format!("{}: [{code}] has no target", page.at(*line)));
        }
    }
    assert_none(&faults);
}

#[test]
fn every_link_into_the_repository_leads_to_a_file_and_a_heading() {
    let pages = pages();
    let mut faults = Vec::new();
    let mut looked_at = 0;
    for page in &pages {
        for (line, target) in &page.links {
            let Some(path) = target.strip_prefix(repository()) else {
                continue;
            };
            looked_at += 1;
            let known = [
                "",
                "#readme",
                "/issues",
                "/releases",
                "/security/advisories/new",
            ];
            let file = ["/blob/main/", "/tree/main/", "/raw/main/"]
                .iter()
                .find_map(|view| path.strip_prefix(view));
            let fault = match file {
                Some(file) => fault(&pages, &page.path, root(), file),
                None if known.contains(&path) => None,
                None => Some("is no page that is known to exist".to_owned()),
            };
            let fault = fault.map(|fault| format!("{}: {target} {fault}", page.at(*line)));
            faults.extend(fault);
        }
    }
    assert!(looked_at > 0, "no link was read");
    assert_none(&faults);
}

#[test]
fn relative_links_of_a_crates_page_lead_to_files_and_not_to_folders() {
    // crates.io makes of each of them the address of a file.
    let pages = pages();
    let mut faults = Vec::new();
    for package in published() {
        let page = package.folder().join("README.md");
        let page = pages.iter().find(|known| known.path == page);
        let page = page.unwrap_or_else(|| panic!("{} has no README", package.name()));
        for (line, target) in &page.links {
            let path = target.split('#').next().unwrap_or_default();
            if !is_absolute(target) && page.folder().join(path).is_dir() && !path.is_empty() {
                faults.push(format!("{}: {target} is a folder", page.at(*line)));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn pages_that_rustdoc_includes_have_no_relative_links() {
    let pages = pages();
    let mut faults = Vec::new();
    let mut included = 0;
    for package in published().filter(|package| package.library().is_some()) {
        let source = text(&package.folder().join("src/lib.rs"));
        for rest in source.split("include_str!(\"../").skip(1) {
            let name = rest.split('"').next().unwrap_or_default();
            let path = package.folder().join(name);
            let page = pages.iter().find(|page| page.path == path).expect(name);
            included += 1;
            for (line, target) in &page.links {
                if !is_absolute(target) && !target.starts_with('#') {
                    faults.push(format!("{}: {target} leads nowhere", page.at(*line)));
                }
            }
        }
    }
    assert!(included >= 7, "only {included} pages were found");
    assert_none(&faults);
}

#[test]
fn headings_become_anchors_as_the_sites_name_them() {
    for (heading, expected) in [
        ("Where to put it", "where-to-put-it"),
        (
            "Many buckets, tenants or hosts",
            "many-buckets-tenants-or-hosts",
        ),
        ("`s3-cors ui [FILE]`: a page", "s3-cors-ui-file-a-page"),
        ("What S3 does (F12)", "what-s3-does-f12"),
    ] {
        let heading = heading.replace('`', "");
        assert_eq!(anchor(&heading), expected);
    }
}
