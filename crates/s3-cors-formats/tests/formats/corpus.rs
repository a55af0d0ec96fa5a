//! Each file of `tests/corpus` gives the rules and findings that stand in the `.expected` beside it.
//! `EXPECT=write` writes them anew, to be read over.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use s3_cors::Dialect;
use s3_cors_formats::{Document, ReadError, Variables, read_path};

#[test]
fn every_file_of_the_corpus_gives_what_is_expected() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files = Vec::new();
    list(&corpus, &mut files);
    files.sort();
    assert!(files.len() > 10, "the corpus is there");
    let mut wrong = Vec::new();
    for file in files {
        let name = file.strip_prefix(&corpus).unwrap().display().to_string();
        let shown = show(&read_path(&file, &Variables::default()), &corpus);
        let expected = PathBuf::from(format!("{}.expected", file.display()));
        if std::env::var("EXPECT").is_ok_and(|value| value == "write") {
            std::fs::write(&expected, &shown).unwrap();
        }
        if std::fs::read_to_string(&expected).unwrap_or_default() != shown {
            wrong.push(format!("{name}\n{shown}"));
        }
    }
    assert!(wrong.is_empty(), "not as expected:\n{}", wrong.join("\n"));
}

fn list(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(&path, files);
        } else if path
            .extension()
            .is_none_or(|extension| extension != "expected")
        {
            files.push(path);
        }
    }
}

fn show(outcome: &Result<Document, ReadError>, corpus: &Path) -> String {
    let document = match outcome {
        Ok(document) => document,
        Err(error) => {
            let corpus = format!("{}/", corpus.display());
            return format!("{}\n", error.to_string().replace(&corpus, ""));
        }
    };
    let mut out = format!("{}\n", document.format().name());
    for bucket in document.buckets() {
        let ordered = if bucket.is_ordered() {
            "in order"
        } else {
            "as a set"
        };
        let at = bucket.span_of_resource().unwrap().start;
        let _ = writeln!(out, "\n{} at {at}, {ordered}", bucket.name());
        for rule in bucket.rules() {
            let _ = writeln!(out, "  rule at {}..{}", rule.span.start, rule.span.end);
            for (name, list) in [
                ("origins", &rule.allowed_origins),
                ("methods", &rule.allowed_methods),
                ("headers", &rule.allowed_headers),
                ("expose", &rule.expose_headers),
            ] {
                for entry in &list.entries {
                    let _ = writeln!(out, "    {name} {} at {}", entry.value, entry.span.start);
                }
                if let Some(further) = &list.further {
                    let (name_of, at) = (&further.name, further.span.start);
                    let _ = writeln!(out, "    {name} and more: {name_of} at {at}");
                }
            }
            for (name, entry) in [("id", &rule.id), ("max age", &rule.max_age_seconds)] {
                if let Some(entry) = entry {
                    let _ = writeln!(out, "    {name} {} at {}", entry.value, entry.span.start);
                }
            }
        }
        match bucket.deployed() {
            Ok(configuration) => {
                let text = configuration.to_text(Dialect::Console);
                let value: serde_json::Value = serde_json::from_str(&text).unwrap();
                let _ = writeln!(out, "  deployed: {value}");
            }
            Err(unknowns) => {
                for unknown in unknowns {
                    let (place, at) = (&unknown.place, unknown.span.start);
                    let _ = writeln!(out, "  not known: {place}: {} at {at}", unknown.name);
                }
            }
        }
    }
    out.push('\n');
    for finding in document.findings() {
        let _ = writeln!(out, "{}: {finding}", finding.severity);
    }
    out
}
