//! The ids of BEHAVIOUR.md: every one that is cited is a row, and every row has code and cases
//! or says why not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

const BEHAVIOUR: &str = "crates/s3-cors/BEHAVIOUR.md";
const CASES: &str = "tests/cases";

/// A row of BEHAVIOUR.md.
struct Row {
    ids: Vec<String>,
    rule: String,
    /// How sure it is, in one or more words.
    sure: Vec<String>,
}

impl Row {
    fn says_no(&self, what: &str) -> bool {
        [&format!("No {what}: "), "No case and no code: "]
            .iter()
            .any(|mark| self.rule.contains(*mark))
    }

    fn is_among(&self, ids: &BTreeSet<String>) -> bool {
        self.ids.iter().any(|id| ids.contains(id))
    }

    fn name(&self) -> String {
        self.ids.join(", ")
    }
}

/// What BEHAVIOUR.md defines.
struct Behaviour {
    words: BTreeSet<String>,
    rows: Vec<Row>,
}

impl Behaviour {
    fn read() -> Self {
        let text = text(&root().join(BEHAVIOUR));
        let word = |line: &str| Some(line.strip_prefix("- **")?.split_once("**: ")?.0.to_owned());
        let words: BTreeSet<_> = text.lines().filter_map(word).collect();
        let lines = text.lines().filter(|line| line.starts_with('|'));
        let rows: Vec<_> = lines
            .filter(|line| !line.starts_with("| id |") && !line.starts_with("|---"))
            .map(row)
            .collect();
        assert!(words.len() > 4 && rows.len() > 100, "the file was not read");
        Self { words, rows }
    }

    fn row(&self, id: &str) -> Option<&Row> {
        self.rows
            .iter()
            .find(|row| row.ids.iter().any(|known| known == id))
    }
}

/// A row: its ids, each behind an anchor of the same name, its rule, how sure it is, its source.
fn row(line: &str) -> Row {
    let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
    let [ids, rule, sure, source] = cells[..] else {
        panic!("{BEHAVIOUR}: a row has four cells: {line}");
    };
    assert!(!source.is_empty(), "{BEHAVIOUR}: no source: {line}");
    let anchored = |id: &str| {
        let (anchor, id) = id.split_once("</a>")?;
        (anchor == format!("<a id=\"{id}\">") && cited_in(id) == [id]).then(|| id.to_owned())
    };
    let ids = ids.split(", ").map(|id| {
        anchored(id).unwrap_or_else(|| panic!("{BEHAVIOUR}: no id with its anchor: {id}"))
    });
    Row {
        ids: ids.collect(),
        rule: rule.into(),
        sure: sure.split(", ").map(str::to_owned).collect(),
    }
}

/// A case, as far as it cites rows.
struct Case {
    id: String,
    facts: Vec<String>,
    confidence: String,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for file in files(&root().join(CASES), "json") {
        let read: Value = serde_json::from_str(&text(&file)).expect("JSON");
        for case in read["vectors"].as_array().expect("a list of cases") {
            let id = case["id"].as_str().expect("an id").to_owned();
            let facts = case["fact"].as_array().map(|facts| {
                let fact = |fact: &Value| fact.as_str().expect("an id of a row").to_owned();
                facts.iter().map(fact).collect()
            });
            cases.push(Case {
                facts: facts.unwrap_or_default(),
                confidence: case["confidence"].as_str().unwrap_or_default().to_owned(),
                id,
            });
        }
    }
    assert!(!cases.is_empty());
    cases
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// All files with an extension below a directory, but nothing that was built or is hidden.
fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.expect("a directory entry"));
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name();
        if entry.file_type().expect("a file type").is_dir() {
            if name != "target"
                && name != "node_modules"
                && !name.as_encoded_bytes().starts_with(b".")
            {
                found.extend(files(&path, extension));
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found
}

/// The ids in a text: `F` or `D` and up to three digits, as a word of its own.
fn cited_in(text: &str) -> Vec<&str> {
    let is_in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c| !is_in_word(c))
        .filter(|word| {
            word.strip_prefix(['F', 'D']).is_some_and(|number| {
                (1..=3).contains(&number.len())
                    && number.bytes().all(|byte| byte.is_ascii_digit())
                    && !number.starts_with('0')
            })
        })
        .collect()
}

