//! FILE, `--resource` and `--var` → rules. Files and standard input are read whole and kept, so that
//! findings can show the lines they refer to.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use s3_cors::sanitize::sanitized;
use s3_cors::{CorsConfiguration, Place};
use s3_cors_formats::{
    Bucket, Document, Finding, FindingCode, Format, MAX_FILE_BYTES, ReadError, Span, Variables,
    read, read_app_rules,
};

use crate::args::Pick;
use crate::live;
use crate::paint::flat;

/// A text, where it came from, and what is read from it.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    /// The file name as given on the command line.
    pub(crate) name: String,
    bytes: Vec<u8>,
    document: Result<Document, ReadError>,
    resource: Option<String>,
}

/// Why a command that needs one bucket's rules cannot run.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// What is wrong in the file.
    Findings(Vec<Finding>),
    /// These values are known only when deployed.
    NotKnown(Vec<Finding>),
    /// No bucket, or several: in words.
    Choice(String),
}

impl Input {
    /// Reads a file, standard input for `-`, or a bucket for `s3://BUCKET`.
    pub(crate) fn read(path: &Path, pick: &Pick) -> Self {
        if let Some(bucket) = live::bucket(path) {
            let name = sanitized(&path.to_string_lossy()).into_owned();
            return match live::read(bucket) {
                Ok(text) => Self::of(name, Path::new("cors.json"), Ok(text.into()), pick),
                Err(why) => Self {
                    name,
                    bytes: Vec::new(),
                    document: Err(ReadError::unavailable(path, why.text, why.help)),
                    resource: None,
                },
            };
        }
        let (name, bytes) = bytes(path);
        Self::of(name, path, bytes, pick)
    }

    /// Reads a file of the app's own rules, or standard input for `-`.
    pub(crate) fn read_app_rules(path: &Path) -> Self {
        let (name, bytes) = bytes(path);
        Self::made(name, path, bytes, |bytes| read_app_rules(path, bytes))
    }

    /// A text in memory.
    pub(crate) fn from_text(name: &str, text: &str, pick: &Pick) -> Self {
        let path = Path::new(name);
        Self::of(sanitized(name).into_owned(), path, Ok(text.into()), pick)
    }

    fn of(name: String, path: &Path, bytes: io::Result<Vec<u8>>, pick: &Pick) -> Self {
        let mut variables = Variables::default();
        for (name, value) in &pick.variables {
            variables.set(name, value);
        }
        Self {
            resource: pick.resource.clone(),
            ..Self::made(name, path, bytes, |bytes| read(path, bytes, &variables))
        }
    }

    fn made(
        name: String,
        path: &Path,
        bytes: io::Result<Vec<u8>>,
        read: impl FnOnce(&[u8]) -> Result<Document, ReadError>,
    ) -> Self {
        let (bytes, document) = match bytes {
            Ok(bytes) => {
                let document = read(&bytes);
                (bytes, document)
            }
            Err(error) => (Vec::new(), Err(ReadError::unreadable(path, error))),
        };
        Self {
            name,
            bytes,
            document,
            resource: None,
        }
    }

    /// The file as it was read, if its format is known.
    pub(crate) fn document(&self) -> Option<&Document> {
        self.document.as_ref().ok()
    }

    /// Whether the file is in one of S3's own forms, or in none that is known.
    pub(crate) fn is_s3s_own(&self) -> bool {
        let document = self.document();
        document.is_none_or(|document| document.format().is_s3s_own())
    }

    /// Whether the file has rules of the app's own.
    pub(crate) fn is_app_rules(&self) -> bool {
        let document = self.document();
        document.is_some_and(|document| document.format() == Format::AppRules)
    }

    /// Whether the file names its buckets.
    pub(crate) fn names_buckets(&self) -> bool {
        self.document().is_some_and(Document::has_named_buckets)
    }

    /// The bucket that `--resource` names, or all of them.
    pub(crate) fn buckets(&self) -> Result<Vec<&Bucket>, String> {
        let Some(document) = self.document() else {
            return Ok(Vec::new());
        };
        match &self.resource {
            Some(name) if document.has_named_buckets() => match document.bucket(name) {
                Some(bucket) => Ok(vec![bucket]),
                None => Err(format!(
                    "{}: no bucket with CORS rules has the name {name}; {}",
                    self.name,
                    choice(document)
                )),
            },
            _ => Ok(document.buckets().iter().collect()),
        }
    }

