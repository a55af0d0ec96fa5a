//! An answer, however it was come by, and its comparison with what a case expects.

use std::collections::{BTreeMap, BTreeSet};

use crate::corpus::{Eval, Latin1};

/// An answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its header lines, names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// How much of an answer the one who gives it is responsible for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `Access-Control-*` and `Vary`.
    CorsHeaders,
    /// Every header.
    AllHeaders,
}

impl Answer {
    /// The lines of a header.
    pub fn lines(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let of_name = move |(known, _): &&(String, Vec<u8>)| known == name;
        self.headers
            .iter()
            .filter(of_name)
            .map(|(_, line)| &line[..])
    }

    /// The value of a header that has one line.
    ///
    /// # Panics
    ///
    /// If it has several.
    #[must_use]
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.lines(name);
        let line = lines.next()?;
        assert_eq!(lines.next(), None, "a second line of {name}");
        Some(std::str::from_utf8(line).expect("text"))
    }

    /// The lines of `Access-Control-*` and `Vary`, in alphabetical order of their names.
    #[must_use]
    pub fn cors_lines(&self) -> Vec<(&str, String)> {
        let mut lines: Vec<_> = self
            .headers
            .iter()
            .filter(|(name, _)| is_cors(name))
            .map(|(name, line)| (name.as_str(), line.escape_ascii().to_string()))
            .collect();
        // Stable: the lines of one name stay in their order.
        lines.sort_by_key(|(name, _)| *name);
        lines
    }

    /// The elements of an error's XML by name, in the order of the names.
    ///
    /// # Errors
    ///
    /// If the body is no such XML.
    pub fn error(&self) -> Result<BTreeMap<String, String>, String> {
        let text = std::str::from_utf8(&self.body).map_err(|error| error.to_string())?;
        let document = roxmltree::Document::parse(text)
            .map_err(|error| format!("the body is no XML: {error}: {text:?}"))?;
        let root = document.root_element();
        if root.tag_name().name() != "Error" {
            return Err(format!("the root element is not Error: {text}"));
        }
        let element = |node: roxmltree::Node<'_, '_>| {
            let name = node.tag_name().name().to_owned();
            (name, node.text().unwrap_or_default().to_owned())
        };
        Ok(root.children().map(element).collect())
    }
}

fn is_cors(name: &str) -> bool {
    name == "vary" || name.starts_with("access-control-")
}

/// Everything in which an answer differs from what the case expects.
#[must_use]
pub fn differences(case: &Eval, answer: &Answer, scope: Scope) -> Vec<String> {
    let expect = &case.expect;
    let mut found = headers(case, answer, scope);
    if !case.is_options() {
        return found;
    }
    if answer.status != expect.status {
        found.push(format!("status {}, not {}", answer.status, expect.status));
    }
    if let Some(body) = &expect.body
        && *body.as_bytes() != answer.body
    {
        let shown = answer.body.escape_ascii();
        found.push(format!("body \"{shown}\", not \"{body}\""));
    }
    if let Some(expected) = &expect.error {
        match answer.error() {
            Err(fault) => found.push(fault),
            Ok(error) => {
                for name in ["Code", "Message", "Method", "ResourceType"] {
                    let (has, wants) = (error.get(name), expected.get(name));
                    if has != wants {
                        found.push(format!("{name} {has:?}, not {wants:?}"));
                    }
                }
            }
        }
    }
    found
}

fn headers(case: &Eval, answer: &Answer, scope: Scope) -> Vec<String> {
    let mut expected: BTreeMap<String, Vec<&[u8]>> = BTreeMap::new();
    for (name, Latin1(value)) in &case.expect.headers {
        let lines = expected.entry(name.to_ascii_lowercase()).or_default();
        lines.push(value);
    }
    let checked = |name: &str| {
        let patterns = &case.expect.headers_checked;
        let responsible = is_cors(name) || (scope == Scope::AllHeaders && case.is_options());
        responsible
            && patterns
                .iter()
                .any(|pattern| is_like(name, &pattern.to_ascii_lowercase()))
    };
    let names: BTreeSet<&str> = answer
        .headers
        .iter()
        .map(|(name, _)| name)
        .chain(expected.keys())
        .map(String::as_str)
        .filter(|name| checked(name))
        .collect();
    let mut found = Vec::new();
    for name in names {
        let has: Vec<&[u8]> = answer.lines(name).collect();
        let wants = expected.get(name).cloned().unwrap_or_default();
        if has != wants {
            found.push(format!("{name} {}, not {}", shown(&has), shown(&wants)));
        }
    }
    found
}

fn is_like(name: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}

fn shown(lines: &[&[u8]]) -> String {
    let quoted = |line: &&[u8]| format!("\"{}\"", line.escape_ascii());
    match lines {
        [] => "absent".into(),
        lines => lines.iter().map(quoted).collect::<Vec<_>>().join(" and "),
    }
}

/// Collects what failed, to tell it all at once.
#[derive(Debug)]
pub struct Report {
    route: &'static str,
    run: usize,
    failures: Vec<String>,
}

impl Report {
    /// A report on one way to run the corpus.
    #[must_use]
    pub fn on(route: &'static str) -> Self {
        Self {
            route,
            run: 0,
            failures: Vec::new(),
        }
    }

    /// Notes that a case was run, and in what it failed.
    pub fn case(&mut self, id: &str, differences: &[String]) {
        self.run += 1;
        if !differences.is_empty() {
            let differences = differences.join("\n    ");
            self.failures.push(format!("{id}\n    {differences}"));
        }
    }

    /// Prints how many cases were run.
    ///
    /// # Panics
    ///
    /// If none were, or any failed.
    #[track_caller]
    pub fn finish(self) {
        let Self {
            route,
            run,
            failures,
        } = self;
        println!("{route}: {run} cases run, {} failed", failures.len());
        assert!(run > 0, "{route}: no case was run");
        assert!(failures.is_empty(), "{route}:\n{}", failures.join("\n"));
    }
}

/// Runs requests through whatever answers them, and compares.
///
/// # Panics
///
/// If an answer is not the one expected, after all were compared.
#[track_caller]
pub fn check_all<'c>(
    route: &'static str,
    scope: Scope,
    cases: impl IntoIterator<Item = &'c Eval>,
    mut answer: impl FnMut(&Eval) -> Answer,
) {
    let mut report = Report::on(route);
    for case in cases {
        report.case(&case.id, &differences(case, &answer(case), scope));
    }
    report.finish();
}
