//! The files of the corpus with random edits: whatever comes of it is read or refused, at places
//! that are in the file.

use std::path::Path;

use proptest::prelude::*;
use s3_cors_formats::{Finding, Target, Variables, convert, read};

const PIECES: [&str; 24] = [
    "{", "}", "[", "]", "\"", "'", ":", ",", "\n", " ", "${", "*", "&a ", "*a", "!Sub ", "!If ",
    "- ", "null", "é", "\u{202e}", "<", "=", "%{", "\u{0}",
];

#[derive(Debug, Clone)]
enum Edit {
    Delete(prop::sample::Index, usize),
    Insert(prop::sample::Index, &'static str),
    Repeat(prop::sample::Index, usize, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<prop::sample::Index>(), 1..40_usize)
            .prop_map(|(at, length)| Edit::Delete(at, length)),
        (
            any::<prop::sample::Index>(),
            prop::sample::select(PIECES.to_vec())
        )
            .prop_map(|(at, piece)| Edit::Insert(at, piece)),
        (any::<prop::sample::Index>(), 1..60_usize, 1..4_usize)
            .prop_map(|(at, length, times)| Edit::Repeat(at, length, times)),
    ]
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for edit in edits {
        if characters.is_empty() {
            break;
        }
        let length = characters.len();
        match edit {
            Edit::Delete(at, count) => {
                let at = at.index(length);
                characters.drain(at..(at + count).min(length));
            }
            Edit::Insert(at, piece) => {
                let at = at.index(length);
                characters.splice(at..at, piece.chars());
            }
            Edit::Repeat(at, count, times) => {
                let at = at.index(length);
                let piece: Vec<char> = characters[at..(at + count).min(length)].to_vec();
                for _ in 0..*times {
                    characters.splice(at..at, piece.clone());
                }
            }
        }
    }
    characters.into_iter().collect()
}

fn corpus() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    for directory in [directory.clone(), directory.join("cdk.out")] {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file()
                && path
                    .extension()
                    .is_none_or(|extension| extension != "expected")
            {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                files.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

fn sound(text: &str, finding: &Finding) {
    let shown = finding.to_string();
    assert!(!shown.contains(char::is_control), "{shown:?}");
    assert!(!shown.contains('\u{202e}'), "{shown:?}");
    assert!(!finding.help.is_empty());
    if let Some(span) = finding.span {
        let text = text.trim_start_matches('\u{feff}');
        assert!(
            text.get(span.start.offset..span.end.offset).is_some(),
            "{shown}"
        );
        let before = &text[..span.start.offset];
        assert_eq!(span.start.line, before.matches('\n').count() + 1, "{shown}");
        let line = before.rsplit('\n').next().unwrap();
        assert_eq!(span.start.column, line.chars().count() + 1, "{shown}");
    }
}

/// `PROPTEST_CASES=100000` looks longer.
fn config() -> ProptestConfig {
    let given = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: given.unwrap_or(400),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_edited_file_is_read_or_refused_at_places_that_it_has(
        file in any::<prop::sample::Index>(),
        edits in prop::collection::vec(edit(), 1..6),
    ) {
        let files = corpus();
        let (name, text) = &files[file.index(files.len())];
        let text = edited(text, &edits);
        let mut variables = Variables::default();
        variables.set("domain", "example.com");
        match read(name, text.as_bytes(), &variables) {
            Ok(document) => {
                for finding in document.findings() {
                    sound(&text, &finding);
                }
                for bucket in document.buckets() {
                    if let Ok(rules) = bucket.deployed() {
                        let _ = convert(&rules, Target::Terraform);
                    }
                }
            }
            Err(error) => {
                prop_assert!(!error.findings().is_empty());
                for finding in error.findings() {
                    sound(&text, finding);
                }
            }
        }
    }
}