    /// What is found in the buckets that [`buckets`](Self::buckets) has.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let document = match &self.document {
            Ok(document) => document,
            Err(error) => return error.findings().to_vec(),
        };
        let mut findings = document.findings();
        if self.resource.is_some() && document.has_named_buckets() {
            let buckets = self.buckets().unwrap_or_default();
            findings.retain(|finding| buckets.iter().any(|one| one.name() == finding.bucket));
        }
        findings
    }

    /// The one bucket that a command is about.
    pub(crate) fn bucket(&self) -> Result<(&Document, &Bucket), Unusable> {
        let document = match &self.document {
            Ok(document) => document,
            Err(error) => return Err(Unusable::Findings(error.findings().to_vec())),
        };
        match self.buckets().map_err(Unusable::Choice)?[..] {
            [bucket] => Ok((document, bucket)),
            ref several => Err(Unusable::Choice(format!(
                "{} has {} buckets with CORS rules: choose one with --resource; {}",
                self.name,
                several.len(),
                choice(document)
            ))),
        }
    }

    /// The rules that the bucket has once the file is deployed, if S3 takes them.
    pub(crate) fn configuration(&self) -> Result<CorsConfiguration, Unusable> {
        let (document, bucket) = self.bucket()?;
        let findings = || {
            let of_bucket =
                |finding: &Finding| finding.bucket.is_empty() || finding.bucket == bucket.name();
            document.findings().into_iter().filter(of_bucket)
        };
        let mut wrong: Vec<Finding> = findings().filter(Finding::prevents_use).collect();
        if wrong.is_empty() && !document.format().is_s3s() {
            wrong = document.rejected_by_s3(bucket);
        }
        if !wrong.is_empty() {
            return Err(Unusable::Findings(wrong));
        }
        bucket.deployed().map_err(|_| {
            let open = |finding: &Finding| finding.code == FindingCode::NotKnown.as_str();
            Unusable::NotKnown(findings().filter(open).collect())
        })
    }

    /// What to know of the rules that is not in them: whose they are, and what the deployment does to
    /// them.
    pub(crate) fn notes(&self) -> Vec<String> {
        let Ok((document, bucket)) = self.bucket() else {
            return Vec::new();
        };
        let format = document.format();
        let mut notes = Vec::new();
        if !format.is_s3s() {
            notes.push(format!(
                "{} is {}: its rules are taken as S3 would apply them, which is not what that \
                 service does",
                self.name,
                format.name()
            ));
        }
        let is_note = |finding: &&Finding| {
            let left_out = finding.code == FindingCode::MaxAgeLeftOut.as_str();
            let order = s3_cors_analysis::lint::LintCode::RuleOrderMatters.as_str();
            finding.bucket == bucket.name()
                && (left_out || (finding.code == order && !bucket.is_ordered()))
        };
        for finding in document.findings().iter().filter(is_note) {
            let line = finding.span.map(|span| span.start.line);
            let line = line.map_or_else(String::new, |line| format!(":{line}"));
            notes.push(format!("{}{line}: {}", self.name, flat(&finding.text)));
        }
        notes
    }

    /// Where a part of the one bucket's rules is in the text.
    pub(crate) fn span(&self, place: &Place) -> Option<Span> {
        let (document, bucket) = self.bucket().ok()?;
        if document.format().is_s3s_own() {
            bucket.rules().get(place.rule()?)?;
        }
        bucket.span(place)
    }

    /// The text without its byte order mark: positions are counted from its beginning.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        let bytes = &self.bytes[..];
        String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
    }
}

/// The names to choose from.
fn choice(document: &Document) -> String {
    const MOST: usize = 20;
    let buckets = document.buckets();
    let mut names: Vec<&str> = buckets.iter().map(Bucket::name).take(MOST).collect();
    if buckets.len() > MOST {
        names.push("…");
    }
    format!("it has {}", names.join(", "))
}

/// The name to show for a path, and its content; `-` is standard input.
fn bytes(path: &Path) -> (String, io::Result<Vec<u8>>) {
    if path == Path::new("-") {
        return ("<stdin>".into(), whole(io::stdin().lock()));
    }
    let name = sanitized(&path.to_string_lossy()).into_owned();
    (name, File::open(path).and_then(whole))
}

fn whole(reader: impl Read) -> io::Result<Vec<u8>> {
    // One byte more than is read, so that a text that is too long is reported as that.
    let most = u64::try_from(MAX_FILE_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    reader
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