/// The ids that the code of the crates cites.
fn cited_in_code() -> BTreeSet<String> {
    let files = files(&root().join("crates"), "rs");
    let sources = files
        .iter()
        .filter(|file| file.iter().any(|part| part == "src"));
    let cited = sources.flat_map(|file| {
        let text = text(file);
        let cited = cited_in(&text).into_iter().map(str::to_owned);
        cited.collect::<Vec<_>>()
    });
    cited.collect()
}

fn none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_id_is_defined_once() {
    let mut rows = BTreeMap::<_, usize>::new();
    for id in Behaviour::read().rows.into_iter().flat_map(|row| row.ids) {
        *rows.entry(id).or_default() += 1;
    }
    rows.retain(|_, count| *count > 1);
    assert!(rows.is_empty(), "defined more than once: {rows:?}");
}

#[test]
fn every_id_that_is_cited_is_a_row() {
    let behaviour = Behaviour::read();
    let mut problems = Vec::new();
    for extension in ["rs", "md"] {
        for file in files(&root(), extension) {
            for (line, text) in text(&file).lines().enumerate() {
                for id in cited_in(text) {
                    if behaviour.row(id).is_none() {
                        problems.push(format!("{}:{}: {id}", file.display(), line + 1));
                    }
                }
            }
        }
    }
    for case in cases() {
        let unknown = case.facts.iter().filter(|id| behaviour.row(id).is_none());
        problems.extend(unknown.map(|id| format!("{}: {id}", case.id)));
    }
    none(&problems);
}

#[test]
fn every_case_cites_rows_and_is_as_sure_as_one_of_them() {
    let behaviour = Behaviour::read();
    let mut problems = Vec::new();
    for Case {
        id,
        facts,
        confidence,
    } in cases()
    {
        let mut rows = facts.iter().filter_map(|id| behaviour.row(id));
        if facts.is_empty() {
            problems.push(format!("{id} cites no row"));
        } else if !behaviour.words.contains(&confidence) {
            problems.push(format!("{id}: \"{confidence}\" is none of the words"));
        } else if !rows.any(|row| row.sure.contains(&confidence)) {
            problems.push(format!("{id}: none of {facts:?} is {confidence}"));
        }
    }
    none(&problems);
}

#[test]
fn every_row_is_as_sure_as_words_can_say() {
    let Behaviour { words, rows } = Behaviour::read();
    let mut problems = Vec::new();
    for row in &rows {
        let unknown = row.sure.iter().filter(|word| !words.contains(*word));
        problems.extend(unknown.map(|word| format!("{}: \"{word}\"", row.name())));
    }
    for word in &words {
        if !rows.iter().any(|row| row.sure.contains(word)) {
            problems.push(format!("no row is {word}"));
        }
    }
    none(&problems);
}

#[test]
fn every_row_has_a_case_or_says_why_not() {
    let cited = cases().into_iter().flat_map(|case| case.facts).collect();
    none(&missing("case", &cited));
}

#[test]
fn every_row_is_cited_in_the_code_or_says_why_not() {
    none(&missing("code", &cited_in_code()));
}

/// Rows that are not cited and do not say so, or are cited and say they are not.
fn missing(what: &str, cited: &BTreeSet<String>) -> Vec<String> {
    let mut problems = Vec::new();
    for row in Behaviour::read().rows {
        match (row.is_among(cited), row.says_no(what)) {
            (false, false) => problems.push(format!("{}: no {what}, and no reason", row.name())),
            (true, true) => problems.push(format!("{} has a {what} after all", row.name())),
            _ => {}
        }
    }
    problems
}
